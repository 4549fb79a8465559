"""Runs on their way: gathers for the pure transitions of `runs`, and carries them out."""
