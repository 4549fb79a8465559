"""What is over is let go, in the store, beside it and in memory; what still counts stays, whatever its age."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from remediator.model.times import Instant, rfc3339
from remediator.sim.clock import START
from remediator.sim.config import CONFIG
from remediator.sim.happenings.people import People
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.watch import Watch
from remediator.sim.simulation import Simulation, tell_logs
from remediator.store import retention, tables
from remediator.store.audit import blobs, checkpoints
from remediator.store.database import Database
from remediator.store.stored import loading

pytestmark = pytest.mark.sim
NOW = Instant(START, 1000.0, "boot")
DAY_S = 86400.0
KEEP = retention.Keep(events_s=DAY_S, runs_s=2 * DAY_S)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'remediator.db'}")
    made.open()
    yield made
    made.close()


def _ago(days: float) -> float:
    return START.timestamp() - days * DAY_S


def _incident(connection: sa.Connection, number: int, is_open: bool, days: float) -> None:
    values = {"key": f"c:t{number}", "state": "open" if is_open else "resolved", "open": is_open, "at_s": _ago(days)}
    connection.execute(tables.incidents.insert().values(id=f"inc-{number}", n=number, body="{}", **values))


def _run(connection: sa.Connection, number: int, incident: str | None, days: float, live: bool = False) -> None:
    values = {
        "target": "t",
        "runbook": "r",
        "state": "failed",
        "live": live,
        "at_s": _ago(days),
        "intent_s": _ago(days),
    }
    connection.execute(
        tables.runs.insert().values(id=f"run-{number}", n=number, incident=incident, body="{}", **values)
    )


def _page(connection: sa.Connection, key: str, days: float, state: str = "sent", **about: str) -> None:
    body = json.dumps({"at": rfc3339(START - timedelta(days=days)), **about})
    connection.execute(tables.outbox.insert().values(key=key, state=state, tries=0, next_s=0.0, body=body, error=""))


def _ids(connection: sa.Connection, column: sa.Column[str]) -> list[str]:
    return sorted(connection.execute(sa.select(column)).scalars())


def test_hints_beyond_the_newest_go_before_their_time_and_young_ones_never(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_HINTS", 10)
    with store.transaction() as connection:
        for n in range(40):
            at = rfc3339(START - timedelta(seconds=100 * (40 - n)))
            connection.execute(tables.hints.insert().values(key=f"k{n}", event=f"ev-{n}", at=at))
            connection.execute(
                tables.events.insert().values(
                    id=f"ev-{n}", n=n, at=at, source="nagios", check_name="", target="", incident=None, body="{}"
                )
            )
    with store.transaction() as connection:
        retention.trim(connection, NOW, KEEP)
    with store.transaction() as connection:
        left = list(connection.execute(sa.select(tables.hints.c.event).order_by(tables.hints.c.at)).scalars())
        events = list(connection.execute(sa.select(tables.events.c.id).order_by(tables.events.c.n)).scalars())
    assert left == events == [f"ev-{n}" for n in range(5, 40)], "35 of them came within the hour"


def test_runs_of_an_open_incident_stay_whatever_their_age(store: Database) -> None:
    with store.transaction() as connection:
        _incident(connection, 1, True, 9)
        _incident(connection, 2, False, 9)
        _incident(connection, 3, False, 1)
        for number, incident in ((1, "inc-1"), (2, "inc-2"), (3, None)):
            _run(connection, number, incident, 9)
        _run(connection, 4, "inc-3", 1)
        retention.trim(connection, NOW, KEEP)
        assert _ids(connection, tables.runs.c.id) == ["run-1", "run-4"]
        assert _ids(connection, tables.incidents.c.id) == ["inc-1", "inc-3"]


def test_old_pages_go_unless_what_they_are_about_still_stands(store: Database) -> None:
    with store.transaction() as connection:
        _incident(connection, 1, True, 9)
        _incident(connection, 2, False, 1)
        _run(connection, 1, "inc-1", 9, live=True)
        _page(connection, "inc-1:no rule", 9, incident="inc-1")
        _page(connection, "run-1:held", 8, run="run-1")
        _page(connection, "inc-2:no rule", 7, incident="inc-2")
        _page(connection, "storm:9", 6)
        _page(connection, "storm:8", 5, state="due")
        _page(connection, "storm:7", 4, state="failed")
        _page(connection, "storm:1", 1)
        retention.trim(connection, NOW, KEEP)
        left = _ids(connection, tables.outbox.c.key)
    assert left == ["inc-1:no rule", "run-1:held", "storm:1", "storm:8"]


def test_a_closed_debt_goes_with_its_run_also_when_that_went_before(store: Database) -> None:
    with store.transaction() as connection:
        for number, is_open in ((1, False), (2, True)):
            values = {"run": "run-gone", "open": is_open, "body": "{}"}
            connection.execute(tables.debts.insert().values(id=f"debt-{number}", n=number, **values))
        retention.trim(connection, NOW, KEEP)
        assert _ids(connection, tables.debts.c.id) == ["debt-2"]


def test_outputs_go_when_they_were_kept_last_too_long_ago(tmp_path: Path) -> None:
    directory = tmp_path / "blobs"
    assert blobs.purge(directory, 100.0, 10) == 0
    old, again, young = (blobs.keep(directory, text, at) for text, at in (("a", 10.0), ("b", 20.0), ("c", 200.0)))
    assert blobs.keep(directory, "b", 150.0) == again
    assert blobs.purge(directory, 100.0, 10) == 1
    assert {each.name for each in directory.iterdir()} == {again, young}
    assert old not in (again, young)
    assert blobs.purge(directory, 1000.0, 1) == 1, "a batch at a time"


def test_signed_checkpoints_are_remembered_by_their_file_and_not_in_memory(tmp_path: Path) -> None:
    file = checkpoints.CheckpointFile(tmp_path / "c.jsonl", checkpoints.load_key(tmp_path / "key"))
    for seq in (*range(1, 51), *[50] * 20):
        file.write(seq, f"hash {seq}", NOW)
    assert file.marks == [(seq, f"hash {seq}") for seq in range(1, 51)]
    assert file.newest_seq == 50
    assert all(len(held) <= 2 for held in vars(file).values() if isinstance(held, (list, dict, set, tuple)))
    file.write(60, "hash 60", NOW, {"from": 50, "kept": 30})
    assert file.marks == [*((seq, f"hash {seq}") for seq in range(1, 31)), (60, "hash 60")]
    again = checkpoints.CheckpointFile(tmp_path / "c.jsonl", checkpoints.load_key(tmp_path / "key"))
    assert (again.marks, again.newest_seq, again.broken) == (file.marks, 60, None)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    simulation = Simulation(tmp_path, CONFIG.replace("every: 15s", "every: 5m") + "retention: {output: 1d}\n")
    watch = Watch(simulation)
    tell_logs(simulation)
    simulation.start()
    simulation.run(620.0, stride=20.0)
    yield Stage(simulation, watch, People(simulation, watch))
    watch.close()
    simulation.close()


def _days(simulation: Simulation, days: float) -> None:
    end = simulation.clock.elapsed_s + days * DAY_S
    while simulation.clock.elapsed_s < end:
        simulation.run(600.0, stride=600.0)


def test_a_baseline_keeps_what_is_shown_and_lets_go_of_boots_and_containers_that_were(stage: Stage) -> None:
    simulation = stage.simulation
    simulation.cloud.service("cmp1", "neutron_agent").recreate()
    simulation.run(700.0, stride=20.0)
    stage.people.accept("all")
    assert simulation.daemon is not None
    world = simulation.daemon.world
    before = set(world.durable.accepted)
    shown = {sign.key for signs in world.others.shown_signs.values() for sign in signs}
    assert before & shown
    simulation.cloud.hosts["ctl1"].reboot()
    recreated = [key for key in before if key.startswith("container:cmp1:neutron_agent:")]
    assert len(recreated) == 1
    simulation.cloud.service("cmp1", "neutron_agent").recreate()
    simulation.cloud.cut_off |= {"cmp2"}
    _days(simulation, 1.2)
    assert recreated[0] not in world.durable.accepted, "its container is gone"
    assert not [key for key in world.durable.accepted if key.startswith("start:")], (
        "no limit asks for a boot of yesterday"
    )
    still = {sign.key for host, signs in world.others.shown_signs.items() if host != "cmp2" for sign in signs}
    assert before & still <= world.durable.accepted, "what is shown stays"
    of_silent = {key for key in before if key.startswith("container:cmp2:")}
    assert of_silent
    assert of_silent <= world.durable.accepted, "a host that is silent may show it again"
    with simulation.daemon.database.transaction() as connection:
        assert loading.load(connection, 0.0).accepted == world.durable.accepted


def test_runs_in_memory_are_those_that_may_still_count(stage: Stage) -> None:
    simulation = stage.simulation
    stage.people.accept("all")
    stage.service("ctl1", "memcached").crash()
    simulation.run(700.0, stride=5.0)
    keystone = stage.service("ctl2", "keystone")
    keystone.crash()
    keystone.life_s = 2.0
    simulation.run(900.0, stride=5.0)
    assert simulation.daemon is not None
    world = simulation.daemon.world
    runs = {run.plan.target.text: run for run in world.durable.past_runs.values()}
    cured, failed = runs["container/ctl1/memcached"], runs["container/ctl2/keystone"]
    assert (cured.state.value, failed.state.value) == ("succeeded", "failed")
    assert failed.incident in world.durable.incidents
    _days(simulation, 3.5)
    assert set(world.durable.past_runs) == {cured.id, failed.id}, "a budget of a day, and undone cures, look at it"
    _days(simulation, 0.7)
    assert set(world.durable.past_runs) == {failed.id}, (
        "its incident is open: its ladder has failed, and its rung is used"
    )
    with simulation.daemon.database.transaction() as connection:
        assert _ids(connection, tables.runs.c.id) == [cured.id, failed.id], "the store keeps it as the config says"
        since_s = simulation.clock.now().wall.timestamp() - 4 * DAY_S
        assert [run.id for run in loading.load(connection, since_s).past_runs] == [failed.id]


def test_a_host_that_left_is_forgotten_and_one_that_comes_back_is_sampled_anew(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path)
    tell_logs(simulation)
    try:
        simulation.start()
        assert simulation.run(120.0, lambda: simulation.daemon is not None and _samples(simulation, "cmp1") >= 2)
        assert simulation.daemon is not None
        world = simulation.daemon.world
        whole = world.loaded.inventory
        left = {name: host for name, host in whole.hosts.items() if name != "cmp1"}
        world.take_content(world.loaded.config, world.loaded.content, dataclasses.replace(whole, hosts=left))
        by_host = [
            world.samples.good_samples,
            world.others.shown_signs,
            world.samples.keys_of_host,
            world.pending.due_at,
            world.loaded.every_s,
        ]
        assert [name for name in by_host if "cmp1" in name] == []
        assert (world.samples.facts.reply("cmp1"), world.samples.facts.memory("container", "cmp1")) == (None, None)
        assert world.samples.facts.reply("cmp2") is not None
        world.take_content(world.loaded.config, world.loaded.content, whole)
        assert world.samples.good_samples.get("cmp1", 0) == 0
        assert simulation.run(60.0, lambda: _samples(simulation, "cmp1") >= 2)
    finally:
        simulation.close()


def _samples(simulation: Simulation, host: str) -> int:
    return simulation.daemon.world.samples.good_samples.get(host, 0) if simulation.daemon is not None else 0
