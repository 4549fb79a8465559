"""What holds everything above R0 across a restart, as it is stored: a step of the clock, another remediator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from remediator.model.times import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockHold:
    """The hold after a step of the clock: until `wall` by the one clock, and until `boot_s` of the boot `boot_id` by the other."""

    why: str
    wall: datetime
    boot_s: float
    boot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """`open`: since when, and by which line on a host, another remediator is known to act here; None: the brake is not on.

    `closed_at`: until when a person has said that no other one acts here.
    """

    open: str | None = None
    closed_at: Instant | None = None
