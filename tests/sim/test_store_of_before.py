"""A store that an older release left in the middle of a cure is taken over.

The cure becomes whole or calls a person, and nothing is done twice.
"""

from __future__ import annotations

import json
import socket
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from remediator.model import targets
from remediator.model.content.judging import State
from remediator.model.records.records import Event, StateType
from remediator.model.times import Instant
from remediator.sim.proof.crash_points import die_at
from remediator.sim.simulation import Simulation
from remediator.store import errors, revision, tables
from remediator.store.audit import checkpoints, verify
from remediator.store.database import Database
from remediator.store.journal import Journal
from remediator.store.reader import Reader, location
from remediator.store.stored import loading
from tests.golden.record_stores import MOMENTS, PLACE, path_of, way_of

pytestmark = pytest.mark.sim
RELEASES = sorted(each.name for each in PLACE.iterdir() if each.is_dir())


def put(simulation: Simulation, recorded: Path) -> None:
    """Put the recorded store in the place of the present one, with a checkpoint of the end of its log."""
    store, here = sqlite3.connect(":memory:"), sqlite3.connect(path_of(simulation))
    store.executescript(recorded.read_text("utf-8"))
    seq, head = store.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    store.backup(here)  # into the same file: who looks on has it open
    for each in (store, here):
        each.close()
    marks = Path(simulation.config.audit.checkpoints)
    marks.unlink(missing_ok=True)
    key = checkpoints.load_key(simulation.config.audit.key_path)
    checkpoints.CheckpointFile(marks, key).write(seq, head, simulation.clock.now())


EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def event(at: Instant) -> Event:
    return Event(
        id="ev-9001",
        at=at,
        source="check",
        check="container-state",
        target=targets.container("ctl1", "memcached"),
        state=State.OK,
        state_type=StateType.HARD,
        attempt=1,
        previous=State.UNKNOWN,
        output="running",
        data={},
    )


LATE = {"position", "member", "upgrade", "statement", "bootstrap-holding", "bootstrap-chosen", "bootstrap-joining"}
"""A step is left that is built in its turn: other content than its plan's may build another one, so a person is
called."""


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("release", RELEASES)
def test_a_cure_under_way_becomes_whole_or_calls_a_person_and_is_done_once(release: str, moment: str) -> None:
    recorded = PLACE / release / f"{moment}.sql"
    seen: list[Simulation] = []

    def upgrade(simulation: Simulation) -> None:
        put(simulation, recorded)
        seen.append(simulation)

    died = die_at(way_of(MOMENTS[moment]), 0, cut=MOMENTS[moment].cut(upgrade))
    assert seen
    if moment in LATE and died.violation is not None and died.violation.invariant == "progress":
        (cut,) = [at for at, line in died.lines if line == "the daemon is gone: cut"]
        assert any(at > cut and " page " in line and line.endswith("is held") for at, line in died.lines) or any(
            at > cut and " page " in line and line.endswith("needs a person") for at, line in died.lines
        ), died.violation
        return
    assert died.violation is None, died.violation


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("release", RELEASES)
def test_every_row_is_read_as_it_was_written(release: str, moment: str, tmp_path: Path) -> None:
    """Run, incident and debt come out of the store with what is in them, and the log is whole."""
    recorded = PLACE / release / f"{moment}.sql"
    simulation = Simulation(tmp_path)
    path_of(simulation).parent.mkdir()
    put(simulation, recorded)
    reader = Reader(simulation.config)
    with reader.connection() as connection:
        assert verify.beside_the_log(connection) is None, "the log can be verified before anything is upgraded"
        older = revision.older(revision.revision(connection))
    if older:
        with pytest.raises(errors.StoreOlder, match="start the daemon"):
            reader.runs()
    database = Database(location(simulation.config))
    assert (database.open(simulation.clock.now) is not None) is older
    with database.transaction() as connection:
        Journal(connection, simulation.clock.now()).event(event(simulation.clock.now()), None)
        told = connection.execute(sa.select(tables.audit.c.body).where(tables.audit.c.kind == "store_upgraded"))
        assert [json.loads(body)["unreadable"] for body in told.scalars()] == [[]] * older
        loading.load(connection, 0.0, 1.0)
    database.close()
    assert verify.verify(simulation.config)[1]["ok"]
    (run,) = reader.runs()
    assert run["state"] in ("planned", "running", "verifying", "waiting_approval")
    assert run["steps"]
    assert reader.incidents(state="open")
    assert reader.audit(limit=5)
    shown_events = {each["id"]: each for each in reader.events_between(*EVER, 1000)}
    newest = shown_events.pop("ev-9001")
    assert shown_events
    for shown in shown_events.values():
        assert shown.keys() == newest.keys(), "an event that the older release stored is shown as one of today"
        assert {name: type(value) for name, value in shown.items() if name != "incident"} == {
            name: type(value) for name, value in newest.items() if name != "incident"
        }
    reader.close()
    simulation.close()


def test_systemd_and_the_log_hear_that_a_start_takes_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start is killed after a minute otherwise, and begun anew without end."""
    simulation = Simulation(tmp_path)
    path_of(simulation).parent.mkdir(mode=0o700)
    put(simulation, PLACE / "2026-11" / "verifying.sql")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5.0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with structlog.testing.capture_logs() as said:
            simulation.start()
        assert systemd.recv(100) == b"EXTEND_TIMEOUT_USEC=60000000"
    assert [each["event"] for each in said if "store_upg" in each["event"]] == ["store_upgrade", "store_upgraded"]
    simulation.close()
