"""One host does its worst: every healthy host's crash is cured meanwhile, and people hear that the liar is not
believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remediator.checks import newcomers
from remediator.daemon.state.world import World
from remediator.model.content.judging import State
from remediator.model.records.records import RunState
from remediator.sim.cloud.crowd import Crowd
from remediator.sim.cloud.hostile_plays import BLINDS, PLAYS
from remediator.sim.happenings.people import ROOT
from remediator.sim.simulation import Simulation
from remediator.store.reader import Reader

pytestmark = [pytest.mark.sim, pytest.mark.timeout(600)]

LIAR = "ctl3"
HONEST = (("ctl1", "memcached"), ("cmp1", "neutron_agent"))
MINUTE_S = 60.0
"""The cloud has eleven hosts: a liar and two crashes are no storm in it."""


def world_of(simulation: Simulation) -> World:
    assert simulation.daemon is not None
    return simulation.daemon.world


def settled(directory: Path) -> Simulation:
    simulation = Simulation(directory, crowd=Crowd(hosts=6))
    simulation.start()
    simulation.run(2 * MINUTE_S)
    accepted = simulation.ask("baseline-accept", ROOT, scope="all")
    assert accepted is not None
    assert accepted.exit == 0, accepted
    return simulation


def cured(simulation: Simulation) -> set[str]:
    """Return the targets of runs that have succeeded."""
    return {run["target"] for run in Reader(simulation.config).runs(None, 100) if run["state"] == "succeeded"}


def incidents(simulation: Simulation) -> int:
    """Return how many incidents the store has, of whatever state."""
    return len(Reader(simulation.config).incidents(None, 10_000))


def pages(simulation: Simulation) -> list[str]:
    import sqlite3

    with sqlite3.connect(f"{simulation.config.state_dir}/remediator.db") as store:
        return [json.loads(body)["subject"] for (body,) in store.execute("select body from outbox order by n")]


LEFT = {
    "braces": "brackets",
    "changed-in-9999": "created-in-9999",
    "digits": "infinite",
    "empty-unit-name": "odd-names",
    "floats-inside": "floats-for-objects",
    "lists-for-objects": "nulls",
    "not-a-number": "infinite",
    "old-sentinel": "second-sentinel",
    "slash-name": "odd-names",
}
"""What is left to `make lab-full`, and the play of the same kind that is in `make test`."""
ALL_PLAYS = [
    pytest.param(
        name,
        marks=(pytest.mark.part("simulated"), pytest.mark.full(f"{LEFT[name]} is of its kind, and in make test"))
        if name in LEFT
        else (),
    )
    for name in sorted(PLAYS)
]


def test_what_is_left_out_is_of_the_kind_of_one_that_is_not() -> None:
    assert {*LEFT, *LEFT.values()} <= set(PLAYS)
    assert not set(LEFT) & set(LEFT.values())
    assert [name for name, other in LEFT.items() if (name in BLINDS) != (other in BLINDS)] == []


def test_new_names_for_ever_fill_the_store_with_a_bounded_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty containers with new names in each reply, all of them crashed."""
    monkeypatch.setattr(newcomers, "MOST", 300)
    simulation = settled(tmp_path)
    simulation.cloud.hosts[LIAR].plays = "new-names"
    simulation.run(10 * MINUTE_S)
    world, before = world_of(simulation), incidents(simulation)
    assert 100 < before < 2 * 300, before
    assert "targets within" in world.samples.results["host-reachable", f"host/{LIAR}"].output
    simulation.run(10 * MINUTE_S)
    assert incidents(simulation) <= before + 20
    assert any(LIAR in subject for subject in pages(simulation))
    simulation.cloud.hosts[LIAR].plays = ""
    simulation.run(2 * MINUTE_S)
    assert world.samples.results["container-state", f"container/{LIAR}/memcached"].state is State.OK
    simulation.close()


@pytest.mark.parametrize("name", ALL_PLAYS)
def test_every_healthy_host_is_cured_while_one_lies(tmp_path: Path, name: str) -> None:
    simulation = settled(tmp_path)
    world = world_of(simulation)
    simulation.cloud.hosts[LIAR].plays = name
    simulation.run(45)
    for host, container in HONEST:
        simulation.cloud.hosts[host].services[container].crash()
    wanted = {f"container/{host}/{container}" for host, container in HONEST}
    assert simulation.run(8 * MINUTE_S, lambda: wanted <= cured(simulation)), simulation.ask("status", ROOT)
    engine = simulation.daemon.engine if simulation.daemon is not None else None
    assert engine is not None
    assert (engine.store_error, engine.turn_error, world.health.asides.all()) == (None, None, [])
    assert [
        name for name, host in simulation.cloud.hosts.items() if host.orders and name not in ("ctl1", "cmp1", LIAR)
    ] == []
    if name in BLINDS:
        assert world.samples.results["container-state", f"container/{LIAR}/memcached"].state is State.UNKNOWN
        assert simulation.run(8 * MINUTE_S, lambda: any(LIAR in subject for subject in pages(simulation)))
    simulation.cloud.hosts[LIAR].plays = ""
    simulation.run(4 * MINUTE_S)
    assert world.samples.results["container-state", f"container/{LIAR}/memcached"].state is State.OK
    assert world.samples.results["host-reachable", f"host/{LIAR}"].state is State.OK
    assert not [run for run in world.durable.runs.values() if run.state is RunState.IN_DOUBT]
    simulation.close()
