"""How one daemon of Open vSwitch or OVN answered at its socket. Pure.

Invariant: only ANSWERED says anything else of the daemon. STOPPED is a proof, and every other word is not one: nobody
listens at any of its sockets, and no process has its name. The daemons answer unixctl and OVSDB from one loop:
one that stands still takes connections into the backlog and answers none (seen with SIGSTOP). Sources: unix(7) for what
connect(2) returns; openvswitch lib/unixctl.c, lib/stream-unix.c.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.kleene import Truth
from remediator.model.values import Unknown

MOST_PATH = 200
MOST_REASON = 200
MOST_PROCESSES = 16
NOT_LOOKED = Unknown("not_looked")


class Answering(enum.Enum):
    """How a daemon answered."""

    ANSWERED = "answered"
    WEDGED = "wedged"
    """It takes a connection, or has no room for one, and answers nothing in its time."""
    STOPPED = "stopped"
    """Nobody listens at any of its sockets, and no process of its name runs."""
    UNREACHED = "unreached"
    """A process of its name runs, or its socket is there, and there is no way to it."""
    GARBLED = "garbled"
    """It answered something else than its protocol has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process of the daemon's name, by the host's own process numbers."""

    pid: int
    state: str
    """The letter of proc(5): R S D T Z; ``T``: somebody stopped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One daemon: how it answered, and by which way."""

    answering: Answering
    way: str | None
    """The path of the socket that was tried last; ``exec CONTAINER`` where the engine had to lend a hand; None: there
    was no way."""
    reason: str
    """What stood in the way, in the system's words; empty when it answered."""
    processes: tuple[Process, ...] | Unknown = NOT_LOOKED
    """Looked for only when the daemon did not answer: it costs a walk through /proc."""

    @property
    def answers(self) -> bool:
        return self.answering is Answering.ANSWERED

    @property
    def stopped(self) -> Truth:
        """Whether the daemon is proven not to run."""
        if self.answering is Answering.STOPPED:
            return True
        return False if self.answering is not Answering.UNREACHED else Unknown(f"daemon_unreached: {self.reason}")

    @property
    def unknown(self) -> Unknown:
        """Why nothing else is known of a daemon that did not answer."""
        return Unknown(f"daemon_{self.answering.value}" + (f": {self.reason}" if self.reason else ""))


def parse(item: Mapping[str, Any]) -> Reached:
    """Return how a daemon answered. Raise as `typed` does."""
    found = item["processes"]
    return Reached(
        answering=Answering(typed.text(item, "answering", 16)),
        way=typed.text_or_none(item, "way", MOST_PATH),
        reason=typed.text(item, "reason", MOST_REASON),
        processes=NOT_LOOKED
        if found is None
        else tuple(_process(typed.table({"process": one}, "process")) for one in _processes(item)),
    )


def _processes(item: Mapping[str, Any]) -> list[Any]:
    return list(typed.items(item, "processes", MOST_PROCESSES))


def _process(item: Mapping[str, Any]) -> Process:
    return Process(pid=typed.whole(item, "pid"), state=typed.text(item, "state", 1))
