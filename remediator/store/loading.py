"""What the loop reads back when it starts, or when its store has come back: everything durable that decisions rest on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from remediator.model import times
from remediator.model.hooks import ForeignName
from remediator.model.mutes import OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.model.records import Debt, Decision, Incident, Run
from remediator.model.signs import Sign
from remediator.store import mute_rows, rows, tables


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
    downtimes: tuple[dict[str, Any], ...]
    pauses: Mapping[str, Pause]
    silences: tuple[Silence, ...]
    own_downtimes: tuple[OwnDowntime, ...]
    wraps: tuple[Wrap, ...]
    unacked: tuple[Unacked, ...]
    acked_at: Mapping[str, str]
    groups: Mapping[str, Mapping[str, Any]]
    meta: Mapping[str, str]
    just_closed: tuple[Incident, ...]
    """Incidents closed since `fresh_s`: they still count in a storm."""
    accepted: frozenset[str]
    signs: Mapping[str, Sign]
    newest_audit: str | None
    said: Mapping[str, Sequence[str]]
    foreign: tuple[ForeignName, ...]


def load(connection: sa.Connection, since_s: float, fresh_s: float = 0.0) -> Stored:
    """Return the durable state; `past_runs` are those with an INTENT younger than `since_s` (epoch seconds), or of an open incident."""

    def bodies(statement: sa.Select[Any]) -> list[dict[str, Any]]:
        return [json.loads(row[0]) for row in connection.execute(statement)]

    open_incidents = [
        rows.to_incident(body)
        for body in bodies(
            sa.select(tables.incidents.c.body).where(tables.incidents.c.open.is_(True)).order_by(tables.incidents.c.n)
        )
    ]
    live = [rows.to_run(body) for body in bodies(sa.select(tables.runs.c.body).where(tables.runs.c.live.is_(True)))]
    of_open = sa.select(tables.incidents.c.id).where(tables.incidents.c.open.is_(True))
    counts = sa.or_(tables.runs.c.intent_s >= since_s, tables.runs.c.incident.in_(of_open))
    past = [rows.to_run(body) for body in bodies(sa.select(tables.runs.c.body).where(counts))]
    decisions: dict[tuple[str, str], Decision] = {}
    for incident in open_incidents:
        statement = (
            sa.select(tables.decisions.c.body)
            .where(tables.decisions.c.incident == incident.id)
            .order_by(tables.decisions.c.n)
        )
        for body in bodies(statement):
            decision = rows.to_decision(body)
            decisions[(decision.incident, decision.rule)] = decision
    return Stored(
        incidents={incident.id: incident for incident in open_incidents},
        runs={run.id: run for run in live},
        debts=tuple(
            rows.to_debt(body)
            for body in bodies(
                sa.select(tables.debts.c.body).where(tables.debts.c.open.is_(True)).order_by(tables.debts.c.n)
            )
        ),
        locks={row.scope: row.run for row in connection.execute(sa.select(tables.locks))},
        decisions=decisions,
        past_runs=tuple(past),
        downtimes=tuple(json.loads(row.body) for row in connection.execute(sa.select(tables.downtimes.c.body))),
        pauses={
            f"pause-{row.n}": Pause(reason=row.reason, author=row.author, at=row.at)
            for row in connection.execute(sa.select(tables.pauses).order_by(tables.pauses.c.n))
        },
        silences=tuple(map(mute_rows.to_silence, bodies(sa.select(tables.silences.c.body)))),
        own_downtimes=tuple(map(mute_rows.to_downtime, bodies(sa.select(tables.own_downtimes.c.body)))),
        wraps=tuple(map(mute_rows.to_wrap, bodies(sa.select(tables.wraps.c.body)))),
        unacked=tuple(map(mute_rows.to_unacked, bodies(sa.select(tables.unacked.c.body)))),
        acked_at={row.target: row.at for row in connection.execute(sa.select(tables.acks))},
        groups={row.name: json.loads(row.body) for row in connection.execute(sa.select(tables.groups))},
        meta={row.key: row.value for row in connection.execute(sa.select(tables.meta))},
        just_closed=tuple(
            rows.to_incident(body)
            for body in bodies(
                sa.select(tables.incidents.c.body).where(
                    tables.incidents.c.open.is_(False), tables.incidents.c.at_s >= fresh_s
                )
            )
        )
        if fresh_s
        else (),
        accepted=frozenset(connection.execute(sa.select(tables.baseline.c.key)).scalars()),
        signs={
            row.key: _sign(row.key, row.at, json.loads(row.body)) for row in connection.execute(sa.select(tables.signs))
        },
        newest_audit=connection.execute(
            sa.select(tables.audit.c.at).order_by(tables.audit.c.seq.desc()).limit(1)
        ).scalar(),
        said={row.host: json.loads(row.body) for row in connection.execute(sa.select(tables.said_names))},
        foreign=tuple(map(rows.to_foreign_name, bodies(sa.select(tables.foreign_names.c.body)))),
    )


def _sign(key: str, at: str, body: Mapping[str, Any]) -> Sign:
    return Sign(
        kind=body["kind"],
        host=body["host"],
        service=body["service"],
        at=times.parse_rfc3339(at),
        key=key,
        detail=body["detail"],
    )
