"""Working hours: when a risk may act by itself.

Invariant: the wall clock of the zone decides. An hour that a change of daylight saving skips is never open, an hour
that it repeats is open twice. What cannot be read as hours is an error and never "always".
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXAMPLE = "Mon-Fri 09-17 Europe/Zurich"
SEARCH_DAYS = 8
"""How far `next_open` looks: one day of the week is never further away, unless its hours are skipped."""

_DAY_MINUTES = 24 * 60
_MINUTE = timedelta(minutes=1)
_TIME = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?")
_NOT_PLAIN = ("posix/", "right/", "localtime")
"""What Debian's tree holds beside the zones: copies (those under right/ count leap seconds) and whatever this machine
is set to."""


class BadHours(ValueError):
    """`text` does not say hours. `part` is the part that is wrong, `hint` what it was probably meant to be, or ""."""

    def __init__(self, text: str, part: str, why: str, hint: str = "") -> None:
        self.text = text
        self.part = part
        self.why = why
        self.hint = hint
        super().__init__(f"{why} (did you mean {hint}?)" if hint else why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Days of the week (0 is Monday) and a span of minutes of the day, in a time zone. A span may run over midnight,
    and then belongs to the day on which it begins."""

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

    def next_open(self, at: datetime) -> datetime | None:
        """Return the first moment (aware, UTC) from `at` (aware) on that lies inside: `at` itself if it does.

        None: there is none within 8 days, as when the only hour of the week is skipped by a change of daylight saving.
        """
        moment = at.astimezone(UTC)
        if self.open(moment):
            return moment
        moment = moment.replace(second=0, microsecond=0)
        end = moment + timedelta(days=SEARCH_DAYS)
        while moment <= end:
            if self.open(moment):
                return moment
            moment = self._onward(moment)
        return None

    def _onward(self, moment: datetime) -> datetime:
        """Return a later moment before which surely nothing opens: at most an hour on, a minute where the clock
        changes."""
        local = moment.astimezone(self.zone)
        later = moment + min(self._until_opening(local), 60) * _MINUTE
        steady = later.astimezone(self.zone).utcoffset() == local.utcoffset()
        return later if steady else moment + _MINUTE

    def _until_opening(self, local: datetime) -> int:
        """Return the minutes, at least 1, until the wall clock shows the next opening."""
        minute, day = local.hour * 60 + local.minute, local.weekday()
        waits = [
            ahead * _DAY_MINUTES + self.from_minute - minute for ahead in range(8) if (day + ahead) % 7 in self.days
        ]
        return min((wait for wait in waits if wait > 0), default=_DAY_MINUTES)


def parse(text: str) -> Hours:
    """Return the hours that `text` says: days, a span and a time zone, like ``Mon-Fri 09-17 Europe/Zurich``.

    Days are ``Mon-Fri``, ``Mon,Wed,Fri``, ``Sat-Mon`` or ``daily``, in any case; spans ``09-17``, ``09:30-17:15``,
    ``22-06`` over midnight, ``00-24``. Raise BadHours, a ValueError of one sentence, naming the part that is wrong.
    """
    parts = text.split()
    if len(parts) != 3:
        raise BadHours(text, text, f"{text!r} should be days, a span and a time zone, like {EXAMPLE}")
    days, span, zone = parts
    from_minute, to_minute = _span(text, span)
    return Hours(
        days=_days(text, days),
        from_minute=from_minute,
        to_minute=to_minute,
        zone=_zone(text, zone),
        text=" ".join(parts),
    )


def _days(text: str, part: str) -> frozenset[int]:
    if part.casefold() == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for piece in part.split(","):
        first, dash, last = piece.partition("-")
        begin = _day(text, first)
        length = (_day(text, last) - begin) % 7 if dash else 0
        found.update((begin + ahead) % 7 for ahead in range(length + 1))
    return frozenset(found)


def _day(text: str, name: str) -> int:
    folded = name.casefold()
    if folded in DAYS:
        return DAYS.index(folded)
    near = [day for day in DAYS if folded.startswith(day)] or difflib.get_close_matches(folded, (*DAYS, "daily"), n=1)
    known = ", ".join(day.capitalize() for day in DAYS)
    hint = near[0] if near else ""
    why = f"{name!r} is not a day: days are {known} and daily"
    raise BadHours(text, name, why, hint if hint == "daily" else hint.capitalize())


def _span(text: str, part: str) -> tuple[int, int]:
    first, dash, last = part.partition("-")
    if not dash:
        raise BadHours(text, part, f"{part!r} is not a span of time: write 09-17, 09:30-17:15 or, over midnight, 22-06")
    begin, end = _minute(text, first), _minute(text, last)
    if begin == _DAY_MINUTES:
        raise BadHours(text, part, f"{part!r} begins at 24:00, which only ends a span", f"00{dash}{last}")
    if begin == end:
        raise BadHours(text, part, f"{part!r} is a span of no length; for the whole day write 00-24")
    return begin, end


def _minute(text: str, part: str) -> int:
    """Return the minute of the day that `part` says, 0 to 1440."""
    found = _TIME.fullmatch(part)
    if found is None:
        raise BadHours(text, part, f"{part!r} is not a time of day: write 9, 09 or 09:30, up to 24")
    hour, minute = int(found.group(1)), int(found.group(2) or 0)
    if minute > 59:
        raise BadHours(text, part, f"{part!r} is not a time of day: an hour has the minutes 00 to 59")
    if hour * 60 + minute > _DAY_MINUTES:
        raise BadHours(text, part, f"{part!r} is not a time of day: a day ends at 24:00")
    return hour * 60 + minute


def _zone(text: str, name: str) -> ZoneInfo:
    if not name.startswith(_NOT_PLAIN):
        try:
            return ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass  # unknown, a path out of the tree, or a folder in it: one sentence for all
    known = zoneinfo.available_timezones() - {"localtime"}
    if not known:
        raise BadHours(
            text, name, f"the time zone {name!r} cannot be looked up: there are no time zones here; install tzdata"
        )
    raise BadHours(
        text,
        name,
        f"{name!r} is not a time zone: write its name in the tz database, like Europe/Zurich",
        _near(name, known),
    )


def _near(name: str, known: set[str]) -> str:
    """Return the zone that `name` was probably meant to be: whole, or by its city alone."""
    whole = {zone.casefold(): zone for zone in sorted(known)}
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(known)}
    for names in (whole, cities):
        near = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.75)
        if near:
            return names[near[0]]
    return ""
