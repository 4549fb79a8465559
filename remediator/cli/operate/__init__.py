"""Commands that act, decide, or hold back."""
