"""Rows of a table, rewritten batch by batch in the transaction of a revision."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

BATCH = 500
MOST_NAMED = 20


@dataclass(slots=True)
class Rewritten:
    """How many rows of each table were, and which could not be read: they stay as they are."""

    rows: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def table(
        self,
        connection: sa.Connection,
        table: str,
        change: Callable[[dict[str, Any], tuple[Any, ...]], dict[str, Any]],
        *,
        also: tuple[str, ...] = (),
        progress: Callable[[], None],
    ) -> None:
        """Replace each body of `table` by what `change` makes of it and of the columns `also`."""
        changed = 0
        for batch in _batches(connection, table, also):
            progress()
            made = []
            for rowid, raw, *more in batch:
                try:
                    body = change(json.loads(bytes(raw)), tuple(more))
                    made.append((json.dumps(body, separators=(",", ":"), ensure_ascii=True), rowid))
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                    if len(self.unreadable) < MOST_NAMED:
                        self.unreadable.append(f"row {rowid} of {table} ({type(error).__name__})")
            if made:
                connection.exec_driver_sql(f"UPDATE {table} SET body = ? WHERE rowid = ?", made)
            changed += len(made)
        self.rows[table] = changed


def _batches(connection: sa.Connection, table: str, also: tuple[str, ...]) -> Iterator[list[tuple[Any, ...]]]:
    columns = ", ".join(("rowid", "CAST(body AS BLOB)", *(f'"{name}"' for name in also)))
    statement = f"SELECT {columns} FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT {BATCH}"
    after = -1
    while found := connection.exec_driver_sql(statement, (after,)).all():
        yield [tuple(row) for row in found]
        after = found[-1][0]
