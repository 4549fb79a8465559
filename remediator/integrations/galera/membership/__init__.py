"""Who the members are: their addresses, their identity, their peers."""
