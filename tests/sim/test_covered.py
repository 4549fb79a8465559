"""Rows that decide, changed while the daemon was down: the start sees it, names it, holds everything above R0, until a
person accepts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.cli.look import overview
from remediator.model.times import rfc3339
from remediator.sim.happenings.people import ROOT
from remediator.sim.simulation import Simulation
from remediator.store import tables
from remediator.store.audit import digests, verify
from remediator.store.database import Database, url_of
from remediator.store.files import ballast
from remediator.store.journal import Journal
from tests.sim import kept
from tests.sim.kept import by_another_hand
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

EDITED = "entry 1 of the audit log: edited; look: remediator audit verify"
A_PASS_S = 90.0
"""After so long the whole of a small store was read slowly."""


@pytest.fixture
def reading() -> Iterator[Walked]:
    """A cloud whose daemon reads its store slowly, as a real one does; it has come through it once."""

    def slowly(simulation: Simulation) -> None:
        simulation.reads_slowly = True

    made = Walked(before=slowly)
    made.run(A_PASS_S)
    yield made
    made.close()


def read_again(cloud: Walked) -> None:
    """Let the time pass after which a store is read again, and let it be read."""
    cloud.simulation.clock.elapsed_s += 6 * 3600.0
    cloud.run(A_PASS_S)


def edit_the_first_entry(cloud: Walked) -> str:
    """Change an entry of the log behind the daemon's back; return what stood there."""
    with cloud.daemon.database.transaction() as connection:
        whole = str(connection.exec_driver_sql("SELECT body FROM audit WHERE seq = 1").scalar())
    kept.while_it_lives(
        cloud, "DROP TRIGGER audit_no_update", 'UPDATE audit SET body = \'{"reason":"nobody did that"}\' WHERE seq = 1'
    )
    return whole


def refused_by(cloud: Walked) -> set[str]:
    return {v.guard for each in cloud.world.durable.decisions.values() for v in each.verdicts if not v.allow}


def test_a_pause_taken_out_of_the_store_holds_everything_until_a_person_accepts_it(cloud: Walked) -> None:
    cloud.ask("pause", reason="a change of the network")
    kept.signed(cloud)
    by_another_hand(cloud, "DELETE FROM pauses")
    assert "pauses is not as the log has it (1 rows in the log, 0 in the store: pause-1 gone)" in str(
        cloud.world.health.restored
    )
    cloud.service("h1", "memcached").crash()
    cloud.run(90)
    assert cloud.verbs() == []
    assert "restored" in refused_by(cloud)
    assert "pause-1 gone" in kept.told(cloud)
    assert "remediator audit accept-restore" in kept.told(cloud)
    code, found = kept.verified(cloud)
    assert (code, "pause-1 gone" in found["rows"]) == (verify.TAMPERED, True)
    assert kept.accept(cloud) == 0
    assert cloud.world.health.restored is None
    cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]
    assert kept.verified(cloud)[0] == verify.INTACT
    cloud.restart()
    cloud.run(3)
    assert cloud.world.health.restored is None, "what was accepted is not asked again"


def test_no_later_change_and_no_restart_forgets_a_difference(cloud: Walked) -> None:
    cloud.ask("pause", reason="one")
    by_another_hand(cloud, "UPDATE pauses SET reason = 'two'")
    assert "pause-1 changed" in str(cloud.world.health.restored)
    cloud.ask("pause", reason="three")
    cloud.ask("resume", all=True)
    cloud.restart()
    cloud.run(3)
    assert "pause-1 changed" in str(cloud.world.health.restored)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("INSERT INTO locks VALUES ('host/h1', 'run-77')", "host/h1 put in"),
        ("DELETE FROM silences", "sil-1 gone"),
        ("UPDATE silences SET body = replace(body, 'memcached', 'memcacher')", "sil-1 changed"),
        ("UPDATE own_downtimes SET body = replace(body, 'host/h2', 'host/h1')", "changed"),
    ],
)
def test_each_kind_of_row_is_named(cloud: Walked, statement: str, named: str) -> None:
    assert cloud.ask("silence-add", matchers=["service=memcached"], reason="r", for_s=3600).exit == 0
    assert cloud.ask("downtime-add", target="host/h2", reason="r", for_s=3600).exit == 0
    by_another_hand(cloud, statement)
    assert named in str(cloud.world.health.restored)


def test_a_run_that_lives_cannot_be_given_a_yes_in_the_store(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()
    assert cloud.until(90, lambda: bool(cloud.world.durable.runs))
    run = next(iter(cloud.world.durable.runs))
    by_another_hand(
        cloud,
        f"UPDATE runs SET body = replace(body, '\"consent\":null', '\"consent\":{{\"lost\":7}}') WHERE id = '{run}'",
    )
    assert f"{run} changed" in str(cloud.world.health.restored)


def test_a_row_that_cannot_be_read_is_named_and_nothing_acts(cloud: Walked) -> None:
    assert cloud.ask("silence-add", matchers=["service=cron"], reason="r", for_s=3600).exit == 0
    cloud.simulation.break_store(lambda: None, 600)
    by_another_hand(cloud, "UPDATE silences SET body = replace(body, '{', '[')")
    error = str(cloud.daemon.engine.store_error)
    assert "sil-1 changed" in error
    assert "put a copy of the store back" in error
    cloud.service("h1", "memcached").crash()
    cloud.run(90)
    assert cloud.commands == 0


def test_a_store_of_the_release_before_starts_cleanly_and_is_covered_from_then_on() -> None:
    cloud = Walked(before=left_by_the_release_before)
    assert cloud.world.health.restored is None
    assert [each.get("covers_from_here") for each in kept.entries(cloud, digests.KIND)] == [list(digests.SUBJECTS)]
    assert cloud.world.durable.pauses["pause-1"].reason == "kept"
    cloud.restart()
    cloud.run(5)
    assert len(kept.entries(cloud, digests.KIND)) == 1, "it is said once"
    by_another_hand(cloud, "DELETE FROM pauses")
    assert "pause-1 gone" in str(cloud.world.health.restored)
    cloud.close()


def left_by_the_release_before(simulation: Simulation) -> None:
    """Let the daemon find a store with a pause in it and no digests."""
    state = Path(simulation.config.state_dir)
    state.mkdir()
    database = Database(url_of(state, None))
    database.open()
    with database.transaction() as connection:
        connection.execute(tables.pauses.insert().values(reason="kept", author="alice", at="2026-01-05T02:00:00Z"))
    database.close()


# what is read slowly ------------------------------------------------------------------------------------------------


def test_what_the_slow_reading_finds_is_told_and_a_row_that_decides_is_held_against_the_log(reading: Walked) -> None:
    reading.ask("pause", reason="one")
    edit_the_first_entry(reading)
    read_again(reading)
    read_again(reading)
    assert reading.world.health.restored is None
    assert kept.entries(reading, "store_damaged") == [{"why": EDITED}], "it is said once"
    kept.while_it_lives(reading, "DELETE FROM pauses")
    read_again(reading)
    assert "pause-1 gone" in str(reading.world.health.restored)
    assert EDITED in kept.told(reading)
    status = reading.ask("status").data
    assert status["damaged"] == EDITED
    assert f"STORE DAMAGED: {EDITED}" in [line for line, _ in overview.lines(status, width=None)]


def test_damage_holds_nothing_and_says_so_until_the_store_was_read_whole_without_it(reading: Walked) -> None:
    whole = edit_the_first_entry(reading)
    read_again(reading)
    (page,) = [each for each in reading.simulation.mail.taken if EDITED in each["text"]]
    assert page["subject"] == "remediator goes on: damaged"
    assert page["text"].endswith("It holds nothing; remediator goes on.")
    reading.service("h1", "memcached").crash()
    reading.run(90)
    assert reading.verbs() == [("h1", "start")]
    kept.while_it_lives(reading, f"UPDATE audit SET body = '{whole}' WHERE seq = 1")
    read_again(reading)
    assert reading.world.health.damaged == ""
    assert kept.entries(reading, "store_damaged") == [
        {"why": EDITED},
        {"why": "", "over": "the store was read to its end, and it is not seen any more"},
    ]


# what else a store may meet -----------------------------------------------------------------------------------------


def test_a_page_whose_row_cannot_be_read_keeps_no_other_page_waiting(cloud: Walked) -> None:
    with cloud.daemon.database.transaction() as connection:
        journal = Journal(connection, cloud.now())
        for n in (1, 2):
            journal.notify(f"k{n}", {"subject": f"page {n}", "text": "", "at": rfc3339(cloud.now().wall)})
        connection.execute(tables.outbox.update().where(tables.outbox.c.key == "k1").values(body='{"subject":(page'))
    cloud.run(10)
    assert cloud.simulation.mail.taken[0]["subject"] == "page 2"
    assert "a page that cannot be read any more" in kept.told(cloud), "it may have waited for ever: a digest has it"
    assert cloud.world.health.asides.all() == []


def test_what_was_not_committed_leaves_no_trace_in_the_digests(cloud: Walked) -> None:
    """A turn that is undone after its rows were counted: the next one starts from what is in the file."""
    with cloud.daemon.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    cloud.simulation.break_store(lambda: None, 3600)
    for n in range(40):
        cloud.simulation.ask("pause", ROOT, reason=f"{n} " * 150)
    assert cloud.daemon.engine.store_error is not None
    with cloud.daemon.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    cloud.run(5)
    cloud.ask("pause", reason="after")
    cloud.restart()
    cloud.run(3)
    assert cloud.world.health.restored is None


def test_the_ballast_is_laid_again_once_it_was_released_and_then_left_alone(cloud: Walked) -> None:
    state = Path(cloud.simulation.config.state_dir)
    assert ballast.release(state)
    cloud.run(70)
    laid = (state / "ballast").stat()
    assert laid.st_size == ballast.SIZE
    cloud.run(130)
    assert (state / "ballast").stat().st_mtime_ns == laid.st_mtime_ns
    assert ballast.release(state)
    cloud.run(70)
    assert (state / "ballast").stat().st_size == ballast.SIZE
