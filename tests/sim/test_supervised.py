"""No run stays for ever: in each of its states, whatever is taken from under it, it ends with a sentence or is in doubt and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.turn.wire import Reloaded
from remediator.integrations import registry
from remediator.model.records import Run, RunState, StepState
from remediator.store.reader import Reader
from tests.builders.runbooks import TWICE
from tests.sim.cloud import CONFIG
from tests.sim.test_review_base import TARGET, Cloud, crash, live

pytestmark = pytest.mark.sim

LIMIT_S = 1200.0
"""Longer than every limit of a run in these scenarios: 15 min of approval, 10 min held, step, probe and verification together."""
SET_BACK_S = 1800.0
"""A wait counts the longer of two clocks, so a clock that was set back makes each wait longer by that, and no more."""
ENDED = {"succeeded", "failed", "refused", "cancelled"}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    content = tmp_path / "content" / "runbooks"
    content.mkdir(parents=True)
    (content / "container.yaml").write_text(TWICE)
    made = Cloud(tmp_path, CONFIG + f"content: [{content.parent}]\n")
    yield made
    made.database.close()


# into a state -------------------------------------------------------------------------------------------------------


def until(cloud: Cloud, true: Callable[[Run], bool]) -> Run:
    assert cloud.run(200, until=lambda: any(true(run) for run in live(cloud)))
    (run,) = live(cloud)
    assert isinstance(run, Run)
    return run


def planned(cloud: Cloud) -> Run:
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.PLANNED)


def waiting(cloud: Cloud) -> Run:
    path = cloud.directory / "config.yaml"
    path.write_text(path.read_text().replace("autonomy: {R1: auto", "autonomy: {R1: approve"))
    from remediator.config import load_config

    cloud.config = load_config(str(path), {}, registry.sections)
    cloud.crash()
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.WAITING_APPROVAL)


def intent(cloud: Cloud) -> Run:
    cloud.on_act = lambda _effect: None
    crash(cloud)
    return until(cloud, lambda run: run.steps[0].state is StepState.INTENT)


def held(cloud: Cloud) -> Run:
    def first(effect: Any) -> Any:
        cloud.pauses = ("wait, I am looking",)
        return cloud.apply(effect)

    crash(cloud)
    cloud.on_act = first
    return until(cloud, lambda run: run.state is RunState.HELD)


def verifying(cloud: Cloud) -> Run:
    crash(cloud)
    run = until(cloud, lambda run: run.state is RunState.VERIFYING)
    cloud.hosts["h1"].units["memcached"].fail()
    return run


def in_doubt(cloud: Cloud) -> Run:
    intent(cloud)
    cloud.hosts["h1"].down = True
    cloud.crash()
    return until(cloud, lambda run: run.state is RunState.IN_DOUBT)


INTO: dict[str, Callable[[Cloud], Run]] = {
    "planned": planned,
    "waiting_approval": waiting,
    "intent": intent,
    "held": held,
    "verifying": verifying,
    "in_doubt": in_doubt,
}


# and what is taken from under it ------------------------------------------------------------------------------------


def nothing(_cloud: Cloud) -> None:
    pass


def host_silent(cloud: Cloud) -> None:
    cloud.hosts["h1"].down = True


def every_host_silent(cloud: Cloud) -> None:
    for host in cloud.hosts.values():
        host.down = True


def reload(cloud: Cloud, **changes: Any) -> None:
    """Let the daemon take other content or another inventory, as a reload does."""
    world = cloud.world
    given: dict[str, Any] = {
        "config": world.loaded.config,
        "content": world.loaded.content,
        "inventory": world.loaded.inventory,
    }
    cloud.step(Reloaded(**(given | changes)))


def host_left(cloud: Cloud) -> None:
    inventory = cloud.world.loaded.inventory
    reload(
        cloud,
        inventory=replace(inventory, hosts={name: host for name, host in inventory.hosts.items() if name != "h1"}),
    )


def without(named: Any, *gone: str) -> dict[str, Any]:
    return {name: each for name, each in named.items() if name not in gone}


def action_gone(cloud: Cloud) -> None:
    content = cloud.world.loaded.content
    reload(cloud, content=replace(content, actions=without(content.actions, "container.start")))


def runbook_gone(cloud: Cloud) -> None:
    content = cloud.world.loaded.content
    rules = {name: rule for name, rule in content.rules.items() if "container-start" not in rule.run}
    reload(cloud, content=replace(content, rules=rules, runbooks=without(content.runbooks, "container-start")))


def rule_gone(cloud: Cloud) -> None:
    content = cloud.world.loaded.content
    (run,) = live(cloud)
    reload(cloud, content=replace(content, rules=without(content.rules, run.plan.rule)))


def check_gone(cloud: Cloud) -> None:
    content = cloud.world.loaded.content
    rules = {name: rule for name, rule in content.rules.items() if rule.check != "container-state"}
    reload(cloud, content=replace(content, rules=rules, checks=without(content.checks, "container-state")))


def killed(cloud: Cloud) -> None:
    cloud.crash()


def paused(cloud: Cloud) -> None:
    cloud.pauses = ("nothing moves",)


def clock_set_back(cloud: Cloud) -> None:
    cloud.wall_offset_s = -SET_BACK_S


TAKEN: dict[str, Callable[[Cloud], None]] = {
    each.__name__: each
    for each in (
        nothing,
        host_silent,
        every_host_silent,
        host_left,
        action_gone,
        runbook_gone,
        rule_gone,
        check_gone,
        killed,
        paused,
        clock_set_back,
    )
}


def pass_by(cloud: Cloud, seconds: float) -> None:
    """Let time pass with a turn every five seconds."""
    end = cloud.elapsed_s + seconds
    while cloud.elapsed_s < end:
        cloud.elapsed_s += 4.0
        cloud.run(1)


def stored(cloud: Cloud, run: str) -> dict[str, Any]:
    reader = Reader(cloud.config)
    found = reader.run(run)
    reader.close()
    assert found is not None
    return found


def paged(cloud: Cloud, word: str) -> bool:
    return any(word in page["subject"] or word in page["text"] for page in cloud.delivered)


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("state", INTO)
def test_it_ends_or_is_in_doubt_and_pages(cloud: Cloud, state: str, taken: str) -> None:
    run = INTO[state](cloud)
    acts = len(cloud.acts)
    TAKEN[taken](cloud)
    pass_by(cloud, LIMIT_S + (2 * SET_BACK_S if taken == "clock_set_back" else 0.0))
    assert cloud.engine.store_error is None, "no turn may fail over it"
    found = stored(cloud, run.id)
    if found["state"] == "in_doubt":
        assert paged(cloud, f"{run.id} on {TARGET} is in doubt")
        assert set(cloud.world.durable.locks.values()) == {run.id}
    else:
        assert found["state"] in ENDED, found["state"]
        assert found["reason"]
        assert run.id not in cloud.world.durable.locks.values()
        assert run.id not in cloud.world.durable.runs
    intents = [step for step in found["steps"] if step["intent_at"]]
    assert len([effect for _, effect in cloud.acts[:acts] if effect.run == run.id]) <= len(intents)


SENTENCES = [
    ("planned", "host_left", "refused", "h1 left the inventory"),
    ("waiting_approval", "host_left", "refused", "h1 left the inventory"),
    ("held", "host_left", "failed", "h1 left the inventory"),
    ("intent", "host_left", "in_doubt", "what became of container.start is not known"),
    ("verifying", "host_left", "failed", "container-state was not OK within 120 s"),
    ("planned", "action_gone", "refused", "the action container.start is not there any more"),
    ("waiting_approval", "action_gone", "refused", "the action container.start is not there any more"),
    ("held", "action_gone", "failed", "the action container.start is not there any more"),
    ("intent", "action_gone", "in_doubt", "what became of container.start is not known"),
    ("planned", "rule_gone", "refused", ""),
    ("planned", "check_gone", "refused", ""),
    ("planned", "host_silent", "refused", ""),
    ("waiting_approval", "nothing", "refused", "expired: nobody approved it within 15 minutes"),
    ("waiting_approval", "every_host_silent", "refused", "expired: nobody approved it within 15 minutes"),
    ("held", "nothing", "failed", "held for 600 s before again: "),
    ("held", "every_host_silent", "failed", "held for 600 s before again: "),
    ("held", "killed", "failed", "held for 600 s before again: "),
    ("verifying", "nothing", "failed", "container-state was not OK within 120 s"),
    ("verifying", "check_gone", "failed", "container-state was not OK within 120 s"),
    ("verifying", "rule_gone", "failed", "container-state was not OK within 120 s"),
    ("intent", "every_host_silent", "in_doubt", "what became of container.start is not known"),
]


@pytest.mark.parametrize(("state", "taken", "ends", "says"), SENTENCES)
def test_it_says_why(cloud: Cloud, state: str, taken: str, ends: str, says: str) -> None:
    run = INTO[state](cloud)
    TAKEN[taken](cloud)
    pass_by(cloud, 1200.0)
    found = stored(cloud, run.id)
    assert (found["state"], says in found["reason"], bool(found["reason"])) == (ends, True, True), found["reason"]


@pytest.mark.parametrize(
    ("taken", "why"), [("host_left", "its host left the inventory"), ("check_gone", "is not run any more")]
)
@pytest.mark.parametrize("state", ["planned", "held", "verifying"])
def test_the_incident_of_what_nobody_looks_at_any_more_ends_with_its_run(
    cloud: Cloud, state: str, taken: str, why: str
) -> None:
    run = INTO[state](cloud)
    cloud.hosts["h1"].units["memcached"].fail()
    TAKEN[taken](cloud)
    pass_by(cloud, 1200.0)
    assert run.incident is not None
    reader = Reader(cloud.config)
    incident = reader.incident(run.incident)
    reader.close()
    assert incident is not None
    assert incident["state"] == "resolved"
    assert why in incident["timeline"][-1]["text"]


def test_a_run_in_doubt_keeps_its_locks_until_a_person_says_what_became_of_it(cloud: Cloud) -> None:
    run = in_doubt(cloud)
    host_left(cloud)
    pass_by(cloud, LIMIT_S)
    assert stored(cloud, run.id)["state"] == "in_doubt"
    assert cloud.ask("resolve", run=run.id, outcome="not-applied", reason="the host was thrown away").exit == 0
    pass_by(cloud, 60)
    found = stored(cloud, run.id)
    assert found["state"] in ("failed", "refused")
    assert "left the inventory" in found["reason"]
    assert cloud.world.durable.locks == {}
    assert len(cloud.acts) == 1


# a held run goes on, and only on what it left itself ---------------------------------------------------------------


def test_a_run_that_was_held_for_minutes_knows_its_own_first_step_again(cloud: Cloud) -> None:
    run = held(cloud)
    cloud.on_act = None
    pass_by(cloud, 300)
    cloud.pauses = ()
    pass_by(cloud, 120)
    assert stored(cloud, run.id)["state"] == "succeeded"
    assert [verb for _, verb in cloud.verbs()] == ["start", "start"]


def test_a_run_that_was_held_does_not_go_on_over_what_somebody_else_did(cloud: Cloud) -> None:
    run = held(cloud)
    cloud.on_act = None
    pass_by(cloud, 120)
    cloud.hosts["h1"].units["memcached"].restart(cloud.wall())
    pass_by(cloud, 60)
    cloud.pauses = ()
    pass_by(cloud, 120)
    found = stored(cloud, run.id)
    assert found["state"] == "held"
    assert found["reason"].startswith("somebody else acted meanwhile"), "and what it waits for now is what is stored"
    pass_by(cloud, 600)
    assert stored(cloud, run.id)["state"] == "failed"
    assert [verb for _, verb in cloud.verbs()] == ["start"]
