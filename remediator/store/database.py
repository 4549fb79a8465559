"""The database itself: opening, durability, one transaction at a time. Only the loop thread holds the writing connection.

SQLite in WAL mode with `synchronous=FULL`: when a commit returns, it is on disk. That is what "INTENT committed, synced"
rests on.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc

from remediator.store import errors, tables


def url_of(state_dir: Path, url: str | None) -> str:
    """Return the database URL: the configured one, or the SQLite file in the state directory."""
    return url or f"sqlite:///{state_dir / 'remediator.db'}"


def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=2000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class Database:
    """The writing side. `transaction()` is the only way to write; it commits as a whole or not at all."""

    def __init__(self, url: str) -> None:
        self.where = url
        self._engine = sa.create_engine(url, poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False})
        if not url.startswith("sqlite"):
            raise errors.StoreUnavailable(url, "this version stores in SQLite only")
        sa.event.listen(self._engine, "connect", _pragmas)
        self._connection: sa.Connection | None = None

    def open(self) -> None:
        """Open and create what is missing. Raise StoreUnavailable."""
        try:
            self._connection = self._engine.connect()
            with self.transaction() as connection:
                tables.metadata.create_all(connection)
                for trigger in tables.TRIGGERS:
                    connection.execute(sa.text(trigger))
                found = connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "schema")).scalar()
                if found is None:
                    connection.execute(tables.meta.insert().values(key="schema", value=str(tables.SCHEMA_VERSION)))
                elif int(found) != tables.SCHEMA_VERSION:
                    raise errors.StoreUnavailable(
                        self.where, f"its schema is version {found}, this program needs {tables.SCHEMA_VERSION}"
                    )
        except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise errors.StoreUnavailable(self.where, _first_line(error)) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yield a connection inside one transaction. Raise StoreUnavailable if it cannot be begun or committed."""
        connection = self._connection
        if connection is None:
            raise errors.StoreUnavailable(self.where, "it is not open")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            connection.rollback()
            raise errors.StoreUnavailable(self.where, _first_line(error)) from error
        try:
            yield connection
            connection.exec_driver_sql("COMMIT")
            connection.commit()
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            self._undo(connection)
            raise errors.StoreUnavailable(self.where, _first_line(error)) from error
        except BaseException:
            self._undo(connection)
            raise

    @staticmethod
    def _undo(connection: sa.Connection) -> None:
        with contextlib.suppress(exc.SQLAlchemyError, sqlite3.Error):
            connection.exec_driver_sql("ROLLBACK")
        connection.rollback()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._engine.dispose()


def _first_line(error: BaseException) -> str:
    original = getattr(error, "orig", None) or error
    return str(original).splitlines()[0] if str(original) else type(original).__name__


def _read_only(path: str) -> sqlite3.Connection:
    """Open for reading. Bytes that are no text come out as text that nothing equals, so that whoever looks can say where they are."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5, check_same_thread=False)
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return connection


def reading(url: str) -> sa.Engine:
    """Return an engine for readers: own connections, read-only, waits of at most 5 s."""
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        return sa.create_engine(
            "sqlite://",
            creator=lambda: _read_only(path),
            poolclass=sa.pool.QueuePool,
        )
    return sa.create_engine(url, pool_pre_ping=True)
