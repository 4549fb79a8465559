"""Silences: remediation of what their matchers fit is muted for a while.

Invariant: a silence always ends, and never covers everything: that is what a pause is for, and it says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from remediator.model.content.declined import Refused
from remediator.model.messages import matchers as matching
from remediator.model.messages.matchers import Matcher
from remediator.model.people import ENGINE
from remediator.model.records.mutes import OVER, Silence
from remediator.model.times import Instant
from remediator.mutes import entries
from remediator.mutes.transition import Transition


def idle(matchers: Iterable[Matcher], hosts: Collection[str]) -> Matcher | None:
    """Return the first matcher of hosts that fits none of `hosts`: a silence with it would mute nothing."""
    of_hosts = (matcher for matcher in matchers if matcher.label == "host")
    return next((each for each in of_hosts if not any(each.matches({"host": host}) for host in hosts)), None)


def too_wide(matchers: Sequence[Matcher], kinds: Sequence[str]) -> Refused | None:
    """Refuse matchers that fit every plan. `kinds` are those of all targets that there can be."""
    if not matching.matches_everything(tuple(matchers), kinds):
        return None
    return Refused("this silence would match everything: that is what `remediator pause` is for")


def begun(
    name: str, matchers: tuple[Matcher, ...], span_s: float, reason: str, author: str, now: Instant
) -> tuple[Silence, Transition]:
    """Return the silence `name`, and its beginning."""
    silence = Silence(
        id=name,
        matchers=matchers,
        author=author,
        reason=reason,
        created_at=now.wall,
        until=now.wall + timedelta(seconds=span_s),
    )
    return silence, Transition(kept=(silence,), entries=(entries.Silenced(silence=silence, actor=author),))


def ended(silence: Silence, reason: str, actor: str) -> Transition:
    """Return the end of `silence`."""
    said = entries.SilenceEnded(id=silence.id, reason=reason, actor=actor)
    return Transition(ended=(silence,), entries=(said,))


def over(silences: Iterable[Silence], now: datetime) -> list[Transition]:
    """Return the end of each silence whose time is over."""
    return [ended(silence, OVER, ENGINE) for silence in silences if silence.until <= now]
