"""A store is taken over by a daemon with other content.

The stored plan is carried out or the run ends with a sentence. Nothing is done twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import sqlalchemy as sa

from remediator.model.records.records import Run, RunState, StepState
from remediator.sim.cloud.reach import NEVER
from remediator.sim.cloud.shapes import FIVE_ALIKE
from remediator.sim.config import CONFIG, config_of
from remediator.sim.stories import marks
from remediator.store import errors, revision, tables
from remediator.store.audit import verify
from remediator.store.database import Database, url_of
from tests.builders.runbooks import TWICE, in_place
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

ONCE = """
runbooks:
  - name: container-start
    summary: Start it, in the next version
    target: container
    risk: R1
    steps:
      - {id: begin, do: container.start, timeout: 4m}
    verify: {check: container-state, within: 9m, hold: 7m}
    held_at_most: 3h
"""


TARGET = "container/h1/memcached"
ASKING = CONFIG.replace("autonomy: {R1: auto", "autonomy: {R1: approve") + in_place(TWICE)


def live(cloud: Walked) -> list[Run]:
    return list(cloud.world.durable.runs.values())


def crash(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()


def until(cloud: Walked, true: Callable[[Run], bool]) -> Run:
    assert cloud.until(300, lambda: any(true(run) for run in live(cloud)))
    (run,) = live(cloud)
    return run


# a run in each state of the version before --------------------------------------------------------------------------


def planned(cloud: Walked) -> Run:
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.PLANNED)


def sent(cloud: Walked) -> Run:
    """An INTENT whose command did not arrive."""
    return left(cloud, NEVER)


def arrived(cloud: Walked) -> Run:
    """An INTENT whose command arrived, and whose OUTCOME did not."""
    return left(cloud, "hang")


def left(cloud: Walked, end: str) -> Run:
    cloud.the_next_command_meets(end)
    crash(cloud)
    assert cloud.until(300, lambda: cloud.commands == 1)
    return until(cloud, lambda run: run.steps[0].state is StepState.INTENT)


def held(cloud: Walked) -> Run:
    cloud.the_next_command_meets("ok", meanwhile=lambda: cloud.people.leave_a_file("there"))
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.HELD)


def verifying(cloud: Walked) -> Run:
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.VERIFYING)


def waiting(cloud: Walked) -> Run:
    cloud.restart_with(ASKING)
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.WAITING_APPROVAL)


BEFORE: dict[str, Callable[[Walked], Run]] = {
    each.__name__: each for each in (planned, sent, arrived, held, verifying, waiting)
}
DONE = {"planned": 0, "sent": 0, "arrived": 1, "held": 1, "verifying": 2, "waiting": 0}
"""How many of the plan's two commands had arrived before the upgrade."""


# and the version after it -------------------------------------------------------------------------------------------


def upgrade(cloud: Walked, runbook: str = TWICE, **changes: Any) -> None:
    """End the daemon, and start one whose content differs: another text of the runbook, and `changes` of what is
    loaded."""
    simulation = cloud.simulation
    simulation.kill("it is upgraded")
    simulation.take(config_of(FIVE_ALIKE, cloud.config.replace(in_place(TWICE), in_place(runbook))))
    simulation.content = replace(simulation.content, version="upgraded", **changes)
    cloud.people.let_go_of_the_file()
    simulation.revive()
    cloud.run(kept.STARTS_S)


def same(cloud: Walked) -> None:
    upgrade(cloud)


def runbook_changed(cloud: Walked) -> None:
    upgrade(cloud, ONCE)


def runbook_removed(cloud: Walked) -> None:
    content = cloud.simulation.content
    rules = {name: rule for name, rule in content.rules.items() if "container-start" not in rule.run}
    runbooks = {name: each for name, each in content.runbooks.items() if name != "container-start"}
    upgrade(cloud, rules=rules, runbooks=runbooks)


def action_removed(cloud: Walked) -> None:
    content = cloud.simulation.content
    upgrade(cloud, actions={name: each for name, each in content.actions.items() if name != "container.start"})


AFTER: dict[str, Callable[[Walked], None]] = {
    each.__name__: each for each in (same, runbook_changed, runbook_removed, action_removed)
}


def say_yes(cloud: Walked, run: Run) -> None:
    if run.state is RunState.WAITING_APPROVAL:
        cloud.run(15)
        cloud.people.approve_one(run.id, run.plan.hash[:12])


def sent_of(cloud: Walked) -> dict[tuple[str, str], int]:
    """Return (run, step) to how often its command has left."""
    return {(run, step): len(at) for run, left in cloud.account.left.items() for step, at in left.steps.items()}


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("before", BEFORE)
def test_a_run_in_flight_is_taken_over_and_nothing_is_done_twice(twice: Walked, before: str, after: str) -> None:
    run = BEFORE[before](twice)
    AFTER[after](twice)
    say_yes(twice, run)
    twice.run(900)
    found = kept.run(twice, run.id)
    assert found["content_version"] == run.plan.content_version != "upgraded"
    assert found["plan_hash"] == run.plan.hash, "the stored plan is the plan"
    assert [step["id"] for step in found["steps"]] == ["start", "again"]
    lost = before == "sent" and after != "action_removed"
    for (name, step), times in sent_of(twice).items():
        assert times <= (2 if lost and (name, step) == (run.id, "start") else 1), sent_of(twice)
    if found["state"] == "in_doubt":
        assert any(f"{run.id} on {TARGET} is in doubt" in page["subject"] for page in twice.simulation.mail.taken)
        return
    assert found["reason"]
    assert found["ended_at"]
    assert run.id not in twice.world.durable.locks.values()
    code, verdict = kept.verified(twice)
    assert (code, verdict["first_bad"]) == (verify.INTACT, None)
    assert verdict["entries"] > 0


EXPECTED = [
    ("planned", "runbook_changed", "refused", "1 of 2 samples since the start", 0),
    ("sent", "runbook_changed", "succeeded", "held 20 s", 2),
    ("arrived", "runbook_changed", "succeeded", "held 20 s", 2),
    ("held", "runbook_changed", "succeeded", "held 20 s", 2),
    ("verifying", "runbook_changed", "succeeded", "held 20 s", 2),
    ("waiting", "runbook_changed", "succeeded", "held 20 s", 2),
    ("held", "runbook_removed", "succeeded", "held 20 s", 2),
    ("verifying", "runbook_removed", "succeeded", "held 20 s", 2),
    ("planned", "runbook_removed", "refused", "rule_gone", 0),
    ("verifying", "action_removed", "succeeded", "held 20 s", 2),
    ("planned", "action_removed", "refused", "the action container.start is not there any more", 0),
    ("waiting", "action_removed", "refused", "the action container.start is not there any more", 0),
    ("held", "action_removed", "failed", "the action container.start is not there any more", 1),
    ("sent", "action_removed", "in_doubt", "what became of container.start is not known", 0),
    ("arrived", "action_removed", "in_doubt", "what became of container.start is not known", 1),
]


@pytest.mark.parametrize(("before", "after", "ends", "says", "commands"), EXPECTED)
def test_what_the_stored_plan_says_is_done_or_a_sentence_says_why_not(
    twice: Walked, before: str, after: str, ends: str, says: str, commands: int
) -> None:
    run = BEFORE[before](twice)
    assert len(twice.orders()) == DONE[before]
    AFTER[after](twice)
    say_yes(twice, run)
    twice.run(120)
    found = kept.run(twice, run.id)
    assert (found["state"], says in found["reason"]) == (ends, True), found["reason"]
    assert len([each for each, _ in sent_of(twice) if each == run.id]) <= 2
    assert len(twice.orders()) == commands or ends == "refused"


def test_what_the_version_before_did_not_know_has_its_default(twice: Walked) -> None:
    run = held(twice)
    twice.hint("h2", None, "UP", notification_type="DOWNTIMESTART", downtime_depth=1)
    twice.run(1)
    with twice.daemon.database.transaction() as connection:
        body = json.loads(
            connection.execute(sa.select(tables.runs.c.body).where(tables.runs.c.id == run.id)).scalar_one()
        )
        del body["approval"]
        connection.execute(tables.runs.update().where(tables.runs.c.id == run.id).values(body=json.dumps(body)))
        mute = json.loads(connection.execute(sa.select(tables.downtimes.c.body)).scalar_one())
        del mute["told_at"]
        connection.execute(tables.downtimes.update().values(body=json.dumps(mute)))
        marks.let_the_log_agree(connection, twice.now())
    same(twice)
    twice.run(120)
    assert twice.daemon.engine.store_error is None
    assert kept.run(twice, run.id)["state"] == "succeeded"
    assert ("h2", "") in twice.world.durable.downtimes
    late = {"TIMET": str(int(twice.now().wall.timestamp()))}
    twice.hint("h2", None, "UP", notification_type="DOWNTIMEEND", downtime_depth=0, raw=late)
    assert not twice.world.durable.downtimes
    assert twice.world.loaded.limits.max_event_age_s == 3600


# a yes of the release before, whose hash bound no commands ----------------------------------------------------------


def approved(cloud: Walked) -> Run:
    say_yes(cloud, waiting(cloud))
    (run,) = live(cloud)
    assert run.state is RunState.PLANNED
    return run


def begun(cloud: Walked) -> Run:
    """It was approved, and is held before its second step."""
    run = waiting(cloud)
    cloud.the_next_command_meets("ok", meanwhile=lambda: cloud.people.leave_a_file("there"))
    say_yes(cloud, run)
    return until(cloud, lambda run: run.state is RunState.HELD)


def hash_of_before(run: Run) -> str:
    steps = [{"id": step.id, "action": step.action, "params": dict(step.params)} for step in run.plan.steps]
    version = run.plan.content_version
    body: Any = {"runbook": run.plan.runbook, "target": TARGET, "steps": steps, "content_version": version}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def bound_as_before(cloud: Walked, run: Run) -> str:
    """End the daemon, and start one that finds the plan approved, or shown, by the hash of the release before."""
    old = hash_of_before(run)
    with cloud.daemon.database.transaction() as connection:
        body = json.loads(
            connection.execute(sa.select(tables.runs.c.body).where(tables.runs.c.id == run.id)).scalar_one()
        )
        body["approval"]["plan_hash"] = old
        connection.execute(tables.runs.update().where(tables.runs.c.id == run.id).values(body=json.dumps(body)))
        marks.let_the_log_agree(connection, cloud.now())
    same(cloud)
    return old


def test_a_plan_that_waits_with_an_old_hash_is_asked_about_anew(twice: Walked) -> None:
    run = waiting(twice)
    old = bound_as_before(twice, run)
    twice.run(5)
    assert kept.run(twice, run.id)["state"] == "refused"
    assert kept.run(twice, run.id)["reason"].startswith("changed: ")
    said = twice.ask("approve", run=run.id, plan=old[:12])
    assert (said.exit, said.error.partition(":")[0]) == (4, "changed")
    again = until(twice, lambda each: each.id != run.id and each.state is RunState.WAITING_APPROVAL)
    twice.run(1)
    pages = [page for page in twice.simulation.mail.taken if "waits for an approval" in page["subject"]]
    assert len({page["text"] for page in pages}) == 2
    assert f"approve {again.id} --plan {again.plan.hash[:12]}" in pages[-1]["text"]
    assert twice.commands == 0
    twice.people.approve_one(again.id, again.plan.hash[:12])
    assert twice.until(300, lambda: kept.run(twice, again.id)["state"] == "succeeded")


def test_a_yes_to_an_old_hash_begins_nothing(twice: Walked) -> None:
    run = approved(twice)
    bound_as_before(twice, run)
    twice.run(120)
    found = kept.run(twice, run.id)
    assert (found["state"], [step["intent_at"] for step in found["steps"]]) == ("refused", [None, None])
    assert "approval" in [verdict["guard"] for verdict in found["verdicts"] if not verdict["allow"]]
    assert all(each != run.id for each, _ in sent_of(twice))


def test_a_yes_to_an_old_hash_goes_no_step_further(twice: Walked) -> None:
    run = begun(twice)
    assert len(twice.orders()) == 1
    bound_as_before(twice, run)
    twice.run(400)
    found = kept.run(twice, run.id)
    assert found["state"] == "held"
    assert found["reason"].startswith("changed: the yes of ")
    assert f"remediator runs cancel {run.id}" in found["reason"]
    assert len(twice.orders()) == 1
    assert any(f"{run.id} on {TARGET} is held" in page["subject"] for page in twice.simulation.mail.taken)


def test_the_takeover_says_which_version_it_is(twice: Walked) -> None:
    held(twice)
    runbook_changed(twice)
    twice.run(60)
    before, after = kept.entries(twice, "started")[-2:]
    assert after["content_version"] == "upgraded" != before["content_version"]


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(twice: Walked) -> None:
    held(twice)
    newer = f"{int(revision.HEAD) + 1:04}"
    with twice.daemon.database.transaction() as connection:
        connection.execute(tables.revision.update().values(version_num=newer))
    twice.simulation.kill()
    url = url_of(Path(twice.simulation.config.state_dir), None)
    database = Database(url)
    with pytest.raises(errors.StoreUnavailable) as refused:
        database.open()
    database.close()
    assert f"a newer release wrote it (revision {newer}, this release knows {revision.HEAD})" in str(refused.value)
    assert str(twice.simulation.directory) in str(refused.value), "it says which store"
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert revision.revision(connection) == newer
        kept = connection.execute(sa.select(sa.func.count()).select_from(tables.runs)).scalar()
    engine.dispose()
    assert kept == 1
