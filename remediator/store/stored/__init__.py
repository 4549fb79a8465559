"""Records as rows, and rows as records."""
