"""Commands that set up: the daemon, its config, and what hosts have to allow."""
