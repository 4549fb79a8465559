"""Stories: by seed and directed, told, cut down, and read back."""
