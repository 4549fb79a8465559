"""Wires the rooms together: one loop thread owns the store and every decision, everything else brings inputs or carries
effects."""
