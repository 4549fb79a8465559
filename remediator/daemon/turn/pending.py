"""What was ordered and has not come back: collections, commands, probes, deliveries and live checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from remediator.daemon.turn.durable import Key
from remediator.daemon.turn.places import UnderWay
from remediator.daemon.turn.record import Record
from remediator.daemon.turn.undoable import Undoable, UndoableSet
from remediator.model.times import Instant


@dataclass
class Pending(Record):
    """See the module."""

    in_flight: Undoable[str, UnderWay] = field(default_factory=Undoable)
    """Hosts whose collection is under way: none is asked twice at once."""
    due_at: Undoable[str, float] = field(default_factory=Undoable)
    forced: UndoableSet[str] = field(default_factory=UndoableSet)
    working: UndoableSet[Key] = field(default_factory=UndoableSet)
    """(run, step) whose commands are under way in this process."""
    under_way: UndoableSet[Key] = field(default_factory=UndoableSet)
    """(run, step) whose commands left this process and have not come back, also when their time is over: they may still arrive."""
    probing: Undoable[str, Instant] = field(default_factory=Undoable)
    """Run to the moment since when a probe looks for the fate of its step."""
    delivering: UndoableSet[int] = field(default_factory=UndoableSet)
    waiting_checks: tuple[Any, ...] = ()
    """`check --live` requests whose replies are not all there yet (asking.WaitingCheck)."""

    def keep_only(self, hosts: Collection[str]) -> list[str]:
        """Ask each of `hosts` in its time, and no other one any more; return those that left."""
        for host in hosts:
            self.due_at.setdefault(host, 0.0)
        gone = [host for host in self.due_at if host not in hosts]
        for host in gone:
            del self.due_at[host]
        return gone
