"""Whether the bodies of a table can be read: a flipped byte in a row that no digest covers shows where it breaks the JSON."""

from __future__ import annotations

import json

import sqlalchemy as sa

from remediator.store import tables

BATCH = 500
BODIES = (
    tables.incidents,
    tables.runs,
    tables.debts,
    tables.decisions,
    tables.events,
    tables.outbox,
    tables.groups,
    tables.signs,
)


def unreadable(connection: sa.Connection, table: sa.Table, after: int) -> tuple[int, str | None]:
    """Read a batch of bodies behind row `after`; return the last row read (0: it was the last batch) and which one is no JSON."""
    rowid = sa.literal_column("rowid", sa.Integer)
    body = sa.cast(table.c.body, sa.LargeBinary)
    key = next(iter(table.primary_key.columns))
    statement = sa.select(rowid, sa.cast(key, sa.LargeBinary), body).select_from(table)
    batch = connection.execute(statement.where(rowid > after).order_by(rowid).limit(BATCH)).all()
    for _, name, text in batch:
        try:
            json.loads(bytes(text))
        except (ValueError, TypeError, RecursionError):
            return 0, f"row {bytes(name).decode(errors='replace')} of the table {table.name} cannot be read"
    return (batch[-1][0] if len(batch) == BATCH else 0), None


def first_unreadable(connection: sa.Connection) -> str | None:
    """Return which row cannot be read, of all bodies; None when all can."""
    for table in BODIES:
        after, bad = unreadable(connection, table, 0)
        while bad is None and after:
            after, bad = unreadable(connection, table, after)
        if bad is not None:
            return bad
    return None
