"""What lies in the data directory of one Galera member in memory: history, position, saved states, prepared
transactions.

Invariant: what is committed and not yet flushed is gone after a kill, and nothing else ever is but by a state transfer.
A history is told from another by its uuid, and from itself after a bootstrap further back by its *branches*: (number,
position where it began). Files are texts as Galera writes them (documentation of grastate.dat and gvwstate.dat).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

UUID = "5a2f8a3e-0000-11f0-8000-000000000001"
ZERO = "00000000-0000-0000-0000-000000000000"
VERSION = "10.11.19-MariaDB-0+deb12u1"
DATA_BYTES = 10 << 30
READY = "[Note] mariadbd: ready for connections."

Branches = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class View:
    """A Primary component: its number, and the processes in it."""

    number: int
    members: tuple[str, ...]

    def text(self, mine: str) -> str:
        """Return gvwstate.dat as the process `mine` writes it."""
        lines = (
            f"my_uuid: {mine}", "#vwbeg", f"view_id: 3 {self.members[0]} {self.number}", "bootstrap: 0",
            *(f"member: {member} 0" for member in self.members), "#vwend",
        )  # fmt: skip
        return "\n".join(lines) + "\n"


@dataclass
class Life:
    """One life of the server: when it began (true seconds), and what its log tells of the views that it was in."""

    at_s: float
    primary: bool = False
    outside: bool = False
    last: str | None = None
    """What it tells last: primary or outside."""


def within(inner: Branches, position: int, outer: Branches, reached: int) -> bool:
    """Return whether a history up to `position` is the beginning of another one that goes up to `reached`."""
    for number, (mine, theirs) in enumerate(zip(inner, outer, strict=False)):
        if mine != theirs:
            return position <= min(inner[number][1], outer[number][1])
    if len(inner) > len(outer):
        return position <= min(inner[len(outer)][1], reached)
    return position <= (outer[len(inner)][1] if len(outer) > len(inner) else reached)


@dataclass
class Data:
    """`number` makes its processes' uuids its own."""

    number: int
    uuid: str = UUID
    committed: int = 1000
    branches: Branches = ((0, 0),)
    grastate: str | None = None
    view: View | None = None
    """What gvwstate.dat holds; None without one."""
    view_text: str | None = None
    """In place of what `view` would be written as: cut, or garbage."""
    incarnation: int = 1
    rows: int = 120
    """Of the table that is counted."""
    xa: int = 0
    upgraded_for: str = VERSION
    """The version for which mariadb-upgrade last ran."""
    sst: bool = False
    log: str | None = READY
    """The end of its log; None: nobody could read it."""
    signs: tuple[str, ...] = ()
    """Lines since its last start that say what is wrong with a member that runs."""
    received: int | None = None
    """How far its cache of write sets goes, which outlives a kill; None: it has none, or it ends where its position
    is."""
    starts: list[dict[str, Any]] = field(default_factory=list)
    """How each life of its server began, as the log tells it."""
    lives: list[Life] = field(default_factory=list)
    """When each began, and what views it was in, as the log tells it."""
    copies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Run to the names of the files that were copied for it."""

    @property
    def process(self) -> str:
        """The member's name in the group: a new one with each start that finds no view."""
        return f"{self.number:08x}-0000-11f0-8000-{self.incarnation:012x}"

    @property
    def empty(self) -> bool:
        return self.uuid == ZERO

    def save(self, seqno: int, safe: bool = False) -> None:
        """Write grastate.dat."""
        self.grastate = grastate(self.uuid, seqno, safe)

    @property
    def saved_view(self) -> str | None:
        return self.view_text if self.view_text is not None else self.view.text(self.process) if self.view else None

    @property
    def safe(self) -> bool:
        """Whether grastate.dat says that it may bootstrap."""
        return "safe_to_bootstrap: 1" in (self.grastate or "")

    @property
    def knows_itself(self) -> bool:
        """Whether grastate.dat is whole and of a history: without that it takes a whole transfer."""
        return (
            self.uuid != ZERO and self.uuid in (self.grastate or "") and "safe_to_bootstrap:" in (self.grastate or "")
        )

    def begin(self, now_s: float) -> None:
        """A life of the server begins, and logs from where and up to which write set of its cache."""
        self.lives.append(Life(now_s))
        held = None if self.empty else self.committed if self.received is None else self.received
        self.starts.append(
            {"uuid": self.uuid, "position": self.committed, "cache_uuid": self.uuid, "received": held, "formed": None}
        )

    def first_in(self, uuid: str, at: int, view: int, anew: bool) -> None:
        """The member is in a Primary component, and logs which one when it is the first of this life. A component that
        formed `anew` counts from -1."""
        self.received = None
        if self.lives:
            self.lives[-1].primary, self.lives[-1].last = True, "primary"
        if self.starts and self.starts[-1]["formed"] is None:
            exchange = f"{view:08x}-0000-11f0-9000-{at:012x}"
            self.starts[-1]["formed"] = {
                "exchange": exchange, "conf_id": -1 if anew else view, "act_id": at if anew else at + 1, "uuid": uuid,
            }  # fmt: skip

    def outside(self) -> None:
        """The member is in a view that is no Primary component, and logs that."""
        if self.lives:
            self.lives[-1].outside, self.lives[-1].last = True, "outside"

    def wipe(self) -> None:
        """A whole transfer has begun: what was there is gone."""
        self.received = None
        self.uuid, self.committed, self.branches, self.sst, self.xa, self.rows = ZERO, -1, ((0, 0),), True, 0, 0
        self.save(-1)

    def take(self, uuid: str, committed: int, branches: Branches, rows: int) -> None:
        """A transfer has ended."""
        self.uuid, self.committed, self.branches, self.rows, self.sst = uuid, committed, branches, rows, False
        self.save(-1)

    def lose(self, newest: int) -> None:
        """The newest transactions were in no file when the process was killed."""
        if not self.empty:
            self.received = self.committed if self.received is None else self.received
            self.committed = max(self.branches[-1][1], self.committed - newest)


def grastate(uuid: str, seqno: int, safe: bool) -> str:
    return f"# GALERA saved state\nversion: 2.1\nuuid:    {uuid}\nseqno:   {seqno}\nsafe_to_bootstrap: {int(safe)}\n"


def recovered(data: Data) -> Sequence[str]:
    """Return what ``--wsrep-recover`` prints of `data`, as MariaDB 10.11 does."""
    lines = [f"0 [Note] Starting MariaDB {VERSION} as process 7", "0 [Note] InnoDB: 128 rollback segments are active."]
    if data.xa:
        lines.append(
            f"0 [ERROR] Found {data.xa} prepared transactions! It means that server was not shut down properly"
        )
    lines.append(f"0 [Note] WSREP: Recovered position: {data.uuid}:{data.committed if not data.empty else -1}")
    return [f"2026-01-05 12:00:00 {line}" for line in lines]
