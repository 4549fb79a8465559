"""What a turn keeps besides incidents, runs and debts: downtimes, groups, signs, names.

Invariant: each method changes the mirror and its row together, so that the two cannot part.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from remediator.daemon.turn.durable import Durable
from remediator.daemon.turn.world import World
from remediator.model.hooks import ForeignName
from remediator.model.records import GroupKept
from remediator.model.signs import Sign
from remediator.model.times import Instant
from remediator.safety.case import Downtime
from remediator.store import retention
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

    def calls_itself(self, host: str, names: tuple[str, ...]) -> None:
        """Keep by which names `host` calls itself; none: it left."""
        others = {name: kept for name, kept in self._kept.said.items() if name != host}
        self._kept.said = {**self._kept.said, host: names} if names else others
        self.journal.said(host, names)

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

    def no_longer_fresh(self, incident: str) -> None:
        """A closed incident counts in no storm any more; its row stays."""
        self._kept.just_closed.pop(incident, None)

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
