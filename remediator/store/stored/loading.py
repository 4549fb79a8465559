"""What the loop reads back when it starts, or when its store has come back: everything durable that decisions rest
on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from remediator.model.messages.hooks import ForeignName
from remediator.model.messages.signs import Sign
from remediator.model.records.mutes import OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.model.records.records import Debt, Decision, GroupKept, Incident, Run
from remediator.safety.case import Downtime
from remediator.store import tables
from remediator.store.stored import codec, meta

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A snapshot of the durable state. `decisions` has the newest one per (incident, rule) of open incidents."""

    incidents: Mapping[str, Incident]
    runs: Mapping[str, Run]
    debts: tuple[Debt, ...]
    """Those that are open, oldest first."""
    locks: Mapping[str, str]
    decisions: Mapping[tuple[str, str], Decision]
    past_runs: tuple[Run, ...]
    downtimes: tuple[Downtime, ...]
    pauses: Mapping[str, Pause]
    silences: tuple[Silence, ...]
    own_downtimes: tuple[OwnDowntime, ...]
    wraps: tuple[Wrap, ...]
    unacked: tuple[Unacked, ...]
    acked_at: Mapping[str, str]
    groups: Mapping[str, GroupKept]
    meta: meta.Values
    just_closed: tuple[Incident, ...]
    """Incidents closed since `fresh_s`: they still count in a storm."""
    accepted: frozenset[str]
    signs: Mapping[str, Sign]
    newest_audit: str | None
    said: Mapping[str, Sequence[str]]
    foreign: tuple[ForeignName, ...]


def load(connection: sa.Connection, since_s: float, fresh_s: float = 0.0) -> Stored:
    """Return the durable state; `past_runs` are those with an INTENT younger than `since_s` (epoch seconds), or of an
    open incident.

    Raise RecordUnreadable for a record that is not what this release reads.
    """

    def read(kind: type[Record], table: sa.Table, *which: sa.ColumnElement[bool]) -> tuple[Record, ...]:
        """Return the records in those rows of a table, oldest first where they have a number."""
        key = next(iter(table.primary_key.columns))
        statement = sa.select(key, table.c.body).where(*which)
        found = connection.execute(statement.order_by(table.c.n) if "n" in table.c else statement)
        one = codec.of(kind).read
        return tuple(one(body, f"row {name} of {table.name}") for name, body in found)

    incidents, runs = tables.incidents.c, tables.runs.c
    open_incidents = read(Incident, tables.incidents, incidents.open.is_(True))
    of_open = sa.select(incidents.id).where(incidents.open.is_(True))
    closed = incidents.open.is_(False), incidents.at_s >= fresh_s
    decisions: dict[tuple[str, str], Decision] = {}
    for incident in open_incidents:
        for decision in read(Decision, tables.decisions, tables.decisions.c.incident == incident.id):
            decisions[(decision.incident, decision.rule)] = decision
    return Stored(
        incidents={incident.id: incident for incident in open_incidents},
        runs={run.id: run for run in read(Run, tables.runs, runs.live.is_(True))},
        debts=read(Debt, tables.debts, tables.debts.c.open.is_(True)),
        locks={row.scope: row.run for row in connection.execute(sa.select(tables.locks))},
        decisions=decisions,
        past_runs=read(Run, tables.runs, sa.or_(runs.intent_s >= since_s, runs.incident.in_(of_open))),
        downtimes=read(Downtime, tables.downtimes),
        pauses={
            f"pause-{row.n}": Pause(id=f"pause-{row.n}", reason=row.reason, author=row.author, at=row.at)
            for row in connection.execute(sa.select(tables.pauses).order_by(tables.pauses.c.n))
        },
        silences=read(Silence, tables.silences),
        own_downtimes=read(OwnDowntime, tables.own_downtimes),
        wraps=read(Wrap, tables.wraps),
        unacked=read(Unacked, tables.unacked),
        acked_at={row.target: row.at for row in connection.execute(sa.select(tables.acks))},
        groups={
            row.name: codec.of(GroupKept).read(row.body, f"row {row.name} of groups")
            for row in connection.execute(sa.select(tables.groups))
        },
        meta=meta.read((row.key, row.value) for row in connection.execute(sa.select(tables.meta))),
        just_closed=read(Incident, tables.incidents, *closed) if fresh_s else (),
        accepted=frozenset(connection.execute(sa.select(tables.baseline.c.key)).scalars()),
        signs={sign.key: sign for sign in read(Sign, tables.signs)},
        newest_audit=connection.execute(
            sa.select(tables.audit.c.at).order_by(tables.audit.c.seq.desc()).limit(1)
        ).scalar(),
        said={row.host: json.loads(row.body) for row in connection.execute(sa.select(tables.said_names))},
        foreign=read(ForeignName, tables.foreign_names),
    )
