"""Removes what is older than the config keeps, a small batch at a time. The audit chain is never cut.

Open incidents, live runs and everything they hang on stay, whatever their age.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from remediator.model import times
from remediator.model.records.pager_keys import PageKey
from remediator.model.times import Instant, rfc3339
from remediator.store import tables
from remediator.store.audit import readable

BATCH = 500
EVERY_S = 600.0
MOST_HINTS = 200_000
"""Hints that are kept whatever the config says; what came within YOUNG_S is always kept."""
YOUNG_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long, in seconds."""

    events_s: float
    runs_s: float


def trim(connection: sa.Connection, now: Instant, keep: Keep) -> int:
    """Remove at most a batch of each kind inside the caller's transaction; return how many rows went."""
    events_before = rfc3339(times.from_epoch(now.wall.timestamp() - keep.events_s))
    runs_before = now.wall.timestamp() - keep.runs_s
    removed = 0
    of_open = sa.select(tables.incidents.c.id).where(tables.incidents.c.open.is_(True))
    for table in (tables.events, tables.hints):
        key = next(iter(table.primary_key.columns))
        old = sa.select(key).where(table.c.at < events_before)
        if table is tables.events:
            old = old.where(sa.or_(table.c.incident.is_(None), table.c.incident.not_in(of_open)))
        removed += connection.execute(table.delete().where(key.in_(old.limit(BATCH)))).rowcount
    removed += _trim_hints(connection, rfc3339(times.from_epoch(now.wall.timestamp() - YOUNG_S)))
    old_runs = sa.select(tables.runs.c.id).where(
        tables.runs.c.live.is_(False),
        tables.runs.c.at_s < runs_before,
        sa.or_(tables.runs.c.incident.is_(None), tables.runs.c.incident.not_in(of_open)),
    )
    ended = list(connection.execute(old_runs.limit(BATCH)).scalars())
    owed = tables.debts.c.run.in_(ended), tables.debts.c.open.is_(False)
    connection.execute(tables.debts.delete().where(*owed))
    removed += connection.execute(tables.runs.delete().where(tables.runs.c.id.in_(ended))).rowcount
    left = tables.debts.c.open.is_(False), tables.debts.c.run.not_in(sa.select(tables.runs.c.id))
    settled = list(connection.execute(sa.select(tables.debts.c.id).where(*left).limit(BATCH)).scalars())
    connection.execute(tables.debts.delete().where(tables.debts.c.id.in_(settled)))
    closed = sa.select(tables.incidents.c.id).where(
        tables.incidents.c.open.is_(False), tables.incidents.c.at_s < runs_before
    )
    gone = list(connection.execute(closed.limit(BATCH)).scalars())
    for table in (tables.timeline, tables.decisions):
        connection.execute(table.delete().where(table.c.incident.in_(gone)))
    removed += connection.execute(tables.incidents.delete().where(tables.incidents.c.id.in_(gone))).rowcount
    sent = (
        sa.select(tables.outbox.c.n)
        .where(tables.outbox.c.state != "due")
        .order_by(tables.outbox.c.n.desc())
        .offset(10_000)
    )
    removed += connection.execute(tables.outbox.delete().where(tables.outbox.c.n.in_(sent.limit(BATCH)))).rowcount
    return removed + _trim_outbox(connection, rfc3339(times.from_epoch(runs_before)))


def _trim_hints(connection: sa.Connection, before: str) -> int:
    """Remove hints beyond the newest MOST_HINTS, oldest first, as far as they came before `before`: a flood fills no
    disk for a month."""
    known = tables.hints.c
    newest = sa.select(known.at).order_by(known.at.desc()).offset(MOST_HINTS).limit(1)
    beyond = connection.execute(newest).scalar()
    if beyond is None:
        return 0
    old = sa.select(known.key, known.event).where(known.at <= min(str(beyond), before)).order_by(known.at)
    gone = connection.execute(old.limit(BATCH)).all()
    connection.execute(tables.events.delete().where(tables.events.c.id.in_([row.event for row in gone])))
    connection.execute(tables.hints.delete().where(known.key.in_([row.key for row in gone])))
    return len(gone)


def _trim_outbox(connection: sa.Connection, before: str) -> int:
    """Remove the oldest notifications that are as old as runs that go, and that are neither queued nor about what still
    stands.

    A row is also what keeps the same thing from being told twice: that of an open incident, a live run, an open debt
    stays.
    """
    oldest = sa.select(tables.outbox.c.n, tables.outbox.c.state, tables.outbox.c.key, readable.OUTBOX_BODY)
    gone = []
    for row in connection.execute(oldest.order_by(tables.outbox.c.n).limit(BATCH)).all():
        body = readable.page(row.body, row.n, row.key)
        if str(body.get("at") or before) >= before:
            break
        if row.state != "due" and not _stands(connection, row.key, body):
            gone.append(row.n)
    return connection.execute(tables.outbox.delete().where(tables.outbox.c.n.in_(gone))).rowcount if gone else 0


def _stands(connection: sa.Connection, key: str, body: dict[str, Any]) -> bool:
    """Return whether the incident is open, the run live or the debt open that a notification is about."""
    about = (
        (tables.incidents.c.id, tables.incidents.c.open, body.get("incident")),
        (tables.runs.c.id, tables.runs.c.live, body.get("run")),
        (tables.debts.c.id, tables.debts.c.open, PageKey.read(key).of),
    )
    return any(
        value and connection.execute(sa.select(name).where(name == value, stands.is_(True))).first()
        for name, stands, value in about
    )


def accepted_before(connection: sa.Connection, before: str) -> list[str]:
    """Return at most a batch of the keys of the baseline that were accepted before, oldest first."""
    known = tables.baseline.c
    return list(
        connection.execute(sa.select(known.key).where(known.at < before).order_by(known.at).limit(BATCH)).scalars()
    )


def forget_accepted(connection: sa.Connection, keys: list[str]) -> None:
    """Remove `keys` from the baseline."""
    if keys:
        connection.execute(tables.baseline.delete().where(tables.baseline.c.key.in_(keys)))
