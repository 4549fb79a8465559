"""What happened, as it is stored, and what it is found by."""
