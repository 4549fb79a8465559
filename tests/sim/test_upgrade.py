"""A store is taken over by a daemon with other content: the stored plan is carried out or the run ends with a sentence, never twice."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from remediator.config import load_config
from remediator.integrations import registry
from remediator.model.records import Run, RunState, StepState
from remediator.sim import marks
from remediator.store import errors, schema, tables, verify
from remediator.store.database import Database, url_of
from remediator.store.reader import Reader
from tests.builders.runbooks import TWICE
from tests.sim.cloud import CONFIG
from tests.sim.test_review_base import TARGET, Cloud, crash, live

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


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    content = tmp_path / "content" / "runbooks"
    content.mkdir(parents=True)
    (content / "container.yaml").write_text(TWICE)
    made = Cloud(tmp_path, CONFIG + f"content: [{content.parent}]\n")
    yield made
    made.database.close()


def until(cloud: Cloud, true: Callable[[Run], bool]) -> Run:
    assert cloud.run(300, until=lambda: any(true(run) for run in live(cloud)))
    (run,) = live(cloud)
    assert isinstance(run, Run)
    return run


# a run in each state of the version before --------------------------------------------------------------------------


def planned(cloud: Cloud) -> Run:
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.PLANNED)


def sent(cloud: Cloud) -> Run:
    """An INTENT whose command did not arrive."""
    cloud.on_act = lambda _effect: None
    crash(cloud)
    return until(cloud, lambda run: run.steps[0].state is StepState.INTENT)


def arrived(cloud: Cloud) -> Run:
    """An INTENT whose command arrived, and whose OUTCOME did not."""

    def silent(effect: Any) -> None:
        cloud.apply(effect)

    cloud.on_act = silent
    crash(cloud)
    return until(cloud, lambda run: run.steps[0].state is StepState.INTENT)


def held(cloud: Cloud) -> Run:
    def first(effect: Any) -> Any:
        cloud.pauses = ("an upgrade is under way",)
        return cloud.apply(effect)

    crash(cloud)
    cloud.on_act = first
    return until(cloud, lambda run: run.state is RunState.HELD)


def verifying(cloud: Cloud) -> Run:
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.VERIFYING)


def waiting(cloud: Cloud) -> Run:
    path = cloud.directory / "config.yaml"
    path.write_text(path.read_text().replace("autonomy: {R1: auto", "autonomy: {R1: approve"))
    cloud.config = load_config(str(path), {}, registry.sections)
    cloud.crash()
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.WAITING_APPROVAL)


BEFORE: dict[str, Callable[[Cloud], Run]] = {
    each.__name__: each for each in (planned, sent, arrived, held, verifying, waiting)
}
DONE = {"planned": 0, "sent": 0, "arrived": 1, "held": 1, "verifying": 2, "waiting": 0}
"""How many of the plan's two commands had arrived before the upgrade."""


# and the version after it -------------------------------------------------------------------------------------------


def upgrade(cloud: Cloud, runbook: str | None = None, **changes: Any) -> None:
    """End the daemon, and start one whose content differs: another text of the runbook, and `changes` of what is loaded."""
    if runbook is not None:
        (cloud.directory / "content" / "runbooks" / "container.yaml").write_text(runbook)
    cloud.on_act = None
    cloud.crash()
    cloud.pauses = ()
    world = cloud.world
    world.take_content(
        world.loaded.config, replace(world.loaded.content, version="upgraded", **changes), world.loaded.inventory
    )


def same(cloud: Cloud) -> None:
    upgrade(cloud)


def runbook_changed(cloud: Cloud) -> None:
    upgrade(cloud, ONCE)


def runbook_removed(cloud: Cloud) -> None:
    content = cloud.world.loaded.content
    rules = {name: rule for name, rule in content.rules.items() if "container-start" not in rule.run}
    runbooks = {name: each for name, each in content.runbooks.items() if name != "container-start"}
    upgrade(cloud, rules=rules, runbooks=runbooks)


def action_removed(cloud: Cloud) -> None:
    content = cloud.world.loaded.content
    upgrade(cloud, actions={name: each for name, each in content.actions.items() if name != "container.start"})


AFTER: dict[str, Callable[[Cloud], None]] = {
    each.__name__: each for each in (same, runbook_changed, runbook_removed, action_removed)
}


def stored(cloud: Cloud, run: str) -> dict[str, Any]:
    reader = Reader(cloud.config)
    found = reader.run(run)
    reader.close()
    assert found is not None
    return found


def say_yes(cloud: Cloud, run: Run) -> None:
    if run.state is RunState.WAITING_APPROVAL:
        cloud.run(15)
        cloud.ask("approve", run=run.id, plan=run.plan.hash[:12])


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("before", BEFORE)
def test_a_run_in_flight_is_taken_over_and_nothing_is_done_twice(cloud: Cloud, before: str, after: str) -> None:
    run = BEFORE[before](cloud)
    AFTER[after](cloud)
    say_yes(cloud, run)
    cloud.run(900)
    found = stored(cloud, run.id)
    assert found["content_version"] == run.plan.content_version != "upgraded"
    assert found["plan_hash"] == run.plan.hash, "the stored plan is the plan"
    assert [step["id"] for step in found["steps"]] == ["start", "again"]
    arrived_per_step = Counter((effect.run, effect.step) for _, effect in cloud.acts)
    lost = before == "sent" and after != "action_removed"
    for (name, step), times in arrived_per_step.items():
        assert times <= (2 if lost and (name, step) == (run.id, "start") else 1), arrived_per_step
    if found["state"] == "in_doubt":
        assert any(f"{run.id} on {TARGET} is in doubt" in page["subject"] for page in cloud.delivered)
        return
    assert found["reason"]
    assert found["ended_at"]
    assert run.id not in cloud.world.durable.locks.values()
    with cloud.database.transaction() as connection:
        _, verdict = verify.verify_chain(
            connection, cloud.directory / "none", Ed25519PrivateKey.generate().public_key()
        )
    assert verdict["first_bad"] is None
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
    cloud: Cloud, before: str, after: str, ends: str, says: str, commands: int
) -> None:
    run = BEFORE[before](cloud)
    assert len(cloud.acted) == DONE[before]
    AFTER[after](cloud)
    say_yes(cloud, run)
    cloud.run(120)
    found = stored(cloud, run.id)
    assert (found["state"], says in found["reason"]) == (ends, True), found["reason"]
    of_the_run = {(effect.run, effect.step) for _, effect in cloud.acts if effect.run == run.id}
    assert len(of_the_run) <= 2
    assert len(cloud.acted) == commands or ends == "refused"


def test_what_the_version_before_did_not_know_has_its_default(cloud: Cloud) -> None:
    run = held(cloud)
    cloud.hint("h2", None, "UP", notification_type="DOWNTIMESTART", downtime_depth=1)
    cloud.step()
    with cloud.database.transaction() as connection:
        body = json.loads(
            connection.execute(sa.select(tables.runs.c.body).where(tables.runs.c.id == run.id)).scalar_one()
        )
        del body["approval"]
        connection.execute(tables.runs.update().where(tables.runs.c.id == run.id).values(body=json.dumps(body)))
        mute = json.loads(connection.execute(sa.select(tables.downtimes.c.body)).scalar_one())
        del mute["told_at"]
        connection.execute(tables.downtimes.update().values(body=json.dumps(mute)))
        marks.let_the_log_agree(connection, cloud.now())
    same(cloud)
    cloud.run(120)
    assert cloud.engine.store_error is None
    assert stored(cloud, run.id)["state"] == "succeeded"
    assert ("h2", "") in cloud.world.durable.downtimes
    late = {"TIMET": str(int(cloud.now().wall.timestamp()))}
    cloud.hint("h2", None, "UP", notification_type="DOWNTIMEEND", downtime_depth=0, raw=late)
    assert not cloud.world.durable.downtimes
    assert cloud.world.loaded.limits.max_event_age_s == 3600


# a yes of the release before, whose hash bound no commands ----------------------------------------------------------


def approved(cloud: Cloud) -> Run:
    run = waiting(cloud)
    cloud.run(15)
    cloud.ask("approve", run=run.id, plan=run.plan.hash[:12])
    return until(cloud, lambda run: run.state is RunState.PLANNED)


def begun(cloud: Cloud) -> Run:
    """It was approved, and is held before its second step."""
    run = waiting(cloud)
    cloud.run(15)

    def first(effect: Any) -> Any:
        cloud.pauses = ("an upgrade is under way",)
        return cloud.apply(effect)

    cloud.on_act = first
    cloud.ask("approve", run=run.id, plan=run.plan.hash[:12])
    return until(cloud, lambda run: run.state is RunState.HELD)


def hash_of_before(run: Run) -> str:
    steps = [{"id": step.id, "action": step.action, "params": dict(step.params)} for step in run.plan.steps]
    version = run.plan.content_version
    body: Any = {"runbook": run.plan.runbook, "target": TARGET, "steps": steps, "content_version": version}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def bound_as_before(cloud: Cloud, run: Run) -> str:
    """End the daemon, and start one that finds the plan approved, or shown, by the hash of the release before."""
    old = hash_of_before(run)
    with cloud.database.transaction() as connection:
        body = json.loads(
            connection.execute(sa.select(tables.runs.c.body).where(tables.runs.c.id == run.id)).scalar_one()
        )
        body["approval"]["plan_hash"] = old
        connection.execute(tables.runs.update().where(tables.runs.c.id == run.id).values(body=json.dumps(body)))
        marks.let_the_log_agree(connection, cloud.now())
    same(cloud)
    return old


def test_a_plan_that_waits_with_an_old_hash_is_asked_about_anew(cloud: Cloud) -> None:
    run = waiting(cloud)
    old = bound_as_before(cloud, run)
    cloud.run(5)
    assert stored(cloud, run.id)["state"] == "refused"
    assert stored(cloud, run.id)["reason"].startswith("changed: ")
    said = cloud.ask("approve", run=run.id, plan=old[:12])
    assert (said.exit, said.error.partition(":")[0]) == (4, "changed")
    again = until(cloud, lambda each: each.id != run.id and each.state is RunState.WAITING_APPROVAL)
    pages = [page for page in cloud.delivered if "waits for an approval" in page["subject"]]
    assert len({page["text"] for page in pages}) == 2
    assert f"approve {again.id} --plan {again.plan.hash[:12]}" in pages[-1]["text"]
    assert not cloud.acts
    cloud.ask("approve", run=again.id, plan=again.plan.hash[:12])
    assert cloud.run(300, until=lambda: stored(cloud, again.id)["state"] == "succeeded")


def test_a_yes_to_an_old_hash_begins_nothing(cloud: Cloud) -> None:
    run = approved(cloud)
    bound_as_before(cloud, run)
    cloud.run(120)
    found = stored(cloud, run.id)
    assert (found["state"], [step["intent_at"] for step in found["steps"]]) == ("refused", [None, None])
    assert "approval" in [verdict["guard"] for verdict in found["verdicts"] if not verdict["allow"]]
    assert all(effect.run != run.id for _, effect in cloud.acts)


def test_a_yes_to_an_old_hash_goes_no_step_further(cloud: Cloud) -> None:
    run = begun(cloud)
    assert len(cloud.acted) == 1
    bound_as_before(cloud, run)
    cloud.run(400)
    found = stored(cloud, run.id)
    assert found["state"] == "held"
    assert found["reason"].startswith("changed: the yes of ")
    assert f"remediator runs cancel {run.id}" in found["reason"]
    assert len(cloud.acted) == 1
    assert any(f"{run.id} on {TARGET} is held" in page["subject"] for page in cloud.delivered)


def test_the_takeover_says_which_version_it_is(cloud: Cloud) -> None:
    held(cloud)
    runbook_changed(cloud)
    cloud.run(60)
    reader = Reader(cloud.config)
    started = reader.audit(10, "started")
    reader.close()
    assert started[0]["body"]["content_version"] == "upgraded" != started[1]["body"]["content_version"]


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(cloud: Cloud, tmp_path: Path) -> None:
    held(cloud)
    newer = f"{int(schema.HEAD) + 1:04}"
    with cloud.database.transaction() as connection:
        connection.execute(tables.revision.update().values(version_num=newer))
    cloud.database.close()
    url = url_of(Path(cloud.config.state_dir), None)
    database = Database(url)
    with pytest.raises(errors.StoreUnavailable) as refused:
        database.open()
    database.close()
    assert f"a newer release wrote it (revision {newer}, this release knows {schema.HEAD})" in str(refused.value)
    assert str(tmp_path) in str(refused.value), "it says which store"
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert schema.revision(connection) == newer
        kept = connection.execute(sa.select(sa.func.count()).select_from(tables.runs)).scalar()
    engine.dispose()
    assert kept == 1
