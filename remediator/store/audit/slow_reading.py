"""A slow reading of the whole store, some hundred rows at a time: a flipped bit in an old row shows before somebody
needs it.

Invariant: it reads through a connection of its own and writes nothing. It sees entries of the log that do not fit their
hashes, and rows that decide and are not as the log has them. It sees rows that cannot be read, and pages that do not
hang together.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from remediator.store import database
from remediator.store.audit import chain, digests, readable, verify
from remediator.store.audit.readable import BATCH

LOOK = "; look: remediator audit verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`differs`: how the rows that decide are not as the log has them. `damaged`: what else is not what was written.
    Empty: nothing."""

    differs: str = ""
    damaged: str = ""
    ended: bool = False
    """The whole store has been read."""
    whole: bool = False
    """It has been read, and nothing of it was damaged."""


class SlowReading:
    """`read_on` reads the next rows; after the last ones it begins again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pass: Iterator[Found] | None = None
        self._sound = True
        """Nothing damaged was seen in this pass."""

    def read_on(self) -> Found:
        """Return what the next rows show. Nothing is found while the store cannot be opened: the loop speaks of
        that."""
        if self._pass is None:
            self._pass, self._sound = self._read(), True
        try:
            found = next(self._pass, None)
        except (sa.exc.SQLAlchemyError, OSError) as error:
            found, self._pass = Found(damaged=f"the store cannot be read to its end: {_first_line(error)}{LOOK}"), None
        if found is None:
            self._pass, found = None, Found(ended=True, whole=self._sound)
        self._sound = self._sound and not found.damaged
        return found

    def _read(self) -> Iterator[Found]:
        engine = database.reading(self._url)
        try:
            yield from self._log(engine)
            with _snapshot(engine) as connection:
                differs = digests.compare(connection, digests.State.of(connection)).differs
            yield Found(differs=differs)
            for table in readable.BODIES:
                yield from _rows(engine, table)
            with _snapshot(engine) as connection:
                said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
            yield Found(damaged="" if said == "ok" else f"the pages of the store do not hang together: {said}{LOOK}")
        finally:
            engine.dispose()

    @staticmethod
    def _log(engine: sa.Engine) -> Iterator[Found]:
        """Check each entry by its own hashes and the hash of the one before it."""
        seq, prev = 0, chain.GENESIS
        while True:
            with _snapshot(engine) as connection:
                batch = list(verify.entries(connection, seq + 1, BATCH))
            for entry in batch:
                why = verify.wrong(entry, entry.pop("_text"), seq + 1, prev)
                if why is not None:
                    yield Found(damaged=f"entry {seq + 1} of the audit log: {why}{LOOK}")
                    return
                seq, prev = seq + 1, entry["hash"]
            if len(batch) < BATCH:
                return
            yield Found()


def _rows(engine: sa.Engine, table: sa.Table) -> Iterator[Found]:
    after = 0
    while True:
        with _snapshot(engine) as connection:
            after, bad = readable.unreadable(connection, table, after)
        if bad is not None or after == 0:
            yield Found(damaged=f"{bad}{LOOK}" if bad else "")
            return
        yield Found()


@contextlib.contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection that sees one state of the store throughout."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        finally:
            connection.rollback()


def _first_line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
