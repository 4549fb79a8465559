"""Working hours: when a risk may act by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Days of the week (0 is Monday) and a span of minutes of the day, in a time zone. A span may run over midnight."""

    days: frozenset[int]
    from_minute: int
    to_minute: int
    zone: ZoneInfo
    text: str

    def open(self, at: datetime) -> bool:
        """Return whether `at` (aware) lies inside: from the first minute on, up to and without the last."""
        local = at.astimezone(self.zone)
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.from_minute < self.to_minute:
            return day in self.days and self.from_minute <= minute < self.to_minute
        return (day in self.days and minute >= self.from_minute) or (
            (day - 1) % 7 in self.days and minute < self.to_minute
        )
