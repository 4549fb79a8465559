"""Points in time read from two clocks at once, so that a jump of one of them is seen and never shortens a wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
    """Wall clock (aware, UTC) and CLOCK_BOOTTIME in seconds, both read in the same moment.

    `boot_s` of two instants may be compared only when their `boot_id` is equal.
    """

    wall: datetime
    boot_s: float
    boot_id: str

    def since(self, earlier: Instant) -> float:
        """Return the seconds that surely passed since `earlier`: the smaller of what the two clocks say.

        A wait counted with this is the longer one of the two clocks (never negative).
        """
        wall_s = (self.wall - earlier.wall).total_seconds()
        if self.boot_id != earlier.boot_id:
            return max(0.0, wall_s)
        return max(0.0, min(wall_s, self.boot_s - earlier.boot_s))

    def later(self, seconds: float) -> Instant:
        """Return the moment so many seconds later, by both clocks."""
        return Instant(self.wall + timedelta(seconds=seconds), self.boot_s + seconds, self.boot_id)

    def after(self, other: Instant) -> bool:
        """Return whether this moment is later than `other`: by CLOCK_BOOTTIME where it can be compared, else by the
        wall."""
        if self.boot_id == other.boot_id:
            return self.boot_s > other.boot_s
        return self.wall > other.wall

    def at_most_since(self, earlier: Instant) -> float:
        """Return the most seconds that can have passed since `earlier`: use it for ages, where longer is worse."""
        wall_s = (self.wall - earlier.wall).total_seconds()
        if self.boot_id != earlier.boot_id:
            return max(0.0, wall_s)
        return max(0.0, wall_s, self.boot_s - earlier.boot_s)


class Clock(Protocol):
    """Where time comes from; the simulator brings its own."""

    def now(self) -> Instant: ...


def rfc3339(moment: datetime) -> str:
    """Return `moment` (aware) as UTC text with milliseconds, the one form in JSON, logs and the audit."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(moment: datetime) -> str:
    """Return ``03:12:45 UTC``: how a sentence for people names a moment of this day."""
    return f"{moment.astimezone(UTC):%H:%M:%S} UTC"


def exactly(value: float) -> str:
    """Return a duration without rounding away its seconds: ``42 s``, ``2 min 29 s``, ``3 h 5 min``."""
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 120:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def parse_rfc3339(text: str) -> datetime:
    """Reverse `rfc3339`. Raise ValueError if `text` is not such a time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def from_epoch(seconds: float) -> datetime:
    """Return the aware UTC time of `seconds` since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)
