"""Rows that decide, changed while the daemon was down: the start sees it, names it, holds everything above R0, until a person accepts."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.cli import overview
from remediator.daemon.turn.wire import StoreRead
from remediator.model.hooks import CannotStore
from remediator.store import ballast, digests, tables, verify
from remediator.store.database import Database, url_of
from remediator.store.journal import Journal
from tests.sim.cloud import Cloud
from tests.sim.test_restored import Watched

pytestmark = pytest.mark.sim


def by_another_hand(cloud: Cloud, statement: str) -> None:
    """Stop the daemon, change the store behind its back, and start it again."""
    cloud.database.close()
    with sqlite3.connect(Path(cloud.config.state_dir) / "remediator.db") as connection:
        connection.execute(statement)
    connection.close()
    cloud.boot()
    cloud.run(3)


def entries(cloud: Cloud, kind: str) -> list[dict[str, Any]]:
    with cloud.database.transaction() as connection:
        found = sa.select(tables.audit.c.body).where(tables.audit.c.kind == kind).order_by(tables.audit.c.seq)
        return [json.loads(body) for body in connection.execute(found).scalars()]


def refused_by(cloud: Cloud) -> set[str]:
    return {v.guard for each in cloud.world.durable.decisions.values() for v in each.verdicts if not v.allow}


def pages(cloud: Cloud) -> str:
    return " ".join(f"{body['subject']} {body['text']}" for body in cloud.delivered)


def test_a_pause_taken_out_of_the_store_holds_everything_until_a_person_accepts_it(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(20)
    cloud.ask("pause", reason="a change of the network")
    Watched(cloud).look()
    by_another_hand(cloud, "DELETE FROM pauses")
    watched = Watched(cloud)
    watched.look()
    assert "pauses is not as the log has it (1 rows in the log, 0 in the store: pause-1 gone)" in str(
        cloud.world.health.restored
    )
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(90)
    assert cloud.verbs() == []
    assert "restored" in refused_by(cloud)
    assert "pause-1 gone" in pages(cloud)
    assert "remediator audit accept-restore" in pages(cloud)
    code, found = watched.verified()
    assert (code, "pause-1 gone" in found["rows"]) == (verify.TAMPERED, True)
    assert watched.accept() == 0
    assert cloud.world.health.restored is None
    cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]
    assert watched.verified()[0] == verify.INTACT
    cloud.crash()
    cloud.run(3)
    Watched(cloud).look()
    assert cloud.world.health.restored is None, "what was accepted is not asked again"
    cloud.database.close()


def test_no_later_change_and_no_restart_forgets_a_difference(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(20)
    cloud.ask("pause", reason="one")
    by_another_hand(cloud, "UPDATE pauses SET reason = 'two'")
    assert "pause-1 changed" in str(cloud.world.health.restored)
    cloud.ask("pause", reason="three")
    cloud.ask("resume", all=True)
    cloud.crash()
    cloud.run(3)
    assert "pause-1 changed" in str(cloud.world.health.restored)
    cloud.database.close()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("INSERT INTO locks VALUES ('host/h1', 'run-77')", "host/h1 put in"),
        ("DELETE FROM silences", "sil-1 gone"),
        ("UPDATE silences SET body = replace(body, 'memcached', 'memcacher')", "sil-1 changed"),
        ("UPDATE own_downtimes SET body = replace(body, 'host/h2', 'host/h1')", "changed"),
    ],
)
def test_each_kind_of_row_is_named(tmp_path: Path, statement: str, named: str) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(20)
    assert cloud.ask("silence-add", matchers=["service=memcached"], reason="r", for_s=3600).exit == 0
    assert cloud.ask("downtime-add", target="host/h2", reason="r", for_s=3600).exit == 0
    by_another_hand(cloud, statement)
    assert named in str(cloud.world.health.restored)
    cloud.database.close()


def test_a_run_that_lives_cannot_be_given_a_yes_in_the_store(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(20)
    cloud.hosts["h1"].units["memcached"].fail()
    assert cloud.run(90, lambda: bool(cloud.world.durable.runs))
    run = next(iter(cloud.world.durable.runs))
    by_another_hand(
        cloud,
        f"UPDATE runs SET body = replace(body, '\"consent\":null', '\"consent\":{{\"lost\":7}}') WHERE id = '{run}'",
    )
    assert f"{run} changed" in str(cloud.world.health.restored)
    cloud.database.close()


def test_a_row_that_cannot_be_read_is_named_and_nothing_acts(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(20)
    assert cloud.ask("silence-add", matchers=["service=memcached"], reason="r", for_s=3600).exit == 0
    by_another_hand(cloud, "UPDATE silences SET body = replace(body, '{', '[')")
    assert "sil-1 changed" in str(cloud.engine.store_error)
    assert "put a copy of the store back" in str(cloud.engine.store_error)
    cloud.database.close()


def test_a_store_of_the_release_before_starts_cleanly_and_is_covered_from_then_on(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    database = Database(url_of(tmp_path / "state", None))
    database.open()
    with database.transaction() as connection:
        connection.execute(tables.pauses.insert().values(reason="kept", author="alice", at="2026-01-05T02:00:00Z"))
    database.close()
    cloud = Cloud(tmp_path)
    cloud.run(5)
    assert cloud.world.health.restored is None
    assert [each.get("covers_from_here") for each in entries(cloud, digests.KIND)] == [list(digests.SUBJECTS)]
    assert cloud.world.durable.pauses["pause-1"].reason == "kept"
    cloud.crash()
    cloud.run(5)
    assert len(entries(cloud, digests.KIND)) == 1, "it is said once"
    by_another_hand(cloud, "DELETE FROM pauses")
    assert "pause-1 gone" in str(cloud.world.health.restored)
    cloud.database.close()


def test_what_the_slow_reading_finds_is_told_and_a_row_that_decides_is_held_against_the_log(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(20)
    cloud.ask("pause", reason="one")
    with cloud.database.transaction() as connection:
        connection.execute(tables.pauses.delete())
    cloud.step(StoreRead(differs="", damaged="entry 3 of the audit log: edited"))
    cloud.step(StoreRead(differs="", damaged="entry 3 of the audit log: edited"))
    assert cloud.world.health.restored is None
    assert entries(cloud, "store_damaged") == [{"why": "entry 3 of the audit log: edited"}]
    cloud.step(StoreRead(differs="pauses", damaged=""))
    cloud.run(60)
    assert "pause-1 gone" in str(cloud.world.health.restored)
    assert "entry 3 of the audit log: edited" in pages(cloud)
    status = cloud.ask("status").data
    assert status["damaged"] == "entry 3 of the audit log: edited"
    assert "STORE DAMAGED: entry 3 of the audit log: edited" in [line for line, _ in overview.lines(status, width=None)]
    cloud.database.close()


def test_damage_holds_nothing_and_says_so_until_the_store_was_read_whole_without_it(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(20)
    cloud.step(StoreRead(differs="", damaged="the pages of the store do not hang together: x"))
    cloud.run(5)
    (page,) = [each for each in cloud.delivered if "do not hang together" in each["text"]]
    assert page["subject"] == "remediator goes on: damaged"
    assert page["text"].endswith("It holds nothing; remediator goes on.")
    cloud.step(StoreRead(differs="", damaged="", whole=True))
    assert cloud.world.health.damaged == ""
    assert entries(cloud, "store_damaged") == [
        {"why": "the pages of the store do not hang together: x"},
        {"why": "", "over": "the store was read to its end, and it is not seen any more"},
    ]
    cloud.database.close()


def test_a_page_whose_row_cannot_be_read_keeps_no_other_page_waiting(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(20)
    with cloud.database.transaction() as connection:
        journal = Journal(connection, cloud.now())
        for n in (1, 2):
            journal.notify(f"k{n}", {"subject": f"page {n}", "text": "", "at": "2026-01-05T03:00:00Z"})
        connection.execute(tables.outbox.update().where(tables.outbox.c.key == "k1").values(body='{"subject":(page'))
    cloud.run(5)
    assert cloud.delivered[0]["subject"] == "page 2"
    assert "a page that cannot be read any more" in pages(cloud), "it may have waited for ever: a digest has it"
    assert cloud.world.health.asides.all() == []
    cloud.database.close()


def test_what_was_not_committed_leaves_no_trace_in_the_digests(tmp_path: Path) -> None:
    """A turn that is undone after its rows were counted: the next one starts from what is in the file."""
    cloud = Cloud(tmp_path)
    cloud.run(20)
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    for n in range(40):
        with contextlib.suppress(CannotStore):
            cloud.ask("pause", reason=f"{n} " * 150)
    assert cloud.engine.store_error is not None
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    cloud.run(5)
    cloud.ask("pause", reason="after")
    cloud.crash()
    cloud.run(3)
    assert cloud.world.health.restored is None
    cloud.database.close()


def test_the_ballast_is_laid_again_once_the_disk_has_room(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    state, laid = Path(cloud.config.state_dir), []
    cloud.engine._lay_ballast = lambda: bool(ballast.lay_again(state) and not laid.append("laid"))
    cloud.run(130)
    assert (state / "ballast").stat().st_size == ballast.SIZE
    assert ballast.release(state)
    cloud.run(130)
    assert laid == ["laid", "laid"]
    cloud.database.close()
