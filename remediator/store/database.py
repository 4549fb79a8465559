"""The database itself: opening, durability, one transaction at a time. Only the loop thread has the writing connection.

SQLite in WAL mode with `synchronous=FULL`: when a commit returns, it is on disk. That is what "INTENT committed,
synced" rests on.

Invariant: nothing is written into a file that is not, or no longer, the one at its path. Nor is anything written into a
file that a later daemon has taken over. Both would be a journal that nobody reads again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc

from remediator.model import times
from remediator.model.times import Instant
from remediator.store import compiled, errors, revision, tables
from remediator.store.files import custody
from remediator.store.stored.meta import EPOCH


def url_of(state_dir: Path, url: str | None) -> str:
    """Return the database URL: the configured one, or the SQLite file in the state directory."""
    return url or f"sqlite:///{state_dir / 'remediator.db'}"


PASSING = (errors.Failure.LOCKED, errors.Failure.FULL, errors.Failure.CONSTRAINT)
"""After these the connection itself is sound."""


def system_now() -> Instant:
    """Return the wall's time alone: what a store is opened with outside of a daemon has no other clock."""
    return Instant(times.from_epoch(time.time()), 0.0, "")


def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=2000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


ROOM_BYTES = 1 << 20
"""What must fit before a store that was full is believed to be well again."""
_EPOCH_NOW = sa.select(tables.meta.c.value).where(tables.meta.c.key == EPOCH.name)


class Database:
    """The writing side. `transaction()` is the only way to write; it commits as a whole or not at all."""

    def __init__(self, url: str) -> None:
        self.where = url
        if not url.startswith("sqlite"):
            raise errors.StoreUnavailable(url, "this version stores in SQLite only")
        self._engine = self._made()
        self._left_open: list[tuple[sa.Engine, sa.Connection]] = []
        self._connection: sa.Connection | None = None
        self._path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
        self._file: tuple[int, int] | None = None
        self._suspect = False
        """An error may have left the connection with pages that are not those of the file: it is made anew before it is
        used."""
        self.epoch: int | None = None
        """Once taken: a store with another one belongs to another daemon."""

    def _made(self) -> sa.Engine:
        engine = compiled.engine(compiled.connector(self.where), sa.pool.StaticPool)
        sa.event.listen(engine, "connect", _pragmas)
        return engine

    def open(self, now: Callable[[], Instant] = system_now, progress: Callable[[], None] = lambda: None) -> str | None:
        """Open, upgrade a store of an older release, and create what is missing. Raise StoreUnavailable.

        Return the revision that it was upgraded from, None when it was not. `now` is the time that an upgrade is noted
        with; `progress` is called while one goes on.
        """
        try:
            if self._path is not None:
                custody.lay(self._path)
            self._connection = self._engine.connect()
            upgraded_from = self._upgrade(now, progress)
            with self.transaction() as connection:
                new = revision.revision(connection) == revision.NONE
                tables.metadata.create_all(connection)
                for trigger in tables.TRIGGERS:
                    connection.execute(sa.text(trigger))
                if new:
                    revision.stamp(connection)
            self._file = self._at_path()
            return upgraded_from
        except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise errors.StoreUnavailable(self.where, _first_line(error)) from error

    def _upgrade(self, now: Callable[[], Instant], progress: Callable[[], None]) -> str | None:
        """Bring a store of an older release to our form, and return its revision. Raise StoreNewer for one of a newer
        release."""
        with self.transaction() as connection:
            found = revision.revision(connection)
        if found in (revision.HEAD, revision.NONE):
            return None
        if not revision.older(found):
            raise errors.StoreNewer(self.where, found, revision.HEAD)
        from remediator.store import upgrade

        upgrade.upgrade(self.where, self._path, found, self.transaction, now(), progress)
        return found

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yield a connection inside one transaction. Raise StoreUnavailable if it cannot be begun or committed."""
        self._same_file()
        if self._suspect:
            self._connect_again()
        connection = self._connection
        if connection is None:
            raise errors.StoreUnavailable(self.where, "it is not open")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            self._undo(connection)
            raise self._unavailable(error) from error
        try:
            self._still_ours(connection)
            yield connection
            connection.exec_driver_sql("COMMIT")
            connection.commit()
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            self._undo(connection)
            raise self._unavailable(error) from error
        except BaseException:
            self._undo(connection)
            raise

    @staticmethod
    def prove_room(connection: sa.Connection) -> None:
        """Write some pages and take them back, inside the caller's transaction: an idle one also succeeds on a full
        disk."""
        connection.exec_driver_sql(f"INSERT INTO meta (key, value) VALUES ('room', zeroblob({ROOM_BYTES}))")
        connection.exec_driver_sql("DELETE FROM meta WHERE key = 'room'")

    def _at_path(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        found = os.stat(self._path)
        return found.st_dev, found.st_ino

    def _same_file(self) -> None:
        """Raise StoreUnavailable when the file that is open is not the one at its path any more."""
        if self._file is None:
            return
        try:
            found = self._at_path()
        except OSError as error:
            raise errors.StoreUnavailable(self.where, f"it is gone while it is open ({error.strerror})") from error
        if found != self._file:
            raise errors.StoreUnavailable(
                self.where,
                "another file was put in its place while it is open: stop the daemon, put the copy back without"
                " -wal and -shm files beside it, and start it again",
            )

    def _still_ours(self, connection: sa.Connection) -> None:
        """Raise StoreUnavailable when another daemon has started on this store since we did."""
        if self.epoch is None:
            return
        found = connection.execute(_EPOCH_NOW).scalar()
        if found != EPOCH.write(self.epoch):
            raise errors.StoreUnavailable(
                self.where,
                f"another daemon has taken it over (epoch {found}, ours is {self.epoch}): two must not write one"
                " store; stop one of them, and restart the one that stays",
            )

    def read_back(self, seq: int, entry_hash: str) -> None:
        """Read the newest entry as a stranger would: from the file, through a connection that has seen nothing of it
        yet.

        The writing connection works on from memory when the file under it is ruined. Raise StoreUnavailable when the
        entry is not there; the writing connection is made anew then, and until that works nothing is written.
        """
        if self._path is None:
            return
        try:
            with contextlib.closing(_read_only(str(self._path))) as stranger:
                row = stranger.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            if row != (seq, entry_hash):
                raise sqlite3.DatabaseError(f"the file does not hold entry {seq}, which was written to it")
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def _connect_again(self) -> None:
        """Connect anew. The old connection stays open: closing it would write what it has in memory over what is
        there."""
        try:
            if self._connection is not None:
                self._left_open.append((self._engine, self._connection))
                self._connection = None
            self._engine = self._made()
            self._connection = self._engine.connect()
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            self._engine.dispose()
            raise errors.StoreUnavailable(self.where, _first_line(error)) from error
        self._suspect = False

    def _unavailable(self, error: BaseException) -> errors.StoreUnavailable:
        failure = errors.failure_of(error)
        self._suspect = failure not in PASSING
        return errors.StoreUnavailable(self.where, _first_line(error), failure)

    @staticmethod
    def _undo(connection: sa.Connection) -> None:
        with contextlib.suppress(exc.SQLAlchemyError, sqlite3.Error):
            connection.exec_driver_sql("ROLLBACK")
        connection.rollback()

    def close(self) -> None:
        if self._connection is not None:
            self._left_open.append((self._engine, self._connection))
            self._connection = None
        while self._left_open:
            engine, connection = self._left_open.pop()
            with contextlib.suppress(exc.SQLAlchemyError, sqlite3.Error):
                connection.close()
            engine.dispose()
        self._engine.dispose()


def blames_store(error: BaseException) -> bool:
    """Return whether a statement failed for the store's sake (full, locked, damaged) and not for what it was given."""
    return isinstance(error, exc.OperationalError) or type(error) is exc.DatabaseError


def _first_line(error: BaseException) -> str:
    original = getattr(error, "orig", None) or error
    return str(original).splitlines()[0] if str(original) else type(original).__name__


def _read_only(path: str) -> sqlite3.Connection:
    """Open for reading. Bytes that are no text come out as text that nothing equals, so that whoever looks can say
    where they are."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5, check_same_thread=False)
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return connection


STEPS_BETWEEN_LOOKS = 20_000
"""Steps of SQLite's machine, some milliseconds, after which it is asked whether a reader's time is over."""


def reading(url: str, late: Callable[[], bool] = lambda: False) -> sa.Engine:
    """Return an engine for readers: own connections, read-only, waits of at most 5 s. A statement ends, as
    `interrupted`, once `late` says so."""
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")

        def connected() -> sqlite3.Connection:
            connection = _read_only(path)
            connection.set_progress_handler(lambda: 1 if late() else 0, STEPS_BETWEEN_LOOKS)
            return connection

        return compiled.engine(connected, sa.pool.QueuePool)
    return sa.create_engine(url, pool_pre_ping=True)
