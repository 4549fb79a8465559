"""Each doubt and each hold of a run is told by itself.

A step whose evidence never comes is held, told of and given up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from remediator.model.content.actions import AtTurn, Built, PlanInput
from remediator.model.content.specs import Content
from remediator.model.records.records import Run, RunState
from remediator.sim.config import CONFIG
from remediator.sim.simulation import Simulation
from tests.builders.runbooks import THRICE, in_place
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"
THRICE_STARTED = CONFIG + in_place(THRICE)


def crash(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()


def live(cloud: Walked) -> list[Run]:
    return list(cloud.world.durable.runs.values())


def pages(cloud: Walked, words: str) -> list[str]:
    return [page["subject"] for page in cloud.simulation.mail.taken if words in page["subject"]]


def on_fresh_evidence(content: Content) -> Content:
    """Return `content` with a container.start whose every command rests on evidence from after the one before."""
    start = content.actions["container.start"]

    def commands(order: PlanInput) -> Built:
        found = start.when.commands(order)
        return tuple(replace(command, first=()) for command in found) if isinstance(found, tuple) else found

    late = AtTurn(commands=commands, at_plan=commands, fresh=True)
    actions = {
        **content.actions,
        "container.start": replace(start, when=late, programs=(("systemctl", "start", "--"),)),
    }
    runbook = content.runbooks["container-start"]
    steps = tuple(replace(step, action=actions[step.action.name]) for step in runbook.steps)
    return replace(
        content, actions=actions, runbooks={**content.runbooks, "container-start": replace(runbook, steps=steps)}
    )


def test_each_doubt_of_a_run_is_a_page_of_its_own(walked: Callable[..., Walked]) -> None:
    cloud = walked(THRICE_STARTED)

    def goes_away() -> None:
        cloud.host("h1").ssh = "refused"

    cloud.the_next_command_meets("lost", meanwhile=goes_away)
    crash(cloud)
    for doubts in (1, 2):
        assert cloud.until(400, lambda: bool(cloud.runs(RunState.IN_DOUBT)))
        cloud.run(20)
        assert len(pages(cloud, "is in doubt")) == doubts
        cloud.run(600)
        assert len(pages(cloud, "is in doubt")) == doubts, "it is told once"
        (run,) = cloud.world.durable.runs
        cloud.host("h1").ssh = "ok"
        cloud.the_next_command_meets("lost", meanwhile=goes_away)
        assert cloud.ask("resolve", run=run, outcome="applied", reason="looked").exit == 0


@pytest.fixture
def slow(walked: Callable[..., Walked]) -> Walked:
    """A cloud whose h1 answers a sample only when it is too old to act on, from the first of three commands on."""

    def fresh(simulation: Simulation) -> None:
        simulation.content = on_fresh_evidence(simulation.content)

    cloud = walked(THRICE_STARTED, before=fresh)

    def slows_down() -> None:
        cloud.host("h1").says_after_s = 150.0

    cloud.the_next_command_meets("ok", meanwhile=slows_down)
    crash(cloud)
    cloud.service("h1", "memcached").n_restarts = 0  # a start alone, as it is here, is not refused
    assert cloud.until(120, lambda: cloud.commands == 1)
    return cloud


def until_held_and_told(cloud: Walked) -> None:
    assert cloud.until(400, lambda: bool(cloud.runs(RunState.HELD)))
    (run,) = live(cloud)
    assert run.reason == "waits for fresh evidence of h1"
    assert cloud.until(200, lambda: bool(pages(cloud, "is held")))


def test_a_step_whose_evidence_never_comes_is_held_told_and_given_up(slow: Walked) -> None:
    until_held_and_told(slow)
    slow.run(1200)
    assert (live(slow), slow.world.durable.locks, slow.commands) == ([], {}, 1)
    assert any("held for 1200 s" in page["text"] for page in slow.simulation.mail.taken)
    assert slow.world.waits.waiting == {}


def test_a_step_whose_evidence_comes_late_goes_on(slow: Walked) -> None:
    until_held_and_told(slow)
    slow.host("h1").says_after_s = 0.0
    slow.run(300)
    assert (live(slow), slow.commands, slow.world.waits.waiting) == ([], 3, {})
    assert slow.incident(TARGET) is None


def test_when_evidence_comes_again_the_guards_of_a_held_step_are_asked_again(slow: Walked) -> None:
    """What its own command left was not seen soon enough: somebody else may have done that."""
    slow.simulation.luck.replies["h1"] = ["noise"]
    until_held_and_told(slow)
    slow.host("h1").says_after_s = 0.0
    slow.run(300)
    (run,) = live(slow)
    assert run.reason.startswith("somebody else acted meanwhile")
    assert slow.commands == 1
    assert slow.world.waits.waiting == {}


def test_each_hold_of_a_run_is_a_page_of_its_own(walked: Callable[..., Walked]) -> None:
    cloud = walked(THRICE_STARTED)

    def pauses() -> None:
        cloud.people.leave_a_file("there")

    cloud.the_next_command_meets("ok", meanwhile=pauses)
    crash(cloud)
    for holds in (1, 2):
        assert cloud.until(120, lambda: bool(cloud.runs(RunState.HELD)))
        cloud.run(300)
        assert len(pages(cloud, "is held")) == holds
        cloud.the_next_command_meets("ok", meanwhile=pauses)
        cloud.people.let_go_of_the_file()
        cloud.run(3, stride=1.0)
        assert cloud.commands == holds + 1
