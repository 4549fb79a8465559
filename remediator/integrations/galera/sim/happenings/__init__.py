"""What may happen to a Galera cluster in memory, what stories break of it, and what they expect."""
