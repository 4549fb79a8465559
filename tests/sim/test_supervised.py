"""No run stays for ever. In each of its states, whatever is taken from under it, it ends with a sentence or is in doubt
and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from remediator.model.records.records import Run, RunState, StepState
from remediator.sim.cloud.reach import NEVER
from remediator.sim.config import CONFIG
from remediator.store.reader import Reader
from tests.builders.runbooks import TWICE, in_place
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"
LIMIT_S = 1200.0
"""Longer than every limit of a run in these scenarios: 15 min of approval, 10 min held, step, probe and verification
together."""
SET_BACK_S = 1800.0
"""A wait counts the longer of two clocks, so a clock that was set back makes each wait longer by that, and no more."""
ENDED = {"succeeded", "failed", "refused", "cancelled"}
ASKING = CONFIG.replace("autonomy: {R1: auto", "autonomy: {R1: approve") + in_place(TWICE)


# into a state -------------------------------------------------------------------------------------------------------


def live(cloud: Walked) -> list[Run]:
    return list(cloud.world.durable.runs.values())


def crash(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()


def until(cloud: Walked, true: Callable[[Run], bool]) -> Run:
    assert cloud.until(200, lambda: any(true(run) for run in live(cloud)))
    (run,) = live(cloud)
    return run


def planned(cloud: Walked) -> Run:
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.PLANNED)


def waiting(cloud: Walked) -> Run:
    cloud.restart_with(ASKING)
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.WAITING_APPROVAL)


def intent(cloud: Walked) -> Run:
    """Its command has left, was lost on the way, and nobody ever says so."""
    cloud.the_next_command_meets(NEVER)
    crash(cloud)
    assert cloud.until(200, lambda: cloud.commands == 1)
    return until(cloud, lambda run: run.steps[0].state is StepState.INTENT)


def held(cloud: Walked) -> Run:
    cloud.the_next_command_meets("ok", meanwhile=lambda: cloud.people.leave_a_file("there"))
    crash(cloud)
    return until(cloud, lambda run: run.state is RunState.HELD)


def verifying(cloud: Walked) -> Run:
    crash(cloud)
    run = until(cloud, lambda run: run.state is RunState.VERIFYING)
    crash(cloud)
    return run


def in_doubt(cloud: Walked) -> Run:
    intent(cloud)
    host_silent(cloud)
    cloud.restart()
    return until(cloud, lambda run: run.state is RunState.IN_DOUBT)


INTO: dict[str, Callable[[Walked], Run]] = {
    "planned": planned,
    "waiting_approval": waiting,
    "intent": intent,
    "held": held,
    "verifying": verifying,
    "in_doubt": in_doubt,
}


# and what is taken from under it ------------------------------------------------------------------------------------


def nothing(_cloud: Walked) -> None:
    pass


def host_silent(cloud: Walked) -> None:
    cloud.host("h1").ssh = "refused"


def every_host_silent(cloud: Walked) -> None:
    for host in cloud.simulation.cloud.hosts.values():
        host.ssh = "refused"


def host_left(cloud: Walked) -> None:
    simulation = cloud.simulation
    simulation.inventory = replace(simulation.inventory, hosts=without(simulation.inventory.hosts, "h1"))
    simulation.reload()


def without(named: Mapping[str, Any], *gone: str) -> dict[str, Any]:
    return {name: each for name, each in named.items() if name not in gone}


def reload_content(cloud: Walked, **changes: Any) -> None:
    """Let the daemon take other content, as a reload does."""
    cloud.simulation.content = replace(cloud.simulation.content, **changes)
    cloud.simulation.reload()


def action_gone(cloud: Walked) -> None:
    reload_content(cloud, actions=without(cloud.world.loaded.content.actions, "container.start"))


def runbook_gone(cloud: Walked) -> None:
    content = cloud.world.loaded.content
    rules = {name: rule for name, rule in content.rules.items() if "container-start" not in rule.run}
    reload_content(cloud, rules=rules, runbooks=without(content.runbooks, "container-start"))


def rule_gone(cloud: Walked) -> None:
    (run,) = live(cloud)
    reload_content(cloud, rules=without(cloud.world.loaded.content.rules, run.plan.rule))


def check_gone(cloud: Walked) -> None:
    content = cloud.world.loaded.content
    rules = {name: rule for name, rule in content.rules.items() if rule.check != "container-state"}
    cloud.account.unchecked.add("container-state")
    reload_content(cloud, rules=rules, checks=without(content.checks, "container-state"))


def killed(cloud: Walked) -> None:
    cloud.restart()


def paused(cloud: Walked) -> None:
    cloud.people.leave_a_file("there")


def clock_set_back(cloud: Walked) -> None:
    cloud.step_the_clock(-SET_BACK_S)


TAKEN: dict[str, Callable[[Walked], None]] = {
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


def pass_by(cloud: Walked, seconds: float) -> None:
    """Let time pass with a turn every fifteen seconds, and whenever something comes."""
    cloud.run(seconds, stride=15.0)


def paged(cloud: Walked, word: str) -> bool:
    return any(word in page["subject"] or word in page["text"] for page in cloud.simulation.mail.taken)


def sent(cloud: Walked, run: Run) -> int:
    """Return how many commands of `run` have left."""
    left = cloud.account.left.get(run.id)
    return 0 if left is None else sum(len(each) for each in left.steps.values())


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("state", INTO)
def test_it_ends_or_is_in_doubt_and_pages(twice: Walked, state: str, taken: str) -> None:
    run = INTO[state](twice)
    before = sent(twice, run)
    TAKEN[taken](twice)
    pass_by(twice, LIMIT_S + (2 * SET_BACK_S if taken == "clock_set_back" else 0.0))
    assert twice.daemon.engine.store_error is None, "no turn may fail over it"
    found = kept.run(twice, run.id)
    if found["state"] == "in_doubt":
        assert paged(twice, f"{run.id} on {TARGET} is in doubt")
        assert set(twice.world.durable.locks.values()) == {run.id}
    else:
        assert found["state"] in ENDED, found["state"]
        assert found["reason"]
        assert run.id not in twice.world.durable.locks.values()
        assert run.id not in twice.world.durable.runs
    intents = [step for step in found["steps"] if step["intent_at"]]
    assert before <= len(intents)


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
def test_it_says_why(twice: Walked, state: str, taken: str, ends: str, says: str) -> None:
    run = INTO[state](twice)
    TAKEN[taken](twice)
    pass_by(twice, LIMIT_S)
    found = kept.run(twice, run.id)
    assert (found["state"], says in found["reason"], bool(found["reason"])) == (ends, True, True), found["reason"]


@pytest.mark.parametrize(
    ("taken", "why"), [("host_left", "its host left the inventory"), ("check_gone", "is not run any more")]
)
@pytest.mark.parametrize("state", ["planned", "held", "verifying"])
def test_the_incident_of_what_nobody_looks_at_any_more_ends_with_its_run(
    twice: Walked, state: str, taken: str, why: str
) -> None:
    run = INTO[state](twice)
    crash(twice)
    TAKEN[taken](twice)
    pass_by(twice, LIMIT_S)
    assert run.incident is not None
    reader = Reader(twice.simulation.config)
    incident = reader.incident(run.incident)
    reader.close()
    assert incident is not None
    assert incident["state"] == "resolved"
    assert why in incident["timeline"][-1]["text"]


def test_a_run_in_doubt_keeps_its_locks_until_a_person_says_what_became_of_it(twice: Walked) -> None:
    run = in_doubt(twice)
    host_left(twice)
    pass_by(twice, LIMIT_S)
    assert kept.run(twice, run.id)["state"] == "in_doubt"
    assert twice.ask("resolve", run=run.id, outcome="not-applied", reason="the host was thrown away").exit == 0
    twice.run(60)
    found = kept.run(twice, run.id)
    assert found["state"] in ("failed", "refused")
    assert "left the inventory" in found["reason"]
    assert twice.world.durable.locks == {}
    assert twice.commands == 1


# a held run goes on, and only on what it left itself ---------------------------------------------------------------


def test_a_run_that_was_held_for_minutes_knows_its_own_first_step_again(twice: Walked) -> None:
    run = held(twice)
    twice.run(300)
    twice.people.let_go_of_the_file()
    twice.run(120)
    assert kept.run(twice, run.id)["state"] == "succeeded"
    assert [verb for _, verb in twice.verbs()] == ["start", "start"]


def test_a_run_that_was_held_does_not_go_on_over_what_somebody_else_did(twice: Walked) -> None:
    run = held(twice)
    twice.run(120)
    twice.service("h1", "memcached").restart()
    twice.run(60)
    twice.people.let_go_of_the_file()
    twice.run(120)
    found = kept.run(twice, run.id)
    assert found["state"] == "held"
    assert found["reason"].startswith("somebody else acted meanwhile"), "and what it waits for now is what is stored"
    twice.run(600)
    assert kept.run(twice, run.id)["state"] == "failed"
    assert [verb for _, verb in twice.verbs()] == ["start"]
