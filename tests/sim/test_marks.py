"""Whose a mark on a host is: ours after an upgrade in mid-run, a stranger's when our journal does not know it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.integrations.galera.sim.happenings.faults import held_by_another
from remediator.integrations.galera.sim.happenings.losses import cluster_lost
from remediator.integrations.galera.sim.part import galera_of
from remediator.model.records.records import RunState, StepState
from remediator.sim.happenings.kinds import Happening
from remediator.sim.happenings.people import ROOT
from remediator.sim.happenings.stage import Stage
from remediator.sim.simulation import Simulation
from remediator.sim.stories import marks
from remediator.sim.stories.stories import UNATTENDED
from remediator.store import tables

pytestmark = pytest.mark.sim
OTHER = "sim.00c0ffee00c0ffee.run-1"


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    made = Simulation(tmp_path, UNATTENDED)
    made.start()
    made.run(20.0)
    answer = made.ask("baseline-accept", ROOT, scope="all")
    assert answer is not None
    assert answer.exit == 0
    made.run(60.0)
    yield made
    made.close()


def happens(simulation: Simulation, happening: Happening) -> None:
    nobody: Any = None
    happening.happen(Stage(simulation, nobody, nobody))


def stands_at(simulation: Simulation, step: str) -> bool:
    world = simulation.daemon.world if simulation.daemon is not None else None
    runs = world.durable.runs.values() if world is not None else ()
    return any(each.id == step and each.state is not StepState.PENDING for run in runs for each in run.steps)


def whole(simulation: Simulation) -> bool:
    members = galera_of(simulation.cloud).members.values()
    return all(one.state == "synced" and one.process == "unit" and one.hold is None for one in members)


def audited(simulation: Simulation, kind: str) -> list[str]:
    assert simulation.daemon is not None
    query = sa.select(tables.audit.c.body).where(tables.audit.c.kind == kind)
    with simulation.daemon.database.transaction() as connection:
        return [str(body) for body in connection.execute(query).scalars()]


@pytest.mark.parametrize("step", ["read_ctl1", "bootstrap"])
def test_a_recovery_that_the_release_before_began_goes_on(simulation: Simulation, step: str) -> None:
    happens(simulation, cluster_lost())
    assert simulation.run(300.0, lambda: stands_at(simulation, step))
    simulation.run(5.0)
    simulation.kill("its release is upgraded")
    assert marks.as_the_release_before_left_them(simulation) >= 3
    simulation.revive()
    assert simulation.run(1200.0, lambda: whole(simulation))
    assert len(galera_of(simulation.cloud).bootstraps) == 1
    assert galera_of(simulation.cloud).wrongs == []


@pytest.mark.parametrize("mark", ["run-1", OTHER, "other.00c0ffee00c0ffee.run-7", "an operator"])
def test_a_hold_of_another_store_holds_the_recovery_and_stays(simulation: Simulation, mark: str) -> None:
    happens(simulation, cluster_lost())
    happens(simulation, held_by_another("ctl2", mark))
    simulation.run(400.0)
    assert galera_of(simulation.cloud).members["ctl2"].hold == f"# remediator {mark}"
    assert galera_of(simulation.cloud).bootstraps == []
    assert not any(host.orders for host in simulation.cloud.hosts.values())
    assert any("another remediator has set the hold" in body for body in audited(simulation, "decision"))


def test_once_a_person_has_taken_it_back_the_recovery_goes_on(simulation: Simulation) -> None:
    happens(simulation, cluster_lost())
    happens(simulation, held_by_another("ctl2", OTHER))
    simulation.run(200.0)
    galera_of(simulation.cloud).mend("ctl2")
    assert simulation.run(1500.0, lambda: whole(simulation))


def test_a_hold_that_comes_in_mid_run_holds_the_run(simulation: Simulation) -> None:
    """Another one held ctl2 after our own hold was taken away there: nothing is bootstrapped beside it."""
    happens(simulation, cluster_lost())
    assert simulation.run(300.0, lambda: stands_at(simulation, "read_ctl1"))
    happens(simulation, held_by_another("ctl2", OTHER))
    simulation.run(200.0)
    assert simulation.daemon is not None
    held = [run for run in simulation.daemon.world.durable.runs.values() if run.state is RunState.HELD]
    assert [("another remediator has set the hold" in run.reason) for run in held] == [True]
    assert galera_of(simulation.cloud).bootstraps == []
