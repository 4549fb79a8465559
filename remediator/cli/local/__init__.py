"""Commands without a daemon."""
