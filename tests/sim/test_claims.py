"""The claim before a step, in a run: what is not answered holds and pages, what comes too late is claimed again, a
person decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from remediator.model.messages.control import Actor
from remediator.model.records.records import RunState
from remediator.sim.happenings.people import ROOT
from remediator.sim.simulation import Simulation
from remediator.store import tables

pytestmark = pytest.mark.sim
OTHER = ("1" * 16, "2" * 16, "somewhere-else", "3")
"""Start, store, cloud and epoch of another remediator."""


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    made = Simulation(tmp_path)
    made.start()
    made.run(60.0)
    yield made
    made.close()


def orders(simulation: Simulation, host: str = "ctl1") -> int:
    return len(simulation.cloud.hosts[host].orders)


def audited(simulation: Simulation, kind: str) -> list[str]:
    assert simulation.daemon is not None
    query = sa.select(tables.audit.c.body).where(tables.audit.c.kind == kind)
    with simulation.daemon.database.transaction() as connection:
        return [str(body) for body in connection.execute(query).scalars()]


def pages(simulation: Simulation) -> list[str]:
    assert simulation.daemon is not None
    with simulation.daemon.database.transaction() as connection:
        return [str(body) for body in connection.execute(sa.select(tables.outbox.c.body)).scalars()]


def reasons(simulation: Simulation) -> list[str]:
    assert simulation.daemon is not None
    return [run.reason for run in simulation.daemon.world.durable.runs.values() if run.state is RunState.HELD]


def claimed_by_another(simulation: Simulation, host: str, age_s: float = 60.0) -> None:
    found = simulation.cloud.hosts[host]
    found.claims.lines.append((*OTHER, found.up_s - age_s))


def test_the_intent_says_which_hosts_were_claimed(simulation: Simulation) -> None:
    simulation.cloud.service("ctl1", "memcached").crash()
    assert simulation.run(120.0, lambda: orders(simulation) == 1)
    assert ['"claimed":["ctl1"]' in body for body in audited(simulation, "intent")] == [True]
    (line,) = simulation.cloud.hosts["ctl1"].claims.lines
    assert simulation.daemon is not None
    assert line[:3] == (
        simulation.daemon.world.health.identity.instance,
        simulation.daemon.world.health.identity.store,
        "sim",
    )


def test_in_a_quiet_cloud_nobody_claims_anything(simulation: Simulation) -> None:
    simulation.run(600.0)
    assert all(host.claims.lines == [] for host in simulation.cloud.hosts.values())


@pytest.mark.parametrize("end", ["lost", "never_left"])
def test_a_claim_without_an_answer_holds_the_run_and_the_next_one_lets_it_go_on(
    simulation: Simulation, end: str
) -> None:
    simulation.luck.claims = [end]
    simulation.cloud.service("ctl1", "memcached").crash()
    assert simulation.run(120.0, lambda: bool(reasons(simulation)))
    assert "could not claim ctl1" in reasons(simulation)[0]
    assert orders(simulation) == 0
    assert simulation.run(60.0, lambda: orders(simulation) == 1)


def test_a_host_whose_claims_cannot_be_read_is_not_acted_on_and_people_hear_of_it(simulation: Simulation) -> None:
    simulation.cloud.hosts["ctl1"].claims.torn = True
    simulation.cloud.service("ctl1", "memcached").crash()
    simulation.run(300.0)
    assert orders(simulation) == 0
    assert any("is held" in page and "/run/remediator/claims" in page for page in pages(simulation))
    simulation.cloud.hosts["ctl1"].claims.torn = False
    assert simulation.run(90.0, lambda: orders(simulation) == 1)
    assert len(audited(simulation, "planned_anew")) == 1, "what allowed it minutes ago was asked again as a whole"


@pytest.mark.parametrize(("age_s", "acts"), [(60.0, False), (1700.0, False), (1900.0, True)])
def test_a_line_of_another_one_holds_for_half_an_hour(simulation: Simulation, age_s: float, acts: bool) -> None:
    claimed_by_another(simulation, "ctl1", age_s)
    simulation.cloud.service("ctl1", "memcached").crash()
    simulation.run(90.0)
    assert (orders(simulation) == 1) is acts
    assert bool(audited(simulation, "rival_seen")) is not acts


def test_until_a_person_decides_nothing_is_done_anywhere_and_after_a_restart_neither(simulation: Simulation) -> None:
    claimed_by_another(simulation, "ctl1")
    simulation.cloud.service("ctl1", "memcached").crash()
    simulation.run(90.0)
    simulation.kill()
    simulation.revive()
    simulation.cloud.service("ctl2", "memcached").crash()
    simulation.run(3600.0)
    assert not any(host.orders for host in simulation.cloud.hosts.values())
    assert any("Another remediator acts on this cloud" in page for page in pages(simulation))
    status = simulation.ask("status", ROOT)
    assert status is not None
    assert [row["kind"] for row in status.data["muted"]] == ["rival"]
    nobody = simulation.ask("brake-close", Actor(name="u", uid=1000, login_uid=1000), brake="rival")
    assert nobody is not None
    assert nobody.exit == 4
    assert simulation.daemon is not None
    before = simulation.daemon.world.health.identity.store
    closed = simulation.ask("brake-close", ROOT, brake="rival")
    assert closed is not None
    assert closed.exit == 0
    assert simulation.daemon.world.health.identity.store != before
    assert simulation.run(600.0, lambda: simulation.cloud.service("ctl1", "memcached").running)


def test_one_that_claims_after_the_decision_is_seen_again(simulation: Simulation) -> None:
    claimed_by_another(simulation, "ctl1")
    simulation.cloud.service("ctl1", "memcached").crash()
    simulation.run(90.0)
    assert simulation.ask("brake-close", ROOT, brake="rival") is not None
    assert simulation.run(120.0, lambda: orders(simulation) == 1)
    claimed_by_another(simulation, "ctl1", age_s=0.0)
    simulation.cloud.service("ctl1", "keystone").crash()
    simulation.run(300.0)
    assert orders(simulation) == 1
    assert len(audited(simulation, "rival_seen")) == 2


def test_after_kill_9_the_lines_of_the_start_before_hold_nothing(simulation: Simulation) -> None:
    simulation.cloud.service("ctl1", "memcached").crash()
    assert simulation.run(120.0, lambda: orders(simulation) == 1)
    simulation.kill()
    simulation.run(4.0)
    simulation.revive()
    simulation.cloud.service("ctl1", "keystone").crash()
    assert simulation.run(180.0, lambda: orders(simulation) == 2)
    assert audited(simulation, "rival_seen") == []


def test_a_command_that_did_not_leave_in_time_is_claimed_and_sent_again(simulation: Simulation) -> None:
    simulation.cloud.service("ctl1", "memcached").crash()
    assert simulation.daemon is not None
    world = simulation.daemon.world
    assert simulation.run(120.0, lambda: bool(world.pending.under_way))
    simulation.freeze()
    simulation.clock.elapsed_s += 31.0
    simulation.thaw()
    assert simulation.run(60.0, lambda: orders(simulation) == 1)
    assert len(audited(simulation, "not_sent")) == 1
    assert len(audited(simulation, "intent")) == 2
    simulation.run(120.0)
    assert orders(simulation) == 1
