"""The command line: thin commands over the reader (what is known) and the control socket (what shall change)."""
