"""What failed in the database is known by the code of its error, whatever its words are."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from remediator.store import errors
from remediator.store.errors import Failure

pytestmark = pytest.mark.unit


def full(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA max_page_count=3")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (zeroblob(1000000))")


def locked(path: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(path)) as one,
        contextlib.closing(sqlite3.connect(path, timeout=0)) as other,
    ):
        one.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")


def constraint(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x PRIMARY KEY)")
        connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("INSERT INTO t VALUES (1)")


def interrupted(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(lambda: 1, 1)
        connection.execute("SELECT count(*) FROM sqlite_master, sqlite_master").fetchall()


def damaged(path: Path) -> None:
    path.write_bytes(b"no database is locked, full or interrupted here" * 100)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("SELECT * FROM sqlite_master").fetchall()


@pytest.mark.parametrize(
    ("fails", "failure"),
    [
        (full, Failure.FULL),
        (locked, Failure.LOCKED),
        (constraint, Failure.CONSTRAINT),
        (interrupted, Failure.INTERRUPTED),
        (damaged, Failure.OTHER),
    ],
)
def test_what_failed_is_the_code_of_the_error(fails: Callable[[Path], None], failure: Failure, tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error) as raised:
        fails(tmp_path / "db")
    assert errors.failure_of(raised.value) is failure
    assert errors.failure_of(sa.exc.OperationalError("SELECT 1", None, raised.value)) is failure
    assert errors.failure_of(errors.StoreUnavailable("db", "any words", failure)) is failure


def test_words_alone_say_nothing() -> None:
    for words in ("database or disk is full", "database is locked", "interrupted"):
        assert errors.failure_of(sqlite3.OperationalError(words)) is Failure.OTHER
    assert errors.StoreUnavailable("db", "database or disk is full").failure is Failure.OTHER
