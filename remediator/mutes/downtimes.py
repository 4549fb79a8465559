"""Downtimes that are set in remediator: a target, or a whole host, that a person has taken out for a while. Each always
ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from remediator.model.people import ENGINE
from remediator.model.records.mutes import OVER, OwnDowntime
from remediator.model.times import Instant
from remediator.mutes import entries
from remediator.mutes.transition import Transition


def begun(
    name: str, target: str, span_s: float, reason: str, author: str, now: Instant
) -> tuple[OwnDowntime, Transition]:
    """Return the downtime `name` of `target`, and its beginning."""
    downtime = OwnDowntime(
        id=name,
        target=target,
        author=author,
        reason=reason,
        created_at=now.wall,
        until=now.wall + timedelta(seconds=span_s),
    )
    return downtime, Transition(kept=(downtime,), entries=(entries.DowntimeBegun(downtime=downtime, actor=author),))


def ended(downtime: OwnDowntime, reason: str, actor: str) -> Transition:
    """Return the end of `downtime`."""
    said = entries.DowntimeEnded(id=downtime.id, reason=reason, actor=actor)
    return Transition(ended=(downtime,), entries=(said,))


def over(downtimes: Iterable[OwnDowntime], now: datetime) -> list[Transition]:
    """Return the end of each downtime whose time is over."""
    return [ended(downtime, OVER, ENGINE) for downtime in downtimes if downtime.until <= now]
