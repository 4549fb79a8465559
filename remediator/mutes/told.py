"""What senders say of downtimes: heard in the order of their times, of the host and of its service apart. Pure.

Invariants: a word that was said before the newest one changes nothing. A host's depth is the host's, whoever told it,
and ends with the host's own end. What was told with a time ends only by a word with a later time. What was told without
a time ends by a word of the same sender, or by a word with a time. A service's word that its host is in no downtime
ends one only if it was surely said later than the host's newest word. Nagios tells of a start before it counts it. A
guessed name ends no downtime told by another name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from remediator.inventory import naming
from remediator.model.messages.hooks import Hint
from remediator.model.times import Instant
from remediator.mutes import entries
from remediator.mutes.transition import Transition
from remediator.safety.case import Downtime

BELIEVED_H = 7 * 24
"""A downtime of which no end was heard is believed for a week after it was last mentioned."""
MOST_SERVICES = 50
"""Downtimes of services of one host that are kept one by one."""
OTHERS = "(more services)"
"""Stands for all further ones: it mutes the host until a week after it was last mentioned."""
WITHIN_S = 0.999
"""Nagios tells whole seconds: a downtime's end outlasts what services said within its second, and no word of the host
itself."""
STARTS = "DOWNTIMESTART"
ENDS = ("DOWNTIMEEND", "DOWNTIMECANCELLED", "DOWNTIMEREMOVED")
"""Of Nagios, of Nagios, of Icinga 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word about the downtime of `host`, or of its `service`. `kept`: why it changes nothing; empty when it
    counts."""

    source: str
    host: str
    service: str
    depth: int
    told_at: float
    """By the sender's clock; 0 when it did not say."""
    newest: float
    """The time of the newest word before it; 0 when none had one."""
    ends: bool
    name: str
    """The name by which the host was meant."""
    before: int
    sender: str = ""
    kept: str = ""

    @property
    def became(self) -> str:
        """What the word changed, in one sentence."""
        what = f"{self.host}/{self.service}" if self.service else self.host
        if self.kept:
            return f"of the downtime of {what} nothing changed: {self.kept}"
        if self.depth == self.before:
            return f"{what} {_standing(self.depth)}, as before"
        return f"{what} {_standing(self.depth)} from now on, with depth {self.before} before"


def _standing(depth: int) -> str:
    return f"is in a downtime of depth {depth}" if depth else "is in no downtime"


Standing = Mapping[tuple[str, str], Downtime]
"""(host, service) to its downtime; the service of a downtime of the whole host is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known before a hint comes. `newest` returns the time of the newest word about the downtime of (host,
    service), 0 without one."""

    standing: Standing
    newest: Callable[[str, str], float]


def words(hint: Hint, host: str, told_at: float, known: Known, *, guessed: bool) -> tuple[Word, ...]:
    """Return what `hint` says of downtimes of `host` (its name in the inventory) and of its service, each weighed by
    itself."""
    found = []
    if hint.downtime_depth is not None or hint.notification_type in (STARTS, *ENDS):
        depth = hint.downtime_depth or 0
        depth = max(1, depth) if hint.notification_type == STARTS else depth
        found.append(_weighed(known, hint, host, hint.service or "", depth, told_at, guessed=guessed))
    if hint.service and hint.host_downtime_depth is not None:
        found.append(_weighed(known, hint, host, "", hint.host_downtime_depth, told_at, guessed=guessed))
    return tuple(found)


def _weighed(known: Known, hint: Hint, host: str, service: str, depth: int, told_at: float, *, guessed: bool) -> Word:
    if depth > 0 and _crowded(known.standing, host, service):
        service = OTHERS
    standing = known.standing.get((host, service))
    name = naming.canonical(hint.host)
    kept = ""
    newest = known.newest(host, service)
    by_service = bool(hint.service) and not service
    ends = hint.notification_type in ENDS and not by_service
    limit = newest if by_service or told_at % 1 else int(newest)
    if guessed and standing is None and depth == 0:
        kept = f"none is known, and {hint.host} may be another host"  # it may not even count as the newest word
    elif guessed and standing is not None and standing.name != name:
        kept = f"{hint.host} may be another host than {standing.name or host}"
    elif standing is not None and depth < standing.depth and not told_at and (why := _untimed(standing, hint)):
        kept = why
    elif told_at and told_at < limit:
        kept = "a later word about it was heard before"
    elif by_service and standing is not None and depth < standing.depth and told_at <= newest and (told_at or newest):
        kept = "only the host itself, or a word that is surely later, ends what the host told"
    return Word(
        source=hint.source,
        host=host,
        service=service,
        depth=depth,
        told_at=told_at,
        newest=newest,
        ends=ends,
        name=name,
        before=standing.depth if standing is not None else 0,
        sender=standing.sender if standing is not None and standing.sender else hint.sender,
        kept=kept,
    )


def _crowded(standing: Standing, host: str, service: str) -> bool:
    """Return whether the host has as many downtimes of services as are kept one by one, and `service` is none of
    them."""
    if not service or (host, service) in standing:
        return False
    return sum(each.host == host and bool(each.service) for each in standing.values()) >= MOST_SERVICES


def _untimed(standing: Downtime, hint: Hint) -> str:
    """Return why a word without a time lifts nothing of what stands; empty when it may."""
    if standing.told_at:
        return "it says no time (TIMET), and what was told with one ends by a later word only"
    if standing.sender and standing.sender != hint.sender:
        return f"it says no time (TIMET), and the sender {standing.sender} told of it"
    return ""


def heard_at(word: Word) -> float:
    """Return the time before which no later word counts, once `word` has been heard."""
    whole_second = word.told_at and not word.told_at % 1
    return max(word.newest, word.told_at + (WITHIN_S if word.ends and whole_second else 0.0))


def taken(word: Word, standing: Downtime | None, now: Instant) -> Transition:
    """Return what a word that counts makes of the downtime that is `standing`."""
    said = entries.DepthTold(host=word.host, service=word.service, depth=word.depth, actor=word.source)
    told = (said,) if word.before != word.depth else ()
    if word.depth <= 0:
        return Transition(ended=(standing,) if standing is not None else (), entries=told)
    downtime = Downtime(
        source=word.source,
        host=word.host,
        service=word.service or None,
        depth=word.depth,
        seen_at=now.wall,
        until=now.wall + timedelta(hours=BELIEVED_H),
        name=word.name,
        sender=word.sender,
        told_at=max(word.told_at, standing.told_at if standing is not None else 0.0),
    )
    return Transition(kept=(downtime,), entries=told)
