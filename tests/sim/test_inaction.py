"""Why nothing is done about an open problem: `status` has the newest reason, from the moment it is seen until it is closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from remediator.model.times import rfc3339
from tests.sim.cloud import CONFIG
from tests.sim.test_review_base import Cloud

pytestmark = pytest.mark.sim
TARGET = "container/h1/memcached"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    made.run(20)
    yield made
    made.database.close()


def status(cloud: Cloud) -> dict[str, Any]:
    found: dict[str, Any] = cloud.ask("status").data
    return found


def why(cloud: Cloud, target: str = TARGET) -> dict[str, Any]:
    rows = [row for row in status(cloud)["open"] if row["target"] == target]
    assert rows, "it is open"
    found: dict[str, Any] = rows[0]["why"]
    return found


def until_hard(cloud: Cloud) -> None:
    assert cloud.run(60, until=lambda: bool((found := cloud.incident(TARGET)) and found.hard_at))


def test_one_that_is_not_confirmed_yet_says_which_sample_it_is(cloud: Cloud) -> None:
    cloud.hosts["h1"].units["memcached"].fail()
    assert cloud.run(20, until=lambda: cloud.incident(TARGET) is not None)
    assert why(cloud) == {
        "kind": "unconfirmed", "reason": "not confirmed yet: bad sample 1 of 3", "guard": None, "until": None,
    }  # fmt: skip


def test_a_guard_that_refuses_is_named_with_its_newest_sentence_and_its_end(cloud: Cloud) -> None:
    cloud.ask("downtime-add", target=TARGET, for_s=3600.0, reason="RAM swap")
    ends = cloud.now().wall + timedelta(hours=1)
    cloud.hosts["h1"].units["memcached"].fail()
    until_hard(cloud)
    cloud.run(30)
    found = why(cloud)
    assert (found["kind"], found["guard"]) == ("refused", "downtime")
    assert abs((cloud.world.durable.own_downtimes["down-1"].until - ends).total_seconds()) < 2
    assert found["until"] == rfc3339(cloud.world.durable.own_downtimes["down-1"].until)
    cloud.ask("downtime-add", target="host/h1", for_s=7200.0, reason="firmware")
    cloud.ask("downtime-end", id="down-1", reason="done")
    cloud.run(10)
    assert "firmware" in why(cloud)["reason"], (
        "the guard is the same and the stored decision too: what holds it is another"
    )


def test_a_rule_that_waits_says_until_when_and_does_not_age(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "slow").mkdir()
    slow = Cloud(tmp_path / "slow", CONFIG.replace("persistence: {R1: 10s", "persistence: {R1: 90s"))
    slow.run(20)
    slow.hosts["h1"].units["memcached"].fail()
    until_hard(slow)
    first = why(slow)
    slow.run(20)
    assert first["kind"] == "waits"
    assert "it waits 90 s before it acts: until 03:0" in first["reason"]
    assert why(slow) == first
    slow.database.close()


def test_a_lock_names_the_run_that_has_it_and_how_to_end_that(cloud: Cloud) -> None:
    cloud.hosts["h1"].units["memcached"].fail()
    until_hard(cloud)
    assert cloud.run(60, until=lambda: any(run.verify_from for run in cloud.world.durable.runs.values()))
    run = next(iter(cloud.world.durable.runs.values()))
    assert why(cloud) == {
        "kind": "run", "reason": f"{run.id} (container-start) is verifying", "guard": None, "until": None,
    }  # fmt: skip
    cloud.hosts["h1"].units["cron"].fail()
    found: dict[str, Any] = {}

    def locked() -> bool:
        found.clear()
        rows = [row for row in status(cloud)["open"] if row["target"] == "container/h1/cron"]
        found.update(rows[0]["why"] if rows else {})
        return found.get("guard") == "lock"

    assert cloud.run(120, until=locked), found
    assert f"is locked by {run.id} (container-start on {TARGET}, verifying)" in found["reason"]
    assert f"remediator runs cancel {run.id} --reason TEXT" in found["reason"]
    assert found["until"] is not None


def test_what_is_well_again_says_so(cloud: Cloud) -> None:
    cloud.pauses = ("somebody works",)
    cloud.hosts["h1"].units["memcached"].fail()
    until_hard(cloud)
    cloud.run(15)
    assert why(cloud)["guard"] == "pause"
    cloud.hosts["h1"].units["memcached"].start(cloud.wall())
    assert cloud.run(20, until=lambda: bool(rows := status(cloud)["open"]) and rows[0]["now"] == "OK")
    assert why(cloud)["kind"] == "well"


def test_a_problem_that_no_rule_is_for_says_so_and_one_below_another_names_it(cloud: Cloud) -> None:
    cloud.hosts["h1"].units["memcached"].state = "inactive"
    cloud.hosts["h1"].units["memcached"].substate = "dead"
    cloud.hosts["h1"].units["memcached"].result = "success"
    cloud.run(60)
    rows = [row for row in status(cloud)["open"] if row["target"] == TARGET and row["check"] == "container-state"]
    assert rows, status(cloud)["open"]
    assert rows[0]["why"]["kind"] == "no_rule"
    cloud.hosts["h2"].down = True
    cloud.run(60)
    below = [row for row in status(cloud)["open"] if row["state"] == "suppressed"]
    assert below
    assert all(row["why"]["reason"] == f"{row['parent']} accounts for it" for row in below)


def test_the_reason_of_an_approved_run_is_not_that_it_waits(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path, CONFIG.replace("R1: auto", "R1: approve"))
    cloud.run(20)
    cloud.hosts["h1"].units["memcached"].fail()
    assert cloud.run(90, until=lambda: any(run.approval for run in cloud.world.durable.runs.values()))
    waiting = status(cloud)["waiting"]
    assert [row["reason"] for row in waiting] == ["waits for an approval"]
    cloud.ask("approve", run="run-1", plan=cloud.world.durable.runs["run-1"].plan.hash, reason="yes")
    assert cloud.world.durable.runs["run-1"].reason.startswith("approved by ")
    assert cloud.run(
        90, until=lambda: bool(cloud.world.durable.runs) and cloud.world.durable.runs["run-1"].verify_from is not None
    )
    (row,) = status(cloud)["curing"]
    assert row["reason"].startswith("container-state ")
    assert row["created_at"]
    cloud.database.close()


def test_the_status_says_which_config_is_in_force(cloud: Cloud) -> None:
    config = status(cloud)["config"]
    assert config["file"] == str(cloud.directory / "config.yaml")
    assert config["loaded_at"] == rfc3339(cloud.world.setup.started_at.wall)
    assert len(config["sha256"]) == 64


def test_the_advice_of_a_refusal_works_as_it_is_printed(cloud: Cloud) -> None:
    """The broken thing lies on the host itself: the sentence says when its command is taken, and then it is."""
    unit = cloud.hosts["h1"].units["memcached"]
    unit.created = cloud.wall()
    unit.fail()
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
    unit.start(cloud.wall())
    cloud.run(20)
    assert cloud.ask("baseline-accept", scope=printed[2], reason="TEXT").exit == 0


def test_what_is_only_young_says_how_many_and_how_long(cloud: Cloud) -> None:
    cloud.crash()
    assert cloud.run(30, until=lambda: all(cloud.world.samples.facts.reply(host) for host in cloud.hosts))
    refused = cloud.ask("baseline-accept", scope="all", reason="x")
    assert refused.exit == 4
    assert refused.data["young"] == refused.data["refused"]
    assert refused.data["checks"] == len(refused.data["young"]) > 1
    assert refused.error.startswith(
        f"not settled: {refused.data['checks']} of {refused.data['checks']} checks have less"
    )
    cloud.run(refused.data["again_s"] + 10)
    assert cloud.ask("baseline-accept", scope="all", reason="x").exit == 0
