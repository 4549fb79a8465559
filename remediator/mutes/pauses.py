"""Pauses: each is a reason of its own to do nothing at all, and each is lifted by itself."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.model.content.declined import Refused
from remediator.model.records.mutes import Pause
from remediator.model.times import Instant, rfc3339
from remediator.mutes import entries
from remediator.mutes.transition import Transition


def begun(name: str, reason: str, author: str, now: Instant) -> Transition:
    """Return the beginning of the pause `name`."""
    pause = Pause(id=name, reason=reason, author=author, at=rfc3339(now.wall))
    return Transition(kept=(pause,), entries=(entries.Paused(pause=pause, actor=author),))


def lifted(pauses: Mapping[str, Pause], wanted: str, reason: str, actor: str, *, every: bool) -> Transition | Refused:
    """Return the end of the pause `wanted`, or of all: of several one must be named, for another may be somebody
    else's."""
    if not wanted and len(pauses) > 1 and not every:
        return Refused(f"{len(pauses)} pauses stand ({', '.join(pauses)}): name one, or say --all")
    gone = (pauses[wanted],) if wanted else tuple(pauses.values())
    return Transition(ended=gone, entries=(entries.Resumed(lifted=gone, reason=reason, actor=actor),))
