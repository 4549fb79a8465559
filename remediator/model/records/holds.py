"""What stops everything above R0 across a restart, as it is stored: a step of the clock, another remediator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from remediator.model.times import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBrake:
    """The brake after a step of the clock: until `wall` by the one clock, and until `boot_s` of the boot `boot_id` by
    the other."""

    why: str
    wall: datetime
    boot_s: float
    boot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """`open`: since when, and by which line on a host, another remediator is known to act here; None: the brake is not
    on.

    `closed_at`: until when a person has said that no other one acts here.
    """

    open: str | None = None
    closed_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStorm:
    """Why the storm breaker of a scope is open, and when it closes if nothing more breaks."""

    why: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What is kept of the storm breaker."""

    latched: str | None = None
    """Since when, and by what, it is open for R3."""
    counted: frozenset[str] = frozenset()
    """The incidents that it has counted since, as far as they are not over."""
    closed_at: Instant | None = None
    """When a person closed it last: what went HARD until then is not counted again."""
    told: str = ""
    """The page of the storm whose end nobody was told yet."""
