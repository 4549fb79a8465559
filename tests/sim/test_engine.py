"""The engine over a small cloud in memory: cures, refusals, crashes between INTENT and OUTCOME, a store that goes away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.model.records import IncidentState, RunState
from remediator.model.replies import CommandDone
from remediator.model.values import Unknown
from remediator.store import tables
from remediator.store.reader import Reader
from tests.sim.cloud import Cloud

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.database.close()


def crash_one(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hosts["h1"].units["memcached"].fail()


def closed(cloud: Cloud) -> list[dict[str, Any]]:
    return Reader(cloud.config).incidents("resolved")


def decisions(cloud: Cloud, target: str = TARGET) -> list[dict[str, Any]]:
    reader = Reader(cloud.config)
    found = [each["id"] for each in reader.incidents() if each["target"] == target]
    explained = reader.explain(found[0])
    assert explained is not None
    rows: list[dict[str, Any]] = explained["decisions"]
    return rows


def audit_kinds(cloud: Cloud) -> list[str]:
    with Reader(cloud.config).connection() as connection:
        return list(connection.execute(sa.select(tables.audit.c.kind).order_by(tables.audit.c.seq)).scalars())


def test_a_crashed_container_is_started_once_and_verified(cloud: Cloud) -> None:
    crash_one(cloud)
    assert cloud.run(120, until=lambda: bool(closed(cloud)))
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
    assert cloud.world.locks == {}


def test_an_unhealthy_container_is_restarted_once(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hosts["h1"].units["memcached"].healthy = False
    assert cloud.run(200, until=lambda: bool(closed(cloud)))
    assert cloud.verbs() == [("h1", "restart")]


def test_one_that_dies_again_is_escalated_and_not_started_twice(cloud: Cloud) -> None:
    crash_one(cloud)
    cloud.hosts["h1"].units["memcached"].dies_on_start = True
    assert cloud.run(
        400, until=lambda: cloud.incident(TARGET).state is IncidentState.ESCALATED if cloud.incident(TARGET) else False
    )
    cloud.run(600)
    assert cloud.verbs() == [("h1", "start")]
    assert [page["state"] for page in cloud.delivered] == ["escalated"]


@pytest.mark.parametrize("pauses", [("tonight nobody acts",), Unknown("EACCES")])
def test_paused_nothing_is_done_and_it_says_so(cloud: Cloud, pauses: tuple[str, ...] | Unknown) -> None:
    cloud.pauses = pauses
    crash_one(cloud)
    cloud.run(200)
    assert cloud.acted == []
    refused = [row for row in decisions(cloud) if row["outcome"] == "refused"]
    assert len(refused) == 1
    assert [verdict["guard"] for verdict in refused[0]["verdicts"] if not verdict["allow"]] == ["pause"]
    cloud.pauses = ()
    assert cloud.run(120, until=lambda: bool(closed(cloud)))


def test_a_recent_container_is_maintenance_until_a_baseline_contains_it(cloud: Cloud) -> None:
    for host in cloud.hosts.values():
        host.units["memcached"].created = cloud.wall()
    crash_one(cloud)
    cloud.run(100)
    assert cloud.acted == []
    assert any("maintenance" in row["reason"] for row in decisions(cloud))
    assert cloud.ask("baseline-accept", scope="all", reason="x").exit == 4
    cloud.hosts["h1"].units["memcached"].start(cloud.wall())
    cloud.run(30)
    assert cloud.ask("baseline-accept", scope="all", reason="deploy is over").exit == 0
    cloud.hosts["h1"].units["memcached"].fail()
    assert cloud.run(120, until=lambda: bool(cloud.acted))


def test_an_ansible_run_holds_its_host(cloud: Cloud) -> None:
    cloud.hosts["h1"].ansible = [{"pid": 7, "start": 1, "what": "ansible-playbook"}]
    crash_one(cloud)
    cloud.run(60)
    cloud.hosts["h1"].ansible = []
    cloud.run(14 * 60)
    assert cloud.acted == []
    assert cloud.run(3 * 60, until=lambda: bool(cloud.acted))


def test_an_operators_stop_is_left_alone(cloud: Cloud) -> None:
    cloud.run(20)
    unit = cloud.hosts["h1"].units["memcached"]
    unit.state, unit.substate, unit.result = "inactive", "dead", "success"
    cloud.run(300)
    assert cloud.acted == []
    assert cloud.delivered == []


def test_a_host_that_is_down_suppresses_its_containers(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hosts["h1"].down = True
    cloud.run(60)
    parent = cloud.incident("host/h1", "host-reachable")
    child = cloud.incident(TARGET)
    assert parent.state is IncidentState.ESCALATED
    assert (child.state, child.parent) == (IncidentState.SUPPRESSED, parent.id)
    assert cloud.acted == []
    cloud.hosts["h1"].down = False
    cloud.run(60)
    assert cloud.world.incidents == {}


def intended(cloud: Cloud) -> bool:
    return any(run.intent_at is not None for run in cloud.world.runs.values())


@pytest.mark.parametrize("reached_the_host", [True, False])
def test_killed_between_intent_and_outcome_the_run_ends_by_probe(cloud: Cloud, reached_the_host: bool) -> None:
    def lost(effect: Any) -> list[CommandDone] | None:
        if reached_the_host:
            cloud.apply(effect)
        return None

    crash_one(cloud)
    cloud.on_act = lost
    assert cloud.run(120, until=lambda: intended(cloud))
    cloud.on_act = None
    cloud.crash()
    assert cloud.run(200, until=lambda: bool(closed(cloud)))
    assert cloud.verbs() == [("h1", "start")]
    with Reader(cloud.config).connection() as connection:
        bodies = connection.execute(sa.select(tables.audit.c.body).where(tables.audit.c.kind == "probed")).scalars()
        assert [json.loads(body)["answer"] for body in bodies] == ["applied" if reached_the_host else "not-applied"]


def test_a_host_that_stays_away_leaves_the_run_in_doubt_with_its_locks(cloud: Cloud) -> None:
    def lost(effect: Any) -> list[CommandDone] | None:
        cloud.hosts["h1"].down = True
        return [
            CommandDone(argv=effect.commands[0].argv, exit_code=None, output="", took_s=1.0, error="the link was lost")
        ]

    crash_one(cloud)
    cloud.on_act = lost
    assert cloud.run(300, until=lambda: any(run.state is RunState.IN_DOUBT for run in cloud.world.runs.values()))
    run = next(iter(cloud.world.runs.values()))
    assert cloud.world.locks == {"host:h1": run.id}
    assert any("in doubt" in page["subject"] for page in cloud.delivered)
    cloud.crash()
    cloud.run(60)
    assert cloud.world.locks == {"host:h1": run.id}
    assert cloud.ask("resolve", run=run.id, outcome="maybe", reason="x").exit == 64
    answer = cloud.ask("resolve", run=run.id, outcome="applied", reason="looked at the console")
    assert (answer.exit, answer.data["state"]) == (0, "running")


def test_a_budget_survives_a_restart(cloud: Cloud) -> None:
    crash_one(cloud)
    assert cloud.run(120, until=lambda: bool(closed(cloud)))
    cloud.crash()
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(27)
    assert cloud.verbs() == [("h1", "start")]
    assert any("is the wait" in row["reason"] for row in decisions(cloud))
    assert cloud.run(60, until=lambda: len(cloud.verbs()) == 2)


def test_a_wall_clock_that_jumps_holds_everything(cloud: Cloud) -> None:
    crash_one(cloud)
    cloud.run(5)
    cloud.wall_offset_s = 3600
    cloud.run(120)
    assert cloud.acted == []
    assert any("wall clock stepped" in row["reason"] for row in decisions(cloud))
    assert cloud.run(300, until=lambda: bool(cloud.acted))


def test_without_a_store_nothing_is_done_and_it_comes_back(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.database.close()
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(60)
    assert cloud.acted == []
    assert cloud.engine.store_error is not None
    cloud.database.open()
    assert cloud.run(120, until=lambda: bool(closed(cloud)))
    assert cloud.verbs() == [("h1", "start")]


def test_a_hint_is_taken_once_and_never_acts_by_itself(cloud: Cloud) -> None:
    cloud.run(20)
    first = cloud.hint("h1", "memcached", key="k")
    second = cloud.hint("h1", "memcached", key="k")
    assert (first.duplicate, second.duplicate, first.event) == (False, True, second.event)
    cloud.run(60)
    assert cloud.acted == []
    assert cloud.world.incidents == {}


def test_a_nagios_downtime_mutes_until_it_ends(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hint("h1", "memcached", "OK", notification_type="DOWNTIMESTART")
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(100)
    assert cloud.acted == []
    assert any("scheduled downtime of nagios" in row["reason"] for row in decisions(cloud))
    cloud.hint("h1", "memcached", "CRITICAL", notification_type="DOWNTIMEEND")
    assert cloud.run(120, until=lambda: bool(closed(cloud)))


def test_a_person_executes_through_the_same_gate(cloud: Cloud) -> None:
    cloud.run(20)
    fine = cloud.ask("execute", runbook="container-start", target=TARGET, reason="x")
    assert fine.exit in (0, 4)
    cloud.run(30)
    assert cloud.acted == []
    assert cloud.ask("execute", runbook="container-strat", target=TARGET, reason="x").exit == 64


def test_a_second_incident_on_the_same_host_waits_for_the_lock(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.hosts["h1"].units["cron"].fail()
    overlapping = []

    def both() -> bool:
        live = [run for run in cloud.world.runs.values() if not run.state.ended]
        overlapping.append(len(live))
        return len(closed(cloud)) == 2

    assert cloud.run(300, until=both)
    assert max(overlapping) == 1
    assert sorted(cloud.verbs()) == [("h1", "start"), ("h1", "start")]
