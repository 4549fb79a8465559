"""The epoch of a daemon: every later start on any store has a larger number, so a host can tell the newer of two
daemons."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from remediator.store import tables
from remediator.store.database import Database
from remediator.store.stored.meta import EPOCH


def take(database: Database, now: datetime) -> int:
    """Return this start's epoch and remember it: above the last one of this store, and at least the time in seconds.

    The time makes it grow for a new store too: a host keeps the highest it has seen, whatever store it came from. Raise
    StoreUnavailable. From here on `database` refuses to write once a later start has taken the store over.
    """
    database.epoch = None
    with database.transaction() as connection:
        row = sa.select(tables.meta.c.value).where(tables.meta.c.key == EPOCH.name)
        last = EPOCH.read(connection.execute(row).scalar())
        epoch = max((last or 0) + 1, int(now.timestamp()))
        connection.execute(tables.meta.delete().where(tables.meta.c.key == EPOCH.name))
        connection.execute(tables.meta.insert().values(key=EPOCH.name, value=EPOCH.write(epoch)))
    database.epoch = epoch
    return epoch
