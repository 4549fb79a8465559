"""What was seen and heard of others at work since the start: signs of maintenance on hosts, words of monitoring,
foreign names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from remediator.daemon.state.durable import Key
from remediator.daemon.state.undo.tables import Undoable
from remediator.daemon.state.undo.undoable_record import Record
from remediator.model.messages.signs import Sign
from remediator.model.times import Instant


@dataclass
class Others(Record):
    """See the module. Written by the room `observe`."""

    shown_signs: Undoable[str, tuple[Sign, ...]] = field(default_factory=Undoable)
    """Host to the signs of maintenance in its newest whole reply."""
    seen_ahead: Undoable[str, dict[str, datetime]] = field(default_factory=Undoable)
    """Host to the signs in its newest whole reply that bear a time to come, each with when it was first seen."""
    act_files: Undoable[str, str] = field(default_factory=Undoable)
    """Host to what is wrong with its files of `remediator-act`, by its newest reply that shows them."""
    downtime_told: Undoable[tuple[str, str], float] = field(default_factory=Undoable)
    """(host, service) to the time of the newest word about its downtime: an older one that comes late changes
    nothing."""
    reports: Undoable[str, list[tuple[Key, Instant]]] = field(default_factory=Undoable)
    """Of each sender: for which services that no check is about it has opened an incident, and when
    (observe.hints.services)."""
    names_paged: tuple[tuple[str, Instant], ...] = ()
    """The ambiguous names of the last day that paged at once (observe.hints.foreigners)."""
    foreign_events: tuple[Instant, int, str] | None = None
    """Since when, how many events of foreign names were stored, and the newest of them (observe.hints.foreigners)."""
    names_looked_at: Instant | None = None
    """When somebody looked last whether foreign names are to be told or forgotten."""

    def forget_hosts(self, hosts: Collection[str]) -> None:
        """Forget what hosts that left have shown."""
        for host in hosts:
            self.shown_signs.pop(host, None)
            self.seen_ahead.pop(host, None)
            self.act_files.pop(host, None)
