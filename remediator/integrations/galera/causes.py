"""Causes that only Galera has (kolla.md 2.3, safety.md GB-17): with any of these a plain start does harm or does not help."""

from __future__ import annotations

import re

LINES = (
    (
        "innodb_corruption",
        re.compile(r"InnoDB: (?:Database page corruption|Corruption|.*is corrupted)|page corruption", re.I),
    ),
    ("xa_prepared", re.compile(r"Found \d+ prepared transactions")),
    ("diverged", re.compile(r"states diverged|greater than group seqno")),
    ("inconsistent", re.compile(r"Inconsistency detected|evicted", re.I)),
    ("not_safe_to_bootstrap", re.compile(r"may not be safe to bootstrap")),
)


def cause(log: str) -> str | None:
    """Return the cause that the log lines of a member name, or None."""
    return next((name for name, pattern in LINES if pattern.search(log)), None)
