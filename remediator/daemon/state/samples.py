"""What was seen of hosts since the start: their facts, what was judged by them, and the history of each result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from remediator.checks.newcomers import Newcomers
from remediator.checks.series import Series
from remediator.collect.facts import FactStore
from remediator.daemon.state.durable import Key
from remediator.daemon.state.undo.tables import Undoable, UndoableSet
from remediator.daemon.state.undo.undoable_record import Record, lasting
from remediator.model.content.judging import CheckResult
from remediator.model.messages.replies import HostReply
from remediator.model.times import Instant

GROWS = "it grows by what was judged, and what was judged stays true"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJudged:
    """When a group was judged last, and how old the oldest reply it was judged by."""

    at: Instant
    oldest: Instant


@dataclass
class Samples(Record):
    """See the module. Written by the room `observe`."""

    facts: FactStore = field(metadata=lasting("samples are kept, and one that is taken again is folded once"))
    series: Undoable[Key, Series] = field(default_factory=Undoable)
    results: Undoable[Key, CheckResult] = field(default_factory=Undoable)
    good_samples: Undoable[str, int] = field(default_factory=Undoable)
    group_judged: Undoable[str, GroupJudged] = field(default_factory=Undoable)
    group_counted: Undoable[str, Instant] = field(default_factory=Undoable)
    sampled: UndoableSet[Key] = field(default_factory=UndoableSet)
    """What was judged in this turn: only that is decided anew."""
    last_event: Undoable[str, str] = field(default_factory=Undoable)
    """Incident to its newest event."""
    newcomers: Newcomers = field(default_factory=Newcomers)
    changed: bool = True
    """A series or an incident has changed since incidents were correlated."""
    keys_of_host: dict[str, set[Key]] = field(default_factory=dict, metadata=lasting(GROWS))
    """First host of a target to the (check, target) that were judged on it."""
    hosts_with: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set), metadata=lasting(GROWS))
    """Container to the hosts on which it was judged."""

    def correlate_again(self) -> None:
        """A series or an incident has changed: incidents are correlated anew."""
        self.changed = True

    def incident_over(self, incident: str) -> None:
        """Forget the newest event of a closed incident."""
        self.last_event.pop(incident, None)

    def to_decide(self, key: Key) -> None:
        """Decide in this turn on what was judged under `key`."""
        self.sampled.add(key)

    def decided(self) -> None:
        """What was judged in this turn has been decided on."""
        self.sampled.clear()

    def keep(self, reply: HostReply) -> None:
        """Keep a reply that a turn which failed could not judge."""
        self.facts.take(reply)

    def begins_anew(self, key: Key) -> None:
        """Forget the history of a result: a person has closed its incident."""
        self.series.pop(key, None)

    def forget_hosts(self, hosts: Sequence[str]) -> None:
        """Forget what was seen of hosts that left: one that comes back has to be sampled anew."""
        self.facts.forget(hosts)
        self.newcomers = self.newcomers.without(set(hosts))
        for host in hosts:
            self.good_samples.pop(host, None)
            self.keys_of_host.pop(host, None)

    def take_back(self) -> None:
        """Forget what a turn that was undone has made of the samples.

        A problem that became HARD in such a turn must become so again, or nothing durable ever says when it did.
        """
        self.series.undo()
        self.results.undo()

    def keep_only(self, checks: Collection[str], hosts: Iterable[str]) -> None:
        """Forget what was judged by checks that are not there any more, or about hosts that are not."""
        there = set(hosts)
        gone = {key for key in self.series if key[0] not in checks}
        gone |= {key for key, result in self.results.items() if not set(result.target.hosts) <= there}
        for key in gone:
            self.series.discard(key)
            self.results.discard(key)
        for found in self.hosts_with.values():
            found.intersection_update(there)
