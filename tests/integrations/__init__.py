"""What belongs to one technology, in every ring."""
