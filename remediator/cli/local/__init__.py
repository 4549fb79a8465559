"""Commands that need no daemon: what it would do is done here, for the time of one command."""
