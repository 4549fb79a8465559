"""Content: the YAML of checks, rules and runbooks, loaded, cross-checked and versioned as one whole.

Invariant: a `Content` that exists has no mistake in it. Every field that a condition reads, every runbook of a rule and
every action of a step is there.
"""

from remediator.content.loading import load_content
from remediator.content.places import content_dirs

__all__ = ["content_dirs", "load_content"]
