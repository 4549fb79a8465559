"""The daemon over a small cloud: cures, refusals, crashes between INTENT and OUTCOME, a store that goes away."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.model.records.records import Incident, IncidentState, RunState
from remediator.store import tables
from remediator.store.reader import Reader
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"


def crash_one(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()


def closed(cloud: Walked) -> list[dict[str, Any]]:
    return Reader(cloud.simulation.config).incidents("resolved")


def decisions(cloud: Walked, target: str = TARGET) -> list[dict[str, Any]]:
    reader = Reader(cloud.simulation.config)
    found = [each["id"] for each in reader.incidents() if each["target"] == target]
    explained = reader.explain(found[0])
    assert explained is not None
    rows: list[dict[str, Any]] = explained["decisions"]
    return rows


def audit_kinds(cloud: Walked) -> list[str]:
    with Reader(cloud.simulation.config).connection() as connection:
        return list(connection.execute(sa.select(tables.audit.c.kind).order_by(tables.audit.c.seq)).scalars())


def known(cloud: Walked, target: str = TARGET, check: str = "container-state") -> Incident:
    incident = cloud.incident(target, check)
    assert incident is not None
    return incident


def is_escalated(cloud: Walked) -> bool:
    incident = cloud.incident(TARGET)
    return incident is not None and incident.state is IncidentState.ESCALATED


def store_error(cloud: Walked) -> str | None:
    assert cloud.simulation.daemon is not None
    return cloud.simulation.daemon.engine.store_error


def test_a_crashed_container_is_started_once_and_verified(cloud: Walked) -> None:
    crash_one(cloud)
    assert cloud.until(120, lambda: bool(closed(cloud)))
    assert cloud.verbs() == [("h1", "start")]
    incident = closed(cloud)[0]
    assert incident["durations"]["detect_s"] is not None
    assert incident["durations"]["cure_s"] is not None
    kinds = audit_kinds(cloud)
    assert (
        kinds.index("planned")
        < kinds.index("gated")
        < kinds.index("intent")
        < kinds.index("outcome")
        < kinds.index("succeeded")
    )
    assert cloud.world.durable.locks == {}


def test_an_unhealthy_container_is_restarted_once(cloud: Walked) -> None:
    cloud.service("h1", "memcached").fall_sick()
    assert cloud.until(200, lambda: bool(closed(cloud)))
    assert cloud.verbs() == [("h1", "restart")]


def test_one_that_dies_again_is_escalated_and_not_started_twice(cloud: Walked) -> None:
    cloud.service("h1", "memcached").life_s = 0.5
    crash_one(cloud)
    assert cloud.until(400, lambda: is_escalated(cloud))
    cloud.run(600)
    assert cloud.verbs() == [("h1", "start")]
    assert [page["state"] for page in cloud.whole_pages()] == ["escalated"]


@pytest.mark.parametrize("file", ["there", "dangling", "unreadable"])
def test_paused_nothing_is_done_and_it_says_so(cloud: Walked, file: str) -> None:
    cloud.people.leave_a_file(file)
    crash_one(cloud)
    cloud.run(200)
    assert cloud.verbs() == []
    refused = [row for row in decisions(cloud) if row["outcome"] == "refused"]
    assert len(refused) == 1
    assert [verdict["guard"] for verdict in refused[0]["verdicts"] if not verdict["allow"]] == ["pause"]
    cloud.people.let_go_of_the_file()
    assert cloud.until(120, lambda: bool(closed(cloud)))


def test_a_recent_container_is_maintenance_until_a_baseline_contains_it(cloud: Walked) -> None:
    for host in cloud.simulation.cloud.hosts.values():
        host.services["memcached"].created_at = cloud.simulation.clock.true()
    crash_one(cloud)
    cloud.run(100)
    assert cloud.verbs() == []
    assert any("maintenance" in row["reason"] for row in decisions(cloud))
    too_early = cloud.people.accept("all")
    assert too_early is not None
    assert too_early.exit == 4
    cloud.starts_by_hand("h1", "memcached")
    cloud.run(60)
    accepted = cloud.people.accept("all")
    assert accepted is not None
    assert accepted.exit == 0
    crash_one(cloud)
    assert cloud.until(120, lambda: bool(cloud.verbs()))


def test_an_ansible_run_holds_its_host(cloud: Walked) -> None:
    cloud.host("h1").ansible = [{"pid": 7, "start": 1, "what": "ansible-playbook"}]
    crash_one(cloud)
    cloud.run(60)
    cloud.host("h1").ansible = []
    cloud.run(14 * 60)
    assert cloud.verbs() == []
    assert cloud.until(3 * 60, lambda: bool(cloud.verbs()))


def test_an_operators_stop_is_left_alone(cloud: Walked) -> None:
    cloud.service("h1", "memcached").stop()
    cloud.run(300)
    assert cloud.verbs() == []
    assert cloud.pages() == []


def test_a_host_that_is_down_suppresses_its_containers(cloud: Walked) -> None:
    cloud.host("h1").ssh = "refused"
    cloud.run(60)
    parent, child = known(cloud, "host/h1", "host-reachable"), known(cloud)
    assert parent.state is IncidentState.ESCALATED
    assert (child.state, child.parent) == (IncidentState.SUPPRESSED, parent.id)
    assert cloud.verbs() == []
    cloud.host("h1").ssh = "ok"
    cloud.run(90)
    assert cloud.world.durable.incidents == {}


@pytest.mark.parametrize("reached_the_host", [True, False])
def test_killed_between_intent_and_outcome_the_run_ends_by_probe(cloud: Walked, reached_the_host: bool) -> None:
    cloud.the_next_command_meets("ok" if reached_the_host else "lost_before", meanwhile=cloud.restart)
    crash_one(cloud)
    assert cloud.until(120, lambda: cloud.simulation.deaths == 1)
    assert cloud.until(200, lambda: bool(closed(cloud)))
    assert cloud.verbs() == [("h1", "start")]
    assert cloud.commands == (1 if reached_the_host else 2)
    with Reader(cloud.simulation.config).connection() as connection:
        bodies = connection.execute(sa.select(tables.audit.c.body).where(tables.audit.c.kind == "probed")).scalars()
        assert [json.loads(body)["answer"] for body in bodies] == ["applied" if reached_the_host else "not-applied"]


def test_a_host_that_stays_away_leaves_the_run_in_doubt_with_its_locks(cloud: Walked) -> None:
    def goes_away() -> None:
        cloud.host("h1").ssh = "refused"

    cloud.the_next_command_meets("lost_before", meanwhile=goes_away)
    crash_one(cloud)
    assert cloud.until(300, lambda: bool(cloud.runs(RunState.IN_DOUBT)))
    (run,) = cloud.world.durable.runs.values()
    assert cloud.world.durable.locks == {"host:h1": run.id}
    assert any("in doubt" in subject for subject in cloud.pages())
    cloud.restart()
    cloud.run(60)
    assert cloud.world.durable.locks == {"host:h1": run.id}
    assert cloud.ask("resolve", run=run.id, outcome="maybe").exit == 64
    answer = cloud.ask("resolve", run=run.id, outcome="applied", reason="looked at the console")
    assert (answer.exit, answer.data["state"]) == (0, "running")


def test_a_budget_survives_a_restart(cloud: Walked) -> None:
    crash_one(cloud)
    assert cloud.until(120, lambda: bool(closed(cloud)))
    cloud.restart()
    crash_one(cloud)
    cloud.run(45)
    assert cloud.verbs() == [("h1", "start")]
    assert any("is the wait" in row["reason"] for row in decisions(cloud))
    assert cloud.until(90, lambda: len(cloud.verbs()) == 2)


@pytest.mark.parametrize("alone", [True, False])
def test_a_wall_clock_that_jumps_holds_everything(cloud: Walked, alone: bool) -> None:
    crash_one(cloud)
    cloud.run(5)
    cloud.step_the_clock(3600, alone)
    cloud.run(120)
    assert cloud.verbs() == []
    assert any("wall clock stepped" in row["reason"] for row in decisions(cloud))
    assert cloud.until(300, lambda: bool(cloud.verbs())) is not alone, "hosts whose clocks differ are a storm besides"


def test_without_a_store_nothing_is_done_and_it_comes_back(cloud: Walked) -> None:
    daemon = cloud.simulation.daemon
    assert daemon is not None
    daemon.database.close()
    cloud.simulation.break_store(daemon.database.open, 60.0)
    crash_one(cloud)
    cloud.run(55)
    assert cloud.verbs() == []
    assert store_error(cloud) is not None
    assert cloud.until(120, lambda: bool(store_error(cloud) is None and closed(cloud)))
    assert cloud.verbs() == [("h1", "start")]


def test_a_hint_is_taken_once_and_never_acts_by_itself(cloud: Walked) -> None:
    first = cloud.hint("h1", "memcached", key="k")
    second = cloud.hint("h1", "memcached", key="k")
    assert (first.duplicate, second.duplicate, first.event) == (False, True, second.event)
    cloud.run(60)
    assert cloud.verbs() == []
    assert cloud.world.durable.incidents == {}


def test_a_nagios_downtime_mutes_until_it_ends(cloud: Walked) -> None:
    cloud.hint("h1", "memcached", "OK", notification_type="DOWNTIMESTART")
    crash_one(cloud)
    cloud.run(100)
    assert cloud.verbs() == []
    assert any("scheduled downtime of nagios" in row["reason"] for row in decisions(cloud))
    cloud.hint("h1", "memcached", "CRITICAL", notification_type="DOWNTIMEEND")
    assert cloud.until(120, lambda: bool(closed(cloud)))


def test_a_person_executes_through_the_same_gate(cloud: Walked) -> None:
    fine = cloud.ask("execute", runbook="container-start", target=TARGET)
    assert fine.exit in (0, 4)
    cloud.run(30)
    assert cloud.verbs() == []
    assert cloud.ask("execute", runbook="container-strat", target=TARGET).exit == 64


def test_a_second_incident_on_the_same_host_waits_for_the_lock(cloud: Walked) -> None:
    crash_one(cloud)
    cloud.service("h1", "cron").crash()
    overlapping: list[int] = []

    def both() -> bool:
        overlapping.append(len([run for run in cloud.world.durable.runs.values() if not run.state.ended]))
        return len(closed(cloud)) == 2

    assert cloud.until(300, both)
    assert max(overlapping) == 1
    assert sorted(cloud.verbs()) == [("h1", "start"), ("h1", "start")]
