"""The next move of a run, from what is seen of it: what is awaited moves nothing.

A step begins only when nothing stands before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from remediator.model.content.actions import Probe
from remediator.model.content.declined import Refused, Wait
from remediator.model.records.records import Run, RunState, StepState
from remediator.model.records.verdicts import Verdict
from remediator.runs import advance, begin, claims, ends, machine
from remediator.runs.transition import Leave, Transition
from remediator.safety import gate
from tests.builders import runs
from tests.unit.safety.cases import a_case, at

pytestmark = pytest.mark.unit

ALLOWS = gate.ask_all(a_case())
REFUSES = (Verdict(guard="pause", allow=False, reason="until 03:10: paused"),)


def moved(run: Run, seen: advance.Seen, now: float = 5) -> list[Transition]:
    return list(advance.advance(run, seen, runs.nothing_given, at(now)))


def ready(run: Run) -> begin.Ready:
    return begin.Ready(run=run, steps=run.plan.steps, before={}, marks={}, debts={}, claim=claims.nothing(at(5)))


def leaves(transitions: list[Transition]) -> bool:
    return any(isinstance(item, Leave) for each in transitions for item in each.then)


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        (runs.waiting(), advance.Asked(ok_since=None)),
        (runs.planned(), advance.Gate()),
        (runs.running(), advance.Next(noted=runs.running(), wanting=("ctl1",), waited_s=advance.EVIDENCE_S)),
        (runs.intended(), advance.Sent(planned=runs.intended().plan.steps[0], worked_on=True)),
    ],
)
def test_what_is_awaited_moves_nothing(run: Run, seen: advance.Seen) -> None:
    noted = replace(seen, noted=run) if isinstance(seen, advance.Next) else seen
    assert moved(run, noted) == []


def test_evidence_that_does_not_come_holds_the_run() -> None:
    run = runs.running()
    (held,) = moved(run, advance.Next(noted=run, wanting=("ctl1", "ctl3"), waited_s=advance.EVIDENCE_S + 1))
    assert (held.run.state, held.run.reason) == (RunState.HELD, "waits for fresh evidence of ctl1, ctl3")


def test_the_whole_gate_refuses_or_begins_in_one_move() -> None:
    run = runs.planned()
    (refused,) = moved(run, advance.Gate(verdicts=REFUSES))
    assert (refused.run.state, refused.run.reason) == (RunState.REFUSED, "until 03:10: paused")
    after = machine.gated(run, ALLOWS, at(5))
    gated, begun = moved(run, advance.Gate(verdicts=ALLOWS, before=ready(after)))
    assert gated.run.state is RunState.RUNNING
    assert not leaves([gated])
    assert begun.run.steps[0].state is StepState.INTENT
    assert leaves([begun])


@pytest.mark.parametrize(
    ("stands", "state", "reason"),
    [
        (begin.Outdated(why="it was planned under other content"), RunState.REFUSED, "it was planned under other"),
        (begin.Stale(held_s=61.0), RunState.PLANNED, ""),
        (begin.Unclaimed(reason="ctl3 has not answered", first=False), RunState.HELD, "ctl3 has not answered"),
        (begin.Unclaimed(reason="waits for its claim", first=True), None, ""),
        (Refused("it is not ours"), RunState.FAILED, "start: it is not ours"),
        (Wait("a backup runs"), RunState.HELD, "a backup runs"),
    ],
)
def test_what_stands_before_a_step_lets_no_command_leave(
    stands: begin.Before, state: RunState | None, reason: str
) -> None:
    run = runs.running()
    made = moved(run, advance.Next(noted=run, verdicts=ALLOWS, before=stands))
    assert not leaves(made)
    assert (made[-1].run.state if made else None) is state
    assert not made or made[-1].run.reason.startswith(reason)


def test_a_refusal_of_a_guard_holds_a_run_that_has_begun() -> None:
    run = runs.running()
    (held,) = moved(run, advance.Next(noted=run, verdicts=REFUSES))
    assert (held.run.state, held.run.reason) == (RunState.HELD, "until 03:10: paused")


def test_what_the_last_outcome_left_is_stored_before_the_next_step_begins() -> None:
    run = runs.running()
    noted = replace(run, steps=(replace(run.steps[0], before={"started_at": "x"}),))
    first, *_, last = moved(run, advance.Next(noted=noted, verdicts=ALLOWS, before=ready(noted)))
    assert first == Transition(run=noted)
    assert leaves([last])


@pytest.mark.parametrize("begun", [True, False])
def test_a_run_without_ground_ends_whatever_its_stage_asks(begun: bool) -> None:
    run = machine.probed(runs.lost(), "start", Probe.NOT_APPLIED, at(60)) if begun else runs.running()
    (over,) = moved(run, ends.Groundless(why="ctl2 left the inventory: nothing more is done there"))
    assert over.run.state is (RunState.FAILED if begun else RunState.REFUSED)


@pytest.mark.parametrize("stage", [runs.verifying, runs.lost, runs.settling, runs.intended])
def test_a_run_moves_no_further_without_what_its_stage_wants_to_see(stage: Callable[[], Run]) -> None:
    assert moved(stage(), None) == []
