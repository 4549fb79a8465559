"""What a host says of its ovn-northd. Pure.

Invariant: a word that no release prints is UNKNOWN. Source: ovn-northd(8), "RUNTIME MANAGEMENT COMMANDS": ``status`` is
active, standby or paused; ``nb-connection-status`` and ``sb-connection-status`` are connected or not connected (since
OVN 20.06).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovs.facts import answering, replies
from remediator.integrations.ovs.facts.answering import Reached
from remediator.model.kleene import Truth
from remediator.model.values import Unknown


class Activity(enum.Enum):
    ACTIVE = "active"
    STANDBY = "standby"
    PAUSED = "paused"
    """Somebody paused it: it drops its lock and writes nothing until it is resumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Northd:
    expected: bool
    """Its configuration is below /etc/kolla: it ought to be here."""
    control: Reached
    activity: Activity | Unknown
    north_connected: Truth
    south_connected: Truth


def parse(item: Mapping[str, Any]) -> Northd:
    """Return the facts of one ovn-northd. Raise as `typed` does."""
    control = answering.parse(typed.table(item, "reached"))
    answers = item["answers"] if control.answers else None
    return Northd(
        expected=typed.flag(item, "expected"),
        control=control,
        activity=_activity(replies.word(answers, 0)) if control.answers else control.unknown,
        north_connected=connected(replies.word(answers, 1)) if control.answers else control.unknown,
        south_connected=connected(replies.word(answers, 2)) if control.answers else control.unknown,
    )


def _activity(word: str | Unknown) -> Activity | Unknown:
    if isinstance(word, Unknown):
        return word
    try:
        return Activity(word.removeprefix("Status:").strip())
    except ValueError:
        return Unknown(f"status: {ascii(word[:20])[1:-1]}")


def connected(word: str | Unknown) -> Truth:
    """Return what ``connected`` or ``not connected`` says; UNKNOWN for any other word."""
    if isinstance(word, Unknown):
        return word
    known = {"connected": True, "not connected": False}
    return known[word] if word in known else Unknown(f"connection: {ascii(word[:20])[1:-1]}")
