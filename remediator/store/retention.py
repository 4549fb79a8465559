"""Removes what is older than the config keeps, a small batch at a time. The audit chain is never cut.

Open incidents, live runs and everything they hang on stay, whatever their age.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from remediator.model import times
from remediator.model.times import Instant, rfc3339
from remediator.store import tables

BATCH = 500
EVERY_S = 600.0


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
    for table in (tables.events, tables.hints):
        key = next(iter(table.primary_key.columns))
        old = sa.select(key).where(table.c.at < events_before)
        if table is tables.events:
            still_open = sa.select(tables.incidents.c.id).where(tables.incidents.c.open.is_(True))
            old = old.where(sa.or_(table.c.incident.is_(None), table.c.incident.not_in(still_open)))
        removed += connection.execute(table.delete().where(key.in_(old.limit(BATCH)))).rowcount
    old_runs = sa.select(tables.runs.c.id).where(tables.runs.c.live.is_(False), tables.runs.c.at_s < runs_before)
    ended = list(connection.execute(old_runs.limit(BATCH)).scalars())
    owed = tables.debts.c.run.in_(ended), tables.debts.c.open.is_(False)
    connection.execute(tables.debts.delete().where(*owed))
    removed += connection.execute(tables.runs.delete().where(tables.runs.c.id.in_(ended))).rowcount
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
    return removed
