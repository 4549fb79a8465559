"""The identity of a store and of each start on it: made here, kept in the store, and told to whoever acts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from remediator.model.identity import Identity
from remediator.store import epochs, tables
from remediator.store.database import Database
from remediator.store.stored.meta import INSTANCES, STORE, Key, Value

MOST_KEPT: Final = 256
"""Older ones are forgotten: what they said on a host is older than a day by then."""


def new_id() -> str:
    """Return 64 random bits as one plain word."""
    return secrets.token_hex(8)


def begin(database: Database, cloud: str, now: datetime, make: Callable[[], str] = new_id) -> Identity:
    """Return the identity of this start: the store's id, made if it has none yet, a new nonce, the next epoch. Raise
    StoreUnavailable."""
    epoch = epochs.take(database, now)
    with database.transaction() as connection:
        store = _value(connection, STORE)
        if store is None:
            store = make()
            _put(connection, STORE, store)
        before = _value(connection, INSTANCES) or ()
        instance = make()
        _put(connection, INSTANCES, (*before, instance)[-MOST_KEPT:])
    return Identity(cloud=cloud, store=store, instance=instance, epoch=epoch, former=frozenset(before))


def _value(connection: sa.Connection, key: Key[Value]) -> Value | None:
    wanted = sa.select(tables.meta.c.value).where(tables.meta.c.key == key.name)
    return key.read(connection.execute(wanted).scalar())


def _put(connection: sa.Connection, key: Key[Value], value: Value) -> None:
    connection.execute(tables.meta.delete().where(tables.meta.c.key == key.name))
    connection.execute(tables.meta.insert().values(key=key.name, value=key.write(value)))
