"""Causes that only Galera has (kolla.md 2.3, safety.md GB-17): with any of these a plain start does harm or does not help."""

from __future__ import annotations

import re

from remediator.integrations.container.assess import View

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


def cause(view: View) -> str | None:
    """Return the cause that the last log lines name, or None. Lines are only there when the member is in a bad state."""
    if not view.log:
        return None
    return next((name for name, pattern in LINES if pattern.search(view.log)), None)
