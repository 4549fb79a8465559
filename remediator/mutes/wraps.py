"""Wrapped commands: what a person runs under `pause --wrap` mutes its scope while it runs, and for the time of
maintenance after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from remediator.model.messages.signs import Sign, SignKey
from remediator.model.people import ENGINE
from remediator.model.records.mutes import Wrap
from remediator.model.times import Instant
from remediator.mutes import entries
from remediator.mutes.transition import Transition

KIND = "wrap"
"""The kind of a sign, and of its key, that a wrapped command has."""
GONE = "its process is gone"
KEPT_S = 60.0
"""A wrapped command is kept so much longer than it mutes."""


def begun(wrap: Wrap) -> Transition:
    """Return the beginning of a wrapped command."""
    return Transition(kept=(wrap,), entries=(entries.Wrapped(wrap=wrap, actor=wrap.author),))


def ended(wrap: Wrap, how: str, actor: str, now: Instant) -> Transition:
    """Return the end of a wrapped command; nothing changes when its end is known already."""
    if wrap.ended_at is not None:
        return Transition()
    said = entries.WrapEnded(wrap=wrap.id, how=how, actor=actor)
    return Transition(kept=(replace(wrap, ended_at=now.wall),), entries=(said,))


def over(
    wraps: Iterable[Wrap], alive: Callable[[int, str], bool], maintenance_s: float, now: Instant
) -> list[Transition]:
    """Return the end of each command whose process is gone, and of what held long enough after its end."""
    found = []
    for wrap in wraps:
        if wrap.ended_at is None:
            if not alive(wrap.pid, wrap.pid_started):
                found.append(ended(wrap, GONE, ENGINE, now))
        elif (now.wall - wrap.ended_at).total_seconds() > maintenance_s + KEPT_S:
            found.append(Transition(ended=(wrap,)))
    return found


def covers(scope: str, host: str, groups: Collection[str]) -> bool:
    """Return whether the scope of a wrapped command covers `host`, which is in these `groups`."""
    kind, _, name = scope.partition("/")
    return kind == "all" or (kind == "host" and name == host) or (kind == "group" and name in groups)


def key(wrap: str, host: str) -> SignKey:
    """Return the key of the sign that a wrapped command is on `host`."""
    return SignKey(KIND, wrap, host)


def sign(wrap: Wrap, host: str, now: datetime) -> Sign:
    """Return the sign of maintenance that a wrapped command is on `host`: it lasts until the command's end, and mutes
    after it."""
    return Sign(
        kind=KIND,
        host=host,
        service=None,
        at=wrap.ended_at or now,
        key=key(wrap.id, host).text,
        detail=f"{wrap.author} {'ran' if wrap.ended_at else 'runs'} {wrap.command!r} under pause --wrap "
        f"({wrap.reason})",
    )
