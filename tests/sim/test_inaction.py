"""Why nothing is done about an open problem: `status` has the newest reason, from the moment it is seen until it is
closed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from remediator.model.times import rfc3339
from remediator.sim.config import CONFIG
from remediator.sim.stories.stories import APPROVING
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim
TARGET = "container/h1/memcached"


def status(cloud: Walked) -> dict[str, Any]:
    found: dict[str, Any] = cloud.ask("status").data
    return found


def why(cloud: Walked, target: str = TARGET) -> dict[str, Any]:
    rows = [row for row in status(cloud)["open"] if row["target"] == target]
    assert rows, "it is open"
    found: dict[str, Any] = rows[0]["why"]
    return found


def crash(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()


def until_hard(cloud: Walked) -> None:
    assert cloud.until(60, lambda: bool((found := cloud.incident(TARGET)) and found.hard_at))


def test_one_that_is_not_confirmed_yet_says_which_sample_it_is(cloud: Walked) -> None:
    crash(cloud)
    assert cloud.until(20, lambda: cloud.incident(TARGET) is not None)
    assert why(cloud) == {
        "kind": "unconfirmed", "reason": "not confirmed yet: bad sample 1 of 3", "guard": None, "until": None,
    }  # fmt: skip


def test_a_guard_that_refuses_is_named_with_its_newest_sentence_and_its_end(cloud: Walked) -> None:
    cloud.people.downtime("h1", "memcached", 3600)
    ends = cloud.now().wall + timedelta(hours=1)
    crash(cloud)
    until_hard(cloud)
    cloud.run(30)
    found = why(cloud)
    assert (found["kind"], found["guard"]) == ("refused", "downtime")
    assert abs((cloud.world.durable.own_downtimes["down-1"].until - ends).total_seconds()) < 2
    assert found["until"] == rfc3339(cloud.world.durable.own_downtimes["down-1"].until)
    cloud.ask("downtime-add", target="host/h1", for_s=7200.0, reason="firmware")
    cloud.people.end_downtime("down-1")
    cloud.run(10)
    assert "firmware" in why(cloud)["reason"], (
        "the guard is the same and the stored decision too: what holds it is another"
    )


def test_a_rule_that_waits_says_until_when_and_does_not_age(walked: Callable[..., Walked]) -> None:
    slow = walked(CONFIG.replace("persistence: {R1: 10s", "persistence: {R1: 90s"))
    crash(slow)
    until_hard(slow)
    first = why(slow)
    slow.run(20)
    assert first["kind"] == "waits"
    assert "it waits 90 s before it acts: until 03:0" in first["reason"]
    assert why(slow) == first


def test_a_lock_names_the_run_that_has_it_and_how_to_end_that(cloud: Walked) -> None:
    crash(cloud)
    until_hard(cloud)
    cloud.service("h1", "cron").crash()
    assert cloud.until(60, lambda: any(run.verify_from for run in cloud.world.durable.runs.values()))
    run = next(iter(cloud.world.durable.runs.values()))
    assert why(cloud) == {
        "kind": "run", "reason": f"{run.id} (container-start) is verifying", "guard": None, "until": None,
    }  # fmt: skip
    found: dict[str, Any] = {}

    def locked() -> bool:
        found.clear()
        rows = [row for row in status(cloud)["open"] if row["target"] == "container/h1/cron"]
        found.update(rows[0]["why"] if rows else {})
        return found.get("guard") == "lock"

    assert cloud.until(120, locked), found
    assert f"is locked by {run.id} (container-start on {TARGET}, verifying)" in found["reason"]
    assert f"remediator runs cancel {run.id} --reason TEXT" in found["reason"]
    assert found["until"] is not None


def test_what_is_well_again_says_so(cloud: Walked) -> None:
    cloud.people.leave_a_file("there")
    crash(cloud)
    until_hard(cloud)
    cloud.run(15)
    assert why(cloud)["guard"] == "pause"
    cloud.starts_by_hand("h1", "memcached")
    assert cloud.until(20, lambda: bool(rows := status(cloud)["open"]) and rows[0]["now"] == "OK")
    assert why(cloud)["kind"] == "well"


def test_a_problem_that_no_rule_is_for_says_so_and_one_below_another_names_it(cloud: Walked) -> None:
    cloud.service("h1", "memcached").stop()
    cloud.run(60)
    rows = [row for row in status(cloud)["open"] if row["target"] == TARGET and row["check"] == "container-state"]
    assert rows, status(cloud)["open"]
    assert rows[0]["why"]["kind"] == "no_rule"
    cloud.host("h2").ssh = "refused"
    cloud.run(60)
    below = [row for row in status(cloud)["open"] if row["state"] == "suppressed"]
    assert below
    assert all(row["why"]["reason"] == f"{row['parent']} accounts for it" for row in below)


def test_the_reason_of_an_approved_run_is_not_that_it_waits(walked: Callable[..., Walked]) -> None:
    cloud = walked(APPROVING)
    crash(cloud)
    assert cloud.until(90, lambda: any(run.approval for run in cloud.world.durable.runs.values()))
    waiting = status(cloud)["waiting"]
    assert [row["reason"] for row in waiting] == ["waits for an approval"]
    cloud.people.approve_one("run-1", cloud.world.durable.runs["run-1"].plan.hash)
    assert cloud.world.durable.runs["run-1"].reason.startswith("approved by ")
    assert cloud.until(
        90, lambda: bool(cloud.world.durable.runs) and cloud.world.durable.runs["run-1"].verify_from is not None
    )
    (row,) = status(cloud)["curing"]
    assert row["reason"].startswith("container-state ")
    assert row["created_at"]


def test_the_status_says_which_config_is_in_force(cloud: Walked) -> None:
    assert status(cloud)["config"]["loaded_at"] == rfc3339(cloud.world.setup.started_at.wall)
    file = cloud.simulation.write_config()
    before = cloud.now()
    cloud.simulation.reload()
    config = status(cloud)["config"]
    assert config["file"] == str(file)
    assert rfc3339(before.wall) <= config["loaded_at"] <= rfc3339(cloud.now().wall)
    assert config["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    file.write_text("cloud: another one, and not one that is taken\n")
    assert status(cloud)["config"] == config, "an answer of the daemon is never of the file that lies there by now"


def test_the_advice_of_a_refusal_works_as_it_is_printed(cloud: Walked) -> None:
    """The broken thing lies on the host itself: the sentence says when its command is taken, and then it is."""
    cloud.service("h1", "memcached").created_at = cloud.now().wall
    crash(cloud)
    until_hard(cloud)
    cloud.run(30)
    found = why(cloud)
    assert found["guard"] == "maintenance"
    printed = re.search(r"`remediator (baseline accept) (host/\S+) --reason TEXT`", found["reason"])
    assert printed is not None, found
    assert "once every check of h1 is OK" in found["reason"]
    refused = cloud.ask("baseline-accept", scope=printed[2], reason="TEXT")
    assert refused.exit == 4
    assert refused.error.startswith(f"not settled: {TARGET}: container-state is CRITICAL")
    cloud.starts_by_hand("h1", "memcached")
    cloud.run(40)
    assert cloud.ask("baseline-accept", scope=printed[2], reason="TEXT").exit == 0


def test_what_is_only_young_says_how_many_and_how_long(cloud: Walked) -> None:
    cloud.restart()
    assert cloud.until(30, lambda: all(cloud.world.samples.facts.reply(host) for host in cloud.simulation.cloud.hosts))
    refused = cloud.ask("baseline-accept", scope="all", reason="x")
    assert refused.exit == 4
    assert refused.data["young"] == refused.data["refused"]
    assert refused.data["checks"] == len(refused.data["young"]) > 1
    assert refused.error.startswith(
        f"not settled: {refused.data['checks']} of {refused.data['checks']} checks have less"
    )
    cloud.run(refused.data["again_s"] + 10)
    assert cloud.ask("baseline-accept", scope="all", reason="x").exit == 0
