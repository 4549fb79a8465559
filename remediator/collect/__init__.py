"""Cycles of collection: one round trip per host, the newest facts with their age, and the judgement of a check."""
