"""A guard: a question, its default and floor, and a pure function from the case to a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from remediator.model.records.verdicts import Verdict
from remediator.safety.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """`every_step`: the guard is asked again before each later step. Otherwise its first ALLOW settles it for the run.

    `after_lock`: the guard can only be answered on evidence gathered after the run has taken its locks.
    """

    id: str
    question: str
    default: str
    floor: str
    ask: Callable[[Case], Verdict]
    every_step: bool = False
    after_lock: bool = False


def allow(guard: str, **inputs: Any) -> Verdict:
    return Verdict(guard=guard, allow=True, inputs=inputs)


def refuse(guard: str, reason: str, until: datetime | None = None, **inputs: Any) -> Verdict:
    return Verdict(guard=guard, allow=False, reason=reason, until=until, inputs=inputs)


def settled_by(host: str) -> str:
    """Return how a sign of work or of a boot on `host` ends, as a sentence: by time, or by an accepted baseline."""
    return (
        f"it ends by itself; once every check of {host} is OK, `remediator baseline accept host/{host} "
        f"--reason TEXT` ends it"
    )


def seconds(value: float) -> str:
    """Return a duration as people read it at night: ``42 s``, ``7 min``, ``3 h``."""
    if value < 120:
        return f"{value:.0f} s"
    if value < 7200:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.0f} h"
