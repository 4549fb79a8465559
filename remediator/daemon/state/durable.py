"""A mirror of the durable state, as the store has it.

The mirror is read from the store (`adopt`) and changed only through a `Turn`, together with its rows. When a
transaction fails the mirror is stale and is read again before anything else is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from remediator.model import times
from remediator.model.messages.hooks import ForeignName
from remediator.model.messages.signs import Sign
from remediator.model.records.holds import Rival, Storm
from remediator.model.records.mutes import OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.model.records.records import Debt, Decision, GroupKept, Incident, Run
from remediator.model.times import Instant
from remediator.runs.debts import debts
from remediator.safety.case import Downtime
from remediator.store.stored import meta
from remediator.store.stored.loading import Stored

Key = tuple[str, str]
"""(check, target text)."""


@dataclass
class Durable:
    """See the module. Written by `adopt`, and together with its rows by `turn`, `mutes`, `notes` and `sightings`
    alone."""

    adopted: bool = False
    incidents: dict[str, Incident] = field(default_factory=dict)
    by_key: dict[Key, str] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    debts: dict[str, Debt] = field(default_factory=dict)
    """Those that are open, oldest first."""
    decisions: dict[Key, Decision] = field(default_factory=dict)
    """(incident, rule) to the newest stored decision."""
    past_runs: dict[str, Run] = field(default_factory=dict)
    downtimes: dict[tuple[str, str], Downtime] = field(default_factory=dict)
    pauses: dict[str, Pause] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    own_downtimes: dict[str, OwnDowntime] = field(default_factory=dict)
    wraps: dict[str, Wrap] = field(default_factory=dict)
    unacked: dict[str, Unacked] = field(default_factory=dict)
    """Target to the ladder that ended there without a cure."""
    acked_at: dict[str, datetime] = field(default_factory=dict)
    groups: dict[str, GroupKept] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)
    """Assessment to what its integration keeps of it (observe.marks)."""
    just_closed: dict[str, Incident] = field(default_factory=dict)
    """Incidents closed in the last ten minutes: cured or not, they count in a storm."""
    storm_latched: str | None = None
    """Since when, and by what, the storm breaker is open for R3."""
    storm_counted: frozenset[str] = frozenset()
    """The incidents that it has counted since, as far as they are not over."""
    storm_closed_at: Instant | None = None
    """When a person closed it last: what went HARD until then is not counted again."""
    storm_told: str = ""
    """The page of the storm whose end nobody was told yet."""
    said: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Host to the names by which it calls itself. Replaced and never changed: an index is made of it."""
    foreign: dict[str, ForeignName] = field(default_factory=dict)
    """Names from outside that mean no watched host, by their one spelling (foreigners)."""
    names_told_at: datetime | None = None
    """When the last digest of them was queued."""
    one_machine: frozenset[tuple[str, ...]] = frozenset()
    """The machines that the inventory has under several names, as the store has them (identities)."""
    notices_told: frozenset[tuple[str, ...]] = frozenset()
    """(kind, name, text) of the notices that people were told of and that stood then (notify.notices)."""
    rival_closed_at: Instant | None = None
    """Until when a person has said that no other one acts here."""
    rival: str | None = None
    """Since when, and by which line on a host, another remediator is known to act here."""
    accepted: set[str] = field(default_factory=set)
    signs: dict[str, Sign] = field(default_factory=dict)
    signs_written: dict[str, datetime] = field(default_factory=dict)
    """Key of a sign to its time as the store has it: one that goes on is not written with every sample."""

    def adopt(self, stored: Stored) -> None:
        """Take over the durable state as the store has it."""
        self.incidents = dict(stored.incidents)
        self.by_key = {(incident.check, incident.target.text): incident.id for incident in stored.incidents.values()}
        self.runs = dict(stored.runs)
        self.locks = dict(stored.locks)
        self.debts = {debt.id: debt for debt in stored.debts}
        self.decisions = dict(stored.decisions)
        self.past_runs = {
            run.id: run
            for run in (*stored.past_runs, *stored.runs.values())
            if run.intent_at is not None and not debts.is_release(run)
        }
        self.downtimes = {}
        for downtime in stored.downtimes:
            self.downtimes[(downtime.host, downtime.service or "")] = downtime
        self.pauses = dict(stored.pauses)
        self.silences = {each.id: each for each in stored.silences}
        self.own_downtimes = {each.id: each for each in stored.own_downtimes}
        self.wraps = {each.id: each for each in stored.wraps}
        self.unacked = {each.target: each for each in stored.unacked}
        self.acked_at = {target: times.parse_rfc3339(at) for target, at in stored.acked_at.items()}
        self.groups = dict(stored.groups)
        self.just_closed = {incident.id: incident for incident in stored.just_closed}
        self.said = {host: tuple(names) for host, names in stored.said.items()}
        self.foreign = {each.name: each for each in sorted(stored.foreign, key=lambda each: each.last_at)}
        for name, mirror in MIRRORS.items():
            mirror(self, stored.meta.get(meta.KEYS[name]))
        self.marks = stored.meta.family(meta.MARKS)
        self.accepted = set(stored.accepted)
        self.signs = dict(stored.signs)
        self.signs_written = {key: sign.at for key, sign in stored.signs.items()}
        self.adopted = True

    def noted(self, key: meta.Key[meta.Value], value: meta.Value | None) -> None:
        """Take over what the store has under `key` now; None: nothing."""
        if key.name in MIRRORS:
            MIRRORS[key.name](self, value)

    def stale(self) -> None:
        """Read the store again before anything else is decided: a turn has failed, or rows are not as they were."""
        self.adopted = False

    @property
    def storm(self) -> Storm:
        """What is kept of the storm breaker."""
        return Storm(
            latched=self.storm_latched, counted=self.storm_counted, closed_at=self.storm_closed_at, told=self.storm_told
        )

    @property
    def rival_brake(self) -> Rival:
        """What is kept of another remediator."""
        return Rival(open=self.rival, closed_at=self.rival_closed_at)

    def incident_of(self, key: Key) -> Incident | None:
        found = self.by_key.get(key)
        return self.incidents.get(found) if found else None

    def live_run_of(self, incident: str) -> Run | None:
        return next((run for run in self.runs.values() if run.incident == incident), None)


def _storm_latched(kept: Durable, value: str | None) -> None:
    kept.storm_latched = value


def _storm_counted(kept: Durable, value: frozenset[str] | None) -> None:
    kept.storm_counted = value or frozenset()


def _storm_closed(kept: Durable, value: Instant | None) -> None:
    kept.storm_closed_at = value


def _storm_told(kept: Durable, value: str | None) -> None:
    kept.storm_told = value or ""


def _rival(kept: Durable, value: Rival | None) -> None:
    kept.rival = value.open if value is not None else None
    kept.rival_closed_at = value.closed_at if value is not None else None


def _one_machine(kept: Durable, value: frozenset[tuple[str, ...]] | None) -> None:
    kept.one_machine = value or frozenset()


def _notices_told(kept: Durable, value: frozenset[tuple[str, ...]] | None) -> None:
    kept.notices_told = value or frozenset()


def _names_told(kept: Durable, value: datetime | None) -> None:
    kept.names_told_at = value


MIRRORS: Mapping[str, Callable[[Durable, Any], None]] = {
    meta.STORM_LATCHED.name: _storm_latched,
    meta.STORM_COUNTED.name: _storm_counted,
    meta.STORM_CLOSED.name: _storm_closed,
    meta.STORM_TOLD.name: _storm_told,
    meta.RIVAL.name: _rival,
    meta.ONE_MACHINE.name: _one_machine,
    meta.NAMES_TOLD.name: _names_told,
    meta.NOTICES_TOLD.name: _notices_told,
}
"""By key, what a value is in the mirror. The brakes of the clock are missing: they are watched before a turn begins
(inhibit/clock)."""
