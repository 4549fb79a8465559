"""The chain and its checkpoints under the accidents that happen: a restored copy, a torn line, a byte that is no text."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.store import checkpoints, verify
from tests.sim.test_review_base import Cloud, crash

pytestmark = pytest.mark.sim


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.database.close()


def mark(cloud: Cloud) -> None:
    key = checkpoints.load_key(cloud.config.audit.key_path)
    checkpoints.CheckpointFile(Path(cloud.config.audit.checkpoints), key).write(
        cloud.engine.audit_seq, cloud.engine.audit_hash, cloud.now()
    )


def test_a_restored_copy_is_seen_even_after_the_next_checkpoint(cloud: Cloud) -> None:
    crash(cloud)
    cloud.run(30)
    cloud.database.close()
    database = Path(cloud.config.state_dir) / "remediator.db"
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(database, cloud.directory / "old.db")
    cloud.boot()
    cloud.run(120)
    for n in range(20):
        cloud.ask("pause", reason=f"reason {n}")
    mark(cloud)
    cloud.database.close()
    for name in ("remediator.db-wal", "remediator.db-shm"):
        (Path(cloud.config.state_dir) / name).unlink(missing_ok=True)
    shutil.copy(cloud.directory / "old.db", database)
    cloud.boot()
    cloud.run(2)
    assert verify.verify(cloud.config)[0] == verify.TAMPERED
    mark(cloud)  # what the daemon does 5 minutes later, or when it ends
    print("AFTER", verify.verify(cloud.config))
    assert verify.verify(cloud.config)[0] == verify.TAMPERED


def test_a_torn_checkpoint_line_does_not_stop_the_next_start(cloud: Cloud) -> None:
    crash(cloud)
    cloud.run(30)
    mark(cloud)
    with Path(cloud.config.audit.checkpoints).open("a") as file:
        file.write('{"at":"2026-01-05T03:01:00.000Z","hash":"12')  # the disk was full, or the power went
    mark(cloud)
    assert verify.verify(cloud.config)[0] in (verify.INTACT, verify.TAMPERED)


def test_a_byte_that_is_no_text_is_tampering_and_is_named(cloud: Cloud) -> None:
    crash(cloud)
    cloud.run(30)
    mark(cloud)
    cloud.database.close()
    with contextlib.closing(sqlite3.connect(Path(cloud.config.state_dir) / "remediator.db")) as db, db:
        db.execute("DROP TRIGGER audit_no_update")
        db.execute("UPDATE audit SET body = CAST(X'7BFF7D' AS TEXT) WHERE seq = 2")
    code, body = verify.verify(cloud.config)
    cloud.boot()
    assert (code, body["first_bad"]) == (verify.TAMPERED, {"seq": 2, "why": "edited"})


def test_a_large_float_verifies(cloud: Cloud) -> None:
    from remediator.store.journal import Journal

    cloud.run(5)
    with cloud.database.transaction() as connection:
        Journal(connection, cloud.now()).audit("x", "y", {"value": 1e20})
    mark(cloud)
    assert verify.verify(cloud.config)[0] == verify.INTACT
