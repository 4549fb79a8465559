"""Hints as Nagios posts them."""

from __future__ import annotations

from typing import Any

from remediator.model.messages.hooks import Hint


def a_hint(key: str, **changes: Any) -> Hint:
    """Return a notification that h1 is down, or what `changes` say of it."""
    base: dict[str, Any] = {
        "source": "nagios",
        "key": key,
        "host": "h1",
        "service": None,
        "state": "DOWN",
        "state_type": "HARD",
        "attempt": 3,
        "notification_type": "PROBLEM",
        "downtime_depth": 0,
        "output": "",
        "problem_id": "1",
        "raw": {},
    }
    return Hint(**(base | changes))
