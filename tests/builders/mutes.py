"""Mutes as a person sets them."""

from __future__ import annotations

from remediator.model.records.mutes import Pause
from remediator.store.journal import Journal
from tests.unit.safety.cases import at


def pause(journal: Journal, reason: str = "a change", author: str = "alice") -> str:
    """Store a pause, and return its id."""
    name = journal.next_pause()
    journal.pause(Pause(id=name, reason=reason, author=author, at=at(0).wall.isoformat()))
    return name
