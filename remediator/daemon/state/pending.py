"""What was ordered and has not come back: collections, commands, probes, deliveries and live checks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from remediator.collect.places import Lane, UnderWay
from remediator.daemon.state.durable import Key
from remediator.daemon.state.undo.tables import Undoable, UndoableSet
from remediator.daemon.state.undo.undoable_record import Record
from remediator.daemon.state.wire import Act, Collect, Deliver, Effect
from remediator.model.times import Instant


@dataclass
class Pending(Record):
    """See the module. Written by its own methods alone."""

    in_flight: Undoable[str, UnderWay] = field(default_factory=Undoable)
    """Hosts whose collection is under way: none is asked twice at once."""
    due_at: Undoable[str, float] = field(default_factory=Undoable)
    forced: UndoableSet[str] = field(default_factory=UndoableSet)
    working: UndoableSet[Key] = field(default_factory=UndoableSet)
    """(run, step) whose commands are under way in this process."""
    under_way: UndoableSet[Key] = field(default_factory=UndoableSet)
    """(run, step) whose commands left this process and have not come back, also when their time is over: they may still
    arrive."""
    probing: Undoable[str, Instant] = field(default_factory=Undoable)
    """Run to the moment since when a probe looks for the fate of its step."""
    delivering: UndoableSet[int] = field(default_factory=UndoableSet)
    waiting_checks: tuple[Any, ...] = ()
    """`check --live` requests whose replies are not all there yet (requests/checks.WaitingCheck)."""

    # collections ------------------------------------------------------------------------------------------------------

    def wish(self, host: str) -> None:
        """Ask `host` as soon as its collection that is under way, if any, is back."""
        self.forced.add(host)

    def due(self, host: str, boot_s: float) -> None:
        """Ask `host` again at that moment, unless it is wished for earlier."""
        self.due_at[host] = boot_s

    def left(self, host: str, lane: Lane, now: Instant) -> None:
        """The collection of `host` leaves now."""
        self.in_flight[host] = UnderWay(lane=lane, since=now, judged_at=now)
        self.forced.discard(host)

    def came_back(self, host: str) -> None:
        """The collection of `host` has come back, or is given up."""
        self.in_flight.pop(host, None)

    def silent(self, host: str, call: UnderWay, now: Instant) -> None:
        """The collection `call` is still under way, and was taken for silence until now."""
        self.in_flight[host] = replace(call, judged_at=now)

    def keep_wishes(self, hosts: Collection[str]) -> None:
        """Forget the wishes for hosts that are not among `hosts`."""
        self.forced.keep_only(hosts)

    def keep_only(self, hosts: Collection[str]) -> list[str]:
        """Ask each of `hosts` in its time, and no other one any more; return those that left."""
        for host in hosts:
            self.due_at.setdefault(host, 0.0)
        gone = [host for host in self.due_at if host not in hosts]
        for host in gone:
            del self.due_at[host]
        return gone

    # steps ------------------------------------------------------------------------------------------------------------

    def step_left(self, run: str, step: str) -> None:
        """The commands of a step leave now."""
        self.working.add((run, step))
        self.under_way.add((run, step))

    def step_back(self, run: str, step: str) -> None:
        """The commands of a step have come back, or never left."""
        self.working.discard((run, step))
        self.under_way.discard((run, step))

    def step_lost(self, run: str, step: str) -> None:
        """Nobody works on a step any more; its commands may still arrive."""
        self.working.discard((run, step))

    def searches(self, run: str, now: Instant) -> Instant:
        """Return since when a probe looks for the fate of the step of `run`: from now on, if none did."""
        since: Instant = self.probing.setdefault(run, now)
        return since

    def searches_anew(self, run: str, now: Instant) -> None:
        """A probe looks for the fate of the step of `run` from now on."""
        self.probing[run] = now

    def found(self, run: str) -> None:
        """No probe looks for the fate of a step of `run` any more."""
        self.probing.pop(run, None)

    def nobody_searches(self, runs: Iterable[str]) -> None:
        """Let probes begin anew for those of `runs` whose commands are not under way here."""
        busy = {run for run, _ in self.working}
        for run in runs:
            if run not in busy:
                self.found(run)

    # deliveries and live checks ---------------------------------------------------------------------------------------

    def page_left(self, n: int) -> None:
        """The notification `n` leaves now."""
        self.delivering.add(n)

    def page_back(self, n: int) -> None:
        """What became of the notification `n` is known, or it never left."""
        self.delivering.discard(n)

    def check_waits(self, check: Any) -> None:
        """A live check waits for its replies."""
        self.waiting_checks = (*self.waiting_checks, check)

    def check_answered(self, check: Any) -> None:
        """A live check has its answer."""
        self.waiting_checks = tuple(each for each in self.waiting_checks if each is not check)

    def drop_checks(self) -> None:
        """No live check waits any more."""
        self.waiting_checks = ()

    # a turn that failed -----------------------------------------------------------------------------------------------

    def take_back(self, effects: Iterable[Effect]) -> None:
        """Forget that `effects` of a turn that was undone were under way: none of them has left."""
        for effect in effects:
            if isinstance(effect, Collect):
                self.came_back(effect.host)
                if effect.forced:
                    self.wish(effect.host)
            elif isinstance(effect, Act):
                self.step_back(effect.run, effect.step)
            elif isinstance(effect, Deliver):
                self.page_back(effect.n)
