"""The chain and its checkpoints under the accidents that happen: a restored copy, a torn line, a byte that is no
text."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from remediator.store.audit import checkpoints, verify
from remediator.store.journal import Journal
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim


@pytest.fixture
def busy(cloud: Walked) -> Walked:
    """A cloud whose daemon has something to write about."""
    cloud.service("h1", "memcached").crash()
    cloud.run(30)
    return cloud


def test_a_restored_copy_is_seen_even_after_the_next_checkpoint(busy: Walked) -> None:
    database, copy = kept.database(busy), busy.simulation.directory / "old.db"
    busy.simulation.kill()
    busy.watch.close()
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(database, copy)
    busy.simulation.revive()
    busy.run(120)
    for n in range(20):
        busy.ask("pause", reason=f"reason {n}")
    kept.signed(busy)
    busy.simulation.kill()
    busy.watch.close()
    for name in ("remediator.db-wal", "remediator.db-shm"):
        database.with_name(name).unlink(missing_ok=True)
    shutil.copy(copy, database)
    busy.simulation.revive()
    busy.run(kept.STARTS_S)
    assert kept.verified(busy)[0] == verify.TAMPERED
    kept.signed(busy)  # what the daemon does 5 minutes later, or when it ends
    assert kept.verified(busy)[0] == verify.TAMPERED
    audit, engine = busy.simulation.config.audit, busy.daemon.engine
    file = checkpoints.CheckpointFile(Path(audit.checkpoints), checkpoints.load_key(audit.key_path))
    file.write(engine.audit_seq, engine.audit_hash, busy.now())
    assert kept.verified(busy)[0] == verify.TAMPERED, "nor does a mark of it by whoever has the key make it whole"


def test_a_torn_checkpoint_line_does_not_stop_the_next_start(busy: Walked) -> None:
    kept.signed(busy)
    busy.simulation.kill()
    with Path(busy.simulation.config.audit.checkpoints).open("a") as file:
        file.write('{"at":"2026-01-05T03:01:00.000Z","hash":"12')  # the disk was full, or the power went
    busy.simulation.revive()
    busy.run(kept.STARTS_S)
    assert busy.world.durable.adopted
    assert busy.world.health.restored is None
    kept.signed(busy)
    assert kept.verified(busy)[0] == verify.INTACT


def test_a_byte_that_is_no_text_is_tampering_and_is_named(busy: Walked) -> None:
    kept.signed(busy)
    busy.simulation.kill()
    kept.while_it_lives(
        busy,
        "DROP TRIGGER audit_no_update",
        "UPDATE audit SET body = CAST(X'7BFF7D' AS TEXT) WHERE seq = 2",
    )
    code, body = kept.verified(busy)
    assert (code, body["first_bad"]) == (verify.TAMPERED, {"seq": 2, "why": "edited"})


def test_a_large_float_verifies(cloud: Walked) -> None:
    with cloud.daemon.database.transaction() as connection:
        Journal(connection, cloud.now()).audit("x", "y", {"value": 1e20})
    kept.signed(cloud)
    assert kept.verified(cloud)[0] == verify.INTACT
