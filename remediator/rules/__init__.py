"""Rules: conditions in CEL, texts for people, the index from an event to its rules, and the decision between them.

Invariant: what a condition cannot know is UNKNOWN, and a rule whose condition is UNKNOWN never starts anything.
"""
