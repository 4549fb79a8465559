"""The furthest that a healthy Primary component was seen, and what was lost against it."""
