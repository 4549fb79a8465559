"""What a member's own log tells of its newest lives: whether it has been in a Primary component since it was started.
Pure.

A member without a usable last view that finds no Primary component does not open its SQL port. It looks for a component
for ``pc.wait_prim_timeout`` (30 s), gives up and ends, and systemd starts it again, for ever. This was seen with
MariaDB 10.11 and Galera 26.4: a kolla cloud whose controllers were all shut down in order comes back like that. The
member's provider logs each view that the member is in.

Invariant: `searching` is True only where the log is that of the running process and has told of no Primary component
since the start. The log must also have told of a view outside of one, in this life or, while this life is young, in the
life before. A server that recovers its data for minutes at its start has no view yet, and is none of these. Such a log
is no proof for a bootstrap: GB-2 wants an answer over SQL or a stopped process. A person is asked about it before
anything is held, and it pages instead of UNKNOWN.

A member that began to join and whose Primary component went meanwhile is another case: it does not give up. It waits
for ever for a donor, with its SQL port closed, and its engine, its unit and systemd call it running. The request is
sent again every second (Galera 25.3.37 and 26.4, replicator_str.cpp). `stranded` is True only where the newest life is
the running process and was in a Primary component. Its last word must be that it is outside of one. Galera tells of
that in two ways: a view that is not Primary, and a Primary view in which no member has a complete state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.kleene import Truth
from remediator.model.values import Unknown

CLOCK_S = 2.0
"""Seconds by which the age of a container and that of a line of its log may differ."""
SILENT_S = 15.0
"""A container that was started so short a time ago may have logged nothing yet."""
PRIMARY, OUTSIDE, LEAVING = "primary", "outside", "leaving"
YOUNG_S = 60.0
"""A life that is younger may have no view yet: mysqld_safe looks for the position first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One start, of mysqld_safe or of the server, up to the next one."""

    age_s: float
    """When it began, in seconds before the log was read."""
    primary: bool
    """The log of this life tells of a view that is a Primary component."""
    outside: bool
    """The log of this life tells of a view that is no Primary component."""
    last: str | None
    """What the log of this life tells last: `PRIMARY`, `OUTSIDE` or `LEAVING`; None: nothing of a component yet."""


def parse(data: Any) -> tuple[Life, ...] | Unknown:
    """Return the lives in a reply, oldest first; UNKNOWN without a log, or when one has no time or is not what it
    should be."""
    if data is None:
        return Unknown("no_log")
    try:
        return tuple(_life(one) for one in typed.items({"lives": data}, "lives"))
    except typed.WRONG as error:
        return Unknown(f"lives:{type(error).__name__}")


def _life(data: Mapping[str, Any]) -> Life:
    return Life(
        age_s=typed.age(data, "age_s"),
        primary=typed.flag(data, "primary"),
        outside=typed.flag(data, "outside"),
        last=_last(typed.text_or_none(data, "last")),
    )


def _last(word: str | None) -> str | None:
    if word not in (None, PRIMARY, OUTSIDE, LEAVING):
        raise ValueError("no such word about a component")
    return word


def searching(lives: Sequence[Life] | Unknown, running_s: float | None) -> Truth:
    """Return whether the process that has been running for `running_s` seconds looks for a Primary component.
    `running_s` is None where there is no process and systemd is about to start it. While a start takes, an empty log
    proves nothing, and the life before tells."""
    if isinstance(lives, Unknown):
        return lives
    if not lives:
        return Unknown("no_start_in_log")
    if running_s is not None and running_s > SILENT_S and not tells_of(lives, running_s):
        return Unknown("log_of_an_older_start")
    for life in reversed(lives):
        if life.primary:
            return False
        if life.outside:
            return True
        if life.age_s > YOUNG_S:
            return Unknown("no_view_yet")
    return Unknown("no_view_yet")


def stranded(lives: Sequence[Life] | Unknown, running_s: float) -> Truth:
    """Return whether the process that has been running for `running_s` seconds was in a Primary component, lost it, and
    has found none since. A process that shuts down tells of leaving, and is none of these."""
    if isinstance(lives, Unknown):
        return lives
    if not lives:
        return Unknown("no_start_in_log")
    if not tells_of(lives, running_s):
        return Unknown("log_of_an_older_start")
    newest = lives[-1]
    return newest.primary and newest.last == OUTSIDE


def tells_of(lives: Sequence[Life], started_s: float) -> bool:
    """Return whether a life begins with the start of the container, `started_s` seconds ago by the engine. The log is
    then that container's, and its times are of the host's zone."""
    return any(-CLOCK_S <= started_s - life.age_s <= SILENT_S for life in lives)


def looks_for_s(lives: Sequence[Life] | Unknown) -> float | None:
    """Return for how many seconds at least the member has been started again and again without a Primary component.
    None when the log does not say, or the newest life was in one."""
    found: float | None = None
    if isinstance(lives, Unknown):
        return None
    for life in reversed(lives):
        if life.primary:
            break
        found = life.age_s
    return found


def given_s(lives: Sequence[Life] | Unknown, started_s: float, ended_s: float) -> float | None:
    """Return for how long a process that has ended was given to find a Primary component. `started_s` and `ended_s`:
    how long ago its container was started, and ended. None when the log is of another start, or its newest life ended
    in a Primary component."""
    if isinstance(lives, Unknown) or not lives or not tells_of(lives, started_s) or lives[-1].last in (None, PRIMARY):
        return None
    since_s = looks_for_s(lives)
    return max(0.0, (lives[-1].age_s if since_s is None else since_s) - ended_s)
