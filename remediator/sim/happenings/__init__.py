"""What may happen, typed: faults, acts, and what stories expect."""
