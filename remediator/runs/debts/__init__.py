"""What a step leaves behind for a while, and how it is taken back."""
