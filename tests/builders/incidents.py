"""An open incident, and the instants of its life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from remediator.model import targets
from remediator.model.content.judging import State
from remediator.model.records.records import Incident, IncidentState
from remediator.model.times import Instant

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def at(seconds: float) -> Instant:
    return Instant(START + timedelta(seconds=seconds), seconds, "boot")


OPEN = Incident(
    id="inc-1",
    target=targets.container("ctl1", "memcached"),
    check="container-state",
    state=IncidentState.OPEN,
    level=State.CRITICAL,
    opened_at=at(0),
    hard_at=at(22),
)
