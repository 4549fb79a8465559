"""How long a silence or a downtime lasts: it always has an end, by default after 4 h, at the latest after 7 days."""

from __future__ import annotations

from typing import Any

from remediator.config import durations
from remediator.model.content.declined import Refused
from remediator.model.records.mutes import DEFAULT_S, LONGEST_S


def span(value: Any, what: str) -> float | Refused:
    """Return the seconds that were asked for; refuse what is no span. `what` is the request, as the sentence names
    it."""
    longest = durations.form(LONGEST_S)
    if value is None:
        return DEFAULT_S
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        return Refused(f"{what} needs an end: a time above 0 and at most {longest}")
    if value > LONGEST_S:
        return Refused(f"{what} has too long a time: at most {longest}")
    return float(value)
