"""The real SQLite file: durability settings, triggers, one writer, and the words when it cannot be used."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from remediator.store import errors, tables
from remediator.store.database import Database, url_of
from remediator.store.errors import StateLocked
from remediator.store.files.lock import StateLock
from remediator.store.journal import Journal
from tests.unit.safety.cases import at

pytestmark = pytest.mark.service


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = Database(url_of(tmp_path, None))
    opened.open()
    return opened


def test_a_commit_is_on_disk_and_an_error_leaves_nothing(database: Database) -> None:
    with database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        Journal(connection, at(1)).audit("pause", "root", {"reason": "x"})

    def fails_halfway() -> None:
        with database.transaction() as connection:
            Journal(connection, at(2)).audit("pause", "root", {"reason": "y"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_halfway()
    with database.transaction() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.audit)).scalar() == 1
    database.close()


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor='me'", "DELETE FROM audit"])
def test_the_audit_refuses_update_and_delete(database: Database, tmp_path: Path, statement: str) -> None:
    with database.transaction() as connection:
        Journal(connection, at(1)).audit("pause", "root", {"reason": "x"})
    database.close()
    other = sqlite3.connect(tmp_path / "remediator.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(statement)
    other.close()


def test_a_directory_that_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(errors.StoreUnavailable, match="check that its directory is writable and not full"):
        Database(url_of(tmp_path / "state", None)).open()


def test_a_database_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "remediator.db").write_text("not a database at all, not even close to one\n" * 100)
    with pytest.raises(errors.StoreUnavailable, match="not a database"):
        Database(url_of(tmp_path, None)).open()


def test_a_second_process_is_refused_and_told_the_pid(tmp_path: Path) -> None:
    first = StateLock(tmp_path)
    first.take()
    program = (
        "import sys; from pathlib import Path; from remediator.store.files.lock import StateLock; from "
        "remediator.store import errors\n"
        "try:\n    StateLock(Path(sys.argv[1])).take()\nexcept errors.StateLocked as error:\n    "
        "print(error.pid); sys.exit(1)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    first.release()
    assert (ended.returncode, ended.stdout.strip()) == (1, str(os.getpid()))


def test_who_only_asks_is_refused_as_well_and_takes_nothing(tmp_path: Path) -> None:
    StateLock.free(tmp_path)
    held = StateLock(tmp_path)
    held.take()
    with pytest.raises(StateLocked, match=str(os.getpid())):
        StateLock.free(tmp_path)
    held.release()
