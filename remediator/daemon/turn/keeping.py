"""What a turn keeps besides incidents, runs and debts: downtimes, groups, marks, signs, names, the storm breaker's state and rivals.

Invariant: each method changes the mirror and its row together, so that the two cannot part.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from remediator.daemon.turn import durable
from remediator.daemon.turn.durable import Durable
from remediator.daemon.turn.world import World
from remediator.model.hooks import ForeignName
from remediator.model.records import GroupKept
from remediator.model.signs import Sign
from remediator.model.times import Instant, rfc3339
from remediator.safety.case import Downtime
from remediator.store import retention, rows
from remediator.store.journal import Journal


@dataclass
class Keeping:
    """The part of a turn that the module tells of."""

    world: World
    journal: Journal
    now: Instant

    @property
    def _kept(self) -> Durable:
        return self.world.durable

    # what hosts and monitoring say ------------------------------------------------------------------------------------

    def downtime(self, host: str, service: str, record: Downtime | None) -> None:
        """Keep the downtime of (host, service); None: it is over."""
        self.journal.downtime(host, service, record)
        if record is not None:
            self._kept.downtimes[(host, service)] = record
        else:
            self._kept.downtimes.pop((host, service), None)

    def group(self, name: str, record: GroupKept) -> None:
        """Keep what is known of a group."""
        self._kept.groups[name] = record
        self.journal.group(name, record)

    def mark(self, assessment: str, mark: Any) -> None:
        """Keep `mark` for an assessment."""
        self._kept.marks[assessment] = mark
        self.journal.set_meta(f"{durable.MARK}{assessment}", json.dumps(mark, sort_keys=True))

    def sign(self, sign: Sign, again_s: float) -> None:
        """Keep `sign` if it is the newest of its key. The row of one that goes on is written again after `again_s`."""
        known = self._kept.signs.get(sign.key)
        if known is None or sign.at > known.at:
            self._kept.signs[sign.key] = sign
        written = self._kept.signs_written.get(sign.key)
        if written is None or (sign.at - written).total_seconds() > again_s:
            self._kept.signs_written[sign.key] = sign.at
            self.journal.sign(sign)

    def sign_was(self, sign: Sign) -> None:
        """Keep `sign` in place of what is kept under its key, whatever its time."""
        self._kept.signs[sign.key] = sign
        self._kept.signs_written[sign.key] = sign.at
        self.journal.sign(sign)

    def forget_sign(self, key: str) -> None:
        """Forget a sign."""
        self._kept.signs.pop(key, None)
        self._kept.signs_written.pop(key, None)
        self.journal.forget_sign(key)

    # names ------------------------------------------------------------------------------------------------------------

    def calls_itself(self, host: str, names: tuple[str, ...]) -> None:
        """Keep by which names `host` calls itself; none: it left."""
        others = {name: kept for name, kept in self._kept.said.items() if name != host}
        self._kept.said = {**self._kept.said, host: names} if names else others
        self.journal.said(host, names)

    def one_machine(self, machines: frozenset[tuple[str, ...]]) -> None:
        """Keep which names are one machine."""
        self._kept.one_machine = machines
        self.journal.set_meta(durable.ONE_MACHINE, json.dumps(sorted(machines)))

    def foreign_name(self, record: ForeignName) -> None:
        """Keep a name from outside; one that was heard again is the newest of them."""
        known = self._kept.foreign.get(record.name)
        if known is not None and known.times != record.times:
            del self._kept.foreign[record.name]
        self._kept.foreign[record.name] = record
        self.journal.foreign_name(record)

    def forget_foreign_name(self, name: str) -> None:
        """Forget a name from outside."""
        self._kept.foreign.pop(name, None)
        self.journal.forget_foreign_name(name)

    def names_told(self) -> None:
        """A digest of foreign names was queued now."""
        self._kept.names_told_at = self.now.wall
        self.journal.set_meta(durable.NAMES_TOLD, rfc3339(self.now.wall))

    # brakes -----------------------------------------------------------------------------------------------------------

    def storm_latched(self, why: str) -> None:
        """Hold R3 until a person closes the storm breaker."""
        self._kept.storm_latched = why
        self.journal.set_meta(durable.STORM_LATCH, why)

    def storm_told(self, page: str) -> None:
        """Keep the page of the storm whose end is still to be told; empty: it was."""
        self._kept.storm_told = page
        self.journal.set_meta(durable.STORM_TOLD, page)

    def storm_counts(self, incidents: frozenset[str]) -> None:
        """Keep which incidents the storm breaker has counted."""
        self._kept.storm_counted = incidents
        self.journal.set_meta(durable.STORM_COUNTED, json.dumps(sorted(incidents)))

    def storm_closed(self) -> None:
        """A person has closed the storm breaker now: nothing that went HARD before counts again."""
        self._kept.storm_latched, self._kept.storm_counted, self._kept.storm_closed_at = None, frozenset(), self.now
        closed_at = json.dumps(rows.instant(self.now))
        for key, value in (
            (durable.STORM_LATCH, ""),
            (durable.STORM_COUNTED, ""),
            (durable.STORM_CLOSED, closed_at),
        ):
            self.journal.set_meta(key, value)

    def no_longer_fresh(self, incident: str) -> None:
        """A closed incident counts in no storm any more; its row stays."""
        self._kept.just_closed.pop(incident, None)

    def rival(self, why: str | None, closed_at: Instant | None) -> None:
        """Keep by what another remediator is known to act here, and until when a person has said that none does."""
        self._kept.rival, self._kept.rival_closed_at = why, closed_at
        body = {"open": why, "closed_at": rows.instant(closed_at)}
        self.journal.set_meta(durable.RIVAL, json.dumps(body, sort_keys=True))

    # what is over -----------------------------------------------------------------------------------------------------

    def forget_runs(self, before_s: float) -> None:
        """Let go of past runs whose INTENT was before (epoch seconds), unless they or their incidents are open. Their rows stay."""
        self._kept.past_runs = {
            run.id: run
            for run in self._kept.past_runs.values()
            if run.id in self._kept.runs
            or run.incident in self._kept.incidents
            or (run.intent_at is not None and run.intent_at.wall.timestamp() >= before_s)
        }

    def forget_accepted(self, keys: Collection[str]) -> None:
        """Forget what was accepted under `keys`, in the store and here."""
        retention.forget_accepted(self.journal.connection, list(keys))
        self._kept.accepted.difference_update(keys)
