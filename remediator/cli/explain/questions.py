"""What somebody asks in free words, "ctl2 memcached, 03:10": names and perhaps a time. Pure.

Every name must fit: a host, the kind or a part of a target, a whole target, a check. A person may use one word for a
container and for the kind of target that it is a member of. The integrations declare which words stand for each other
(`Aliases`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from remediator.cli.errors import USAGE, CliError
from remediator.cli.render import sanitize

WINDOW: Final = timedelta(minutes=15)
_ID: Final = re.compile(r"(inc|run|ev)-\S*")
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_FILLER: Final = frozenset({"at", "on", "utc"})

Aliases = Mapping[str, frozenset[str]]
"""A word to the others that mean the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`at` None: the newest is meant."""

    names: tuple[str, ...]
    at: datetime | None

    @property
    def about(self) -> str:
        return " ".join(self.names)


def is_id(word: str) -> bool:
    """Return whether `word` is, or is meant as, the id of an incident, a run or an event."""
    return _ID.fullmatch(word.strip()) is not None


def parse(words: Sequence[str], now: datetime) -> Question:
    """Return the question. A time of day is UTC, today or, when that lies ahead, yesterday. Raise CliError 64 if it is
    none."""
    names: list[str] = []
    moments: list[datetime] = []
    date = ""
    for word in " ".join(words).replace(",", " ").split():
        if _DATE.fullmatch(word):
            date = word
        elif _CLOCK.fullmatch(word) or _DATE.match(word):
            moments.append(_moment(word, date, now))
        elif word.casefold() not in _FILLER:
            names.append(word)
    if not names:
        raise CliError(
            'name a host, a service, a target or a check, like: remediator explain "ctl2 memcached, 03:10"', USAGE
        )
    if date and not moments:
        raise CliError(f"{date} is a day; add the time: {date}T03:10", USAGE)
    if len(moments) > 1:
        raise CliError("one time, please: it is looked at 15 minutes before and after it", USAGE)
    if moments and moments[0] > now:
        raise CliError(f"{moments[0]:%Y-%m-%d %H:%M} UTC lies in the future", USAGE)
    return Question(names=tuple(names), at=moments[0] if moments else None)


def _moment(word: str, date: str, now: datetime) -> datetime:
    """Return the moment of ``03:10``, of that on the day before it, or of an ISO time (UTC unless it says
    otherwise)."""
    of_day = _CLOCK.fullmatch(word) is not None
    try:
        found = datetime.fromisoformat(f"{date or f'{now:%Y-%m-%d}'}T{word.zfill(5)}" if of_day else word)
    except ValueError:
        raise CliError(f"{word!r} is not a time; write 03:10 or 2026-11-23T03:10 (UTC)", USAGE) from None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found - timedelta(days=1) if of_day and not date and found > now else found


def fits(names: Iterable[str], target: str, check: str, hosts: Sequence[str], same: Aliases) -> bool:
    """Return whether every name is one of this target (whole, a part, a host of it) or its check."""
    return all(_is_one_of(name.casefold(), _names(target, check, hosts), same) for name in names)


def _names(target: str, check: str, hosts: Sequence[str]) -> set[str]:
    return {each.casefold() for each in (target, check, *target.split("/"), *hosts)}


def _is_one_of(name: str, known: set[str], same: Aliases) -> bool:
    return name in known or not known.isdisjoint(same.get(name, ()))


def unknown(names: Iterable[str], known: Iterable[str], same: Aliases) -> str:
    """Return the sentence about the first name that nothing known bears, empty when each is known."""
    heard = {part for each in known for part in (each, *each.split("/"))}
    folded = {each.casefold() for each in heard}
    for name in names:
        if not _is_one_of(name.casefold(), folded, same):
            return f"nothing known is called {name!r}{sanitize.suggestion(name, sorted(heard))}"
    return ""


def of_key(key: str) -> tuple[str, str]:
    """Return (check, target) of an incident's key ``check:target``."""
    check, _, target = key.partition(":")
    return check, target


def told_then(decisions: Sequence[Mapping[str, Any]], start: str, end: str) -> list[Mapping[str, Any]]:
    """Return the decisions made from `start` to `end`, and before them of each rule the one that still stood."""
    standing = {each["rule"]: each for each in decisions if (each.get("at") or "") < start}
    within = [each for each in decisions if start <= (each.get("at") or "") <= end]
    return [*standing.values(), *within]
