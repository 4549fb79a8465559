"""The control socket: who is there, how many, what a line means."""
