"""What must hold beside the daemon, and the independent ledger that it is asked of."""
