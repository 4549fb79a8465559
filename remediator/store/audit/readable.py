"""Whether the bodies of a table can be read: a flipped byte in a row that no digest covers shows where it breaks the
JSON."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from remediator.store import tables
from remediator.store.stored import meta

BATCH = 500
MOST_AT_ONCE = 5_000
"""Bodies that are read for one question: well within the time that it has."""
BODIES = (
    tables.incidents,
    tables.runs,
    tables.debts,
    tables.decisions,
    tables.events,
    tables.outbox,
    tables.groups,
    tables.signs,
    tables.meta,
)
"""Tables whose rows are read; `tables.meta` has a value and no body (store/stored/meta.py)."""


def unreadable(connection: sa.Connection, table: sa.Table, after: int, most: int = BATCH) -> tuple[int, str | None]:
    """Read `most` bodies behind row `after`; return the last row read (0: it was the last batch) and which one is no
    JSON."""
    if table is tables.meta:
        return 0, meta.first_unreadable(connection)
    rowid = sa.literal_column("rowid", sa.Integer)
    body = sa.cast(table.c.body, sa.LargeBinary)
    key = next(iter(table.primary_key.columns))
    statement = sa.select(rowid, sa.cast(key, sa.LargeBinary), body).select_from(table)
    batch = connection.execute(statement.where(rowid > after).order_by(rowid).limit(most)).all()
    for _, name, text in batch:
        try:
            json.loads(bytes(text))
        except (ValueError, TypeError, RecursionError):
            return 0, f"row {bytes(name).decode(errors='replace')} of the table {table.name} cannot be read"
    return (batch[-1][0] if len(batch) == most else 0), None


def first_unreadable(connection: sa.Connection) -> str | None:
    """Return which row cannot be read, of all bodies; None when all can."""
    for table in BODIES:
        after, bad = unreadable(connection, table, 0)
        while bad is None and after:
            after, bad = unreadable(connection, table, after)
        if bad is not None:
            return bad
    return None


OUTBOX_BODY = sa.cast(tables.outbox.c.body, sa.LargeBinary).label("body")
"""The body of a notification as its bytes lie in the file."""


def page(raw: bytes, n: int, key: str) -> dict[str, Any]:
    """Return the notification of a row; of one that cannot be read a page that says so, for it must keep no other from
    leaving."""
    try:
        body = json.loads(bytes(raw))
        if isinstance(body, dict):
            return body
    except (ValueError, TypeError, RecursionError):
        pass
    text = f"row {n} of the table outbox ({key}) is not what was written; look: remediator audit list --kind page"
    about = dict.fromkeys(("cloud", "at", "incident", "target", "check", "state", "run"))
    return {**about, "subject": "a page that cannot be read any more", "text": text}
