"""Transitions of a run: what may follow what, and what never may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.model.content.actions import Probe, Risk
from remediator.model.content.specs import Mode
from remediator.model.messages.replies import CommandDone, Fate, Unsent
from remediator.model.records.records import RunState, StepState
from remediator.runs import hold, machine
from remediator.safety import gate
from tests.builders.runs import done, intended, never_left, running
from tests.unit.safety.cases import a_case, a_plan, an_approval, at
from tests.unit.safety.cases import ask as gate_verdict

pytestmark = pytest.mark.unit


def test_a_refusal_ends_the_run_with_the_first_reason() -> None:
    run = machine.planned("run-1", a_plan(), "inc-1", "remediator", at(0))
    refused = machine.gated(run, gate.ask_all(a_case(pauses=("hands off",))), at(1))
    assert refused.state is RunState.REFUSED
    assert refused.reason == "paused: hands off"
    assert refused.intent_at is None


@pytest.mark.parametrize(("deadline_s", "expired"), [(-1, True), (600, False)])
def test_a_run_whose_yes_came_too_late_has_expired(deadline_s: float, expired: bool) -> None:
    plan = a_plan(risk=Risk.R3)
    nobody = an_approval(plan, approved_by=None, approved_at=None, expires_at=at(deadline_s))
    run = machine.planned("run-1", plan, "inc-1", "remediator", at(0))
    refused = machine.gated(run, [gate_verdict("approval", plan=plan, mode=Mode.APPROVE, approval=nobody)], at(1))
    assert (refused.state, refused.expired) == (RunState.REFUSED, expired)
    assert refused.reason.startswith("expired: nobody approved") is expired


def test_an_intent_is_written_once() -> None:
    run = intended()
    with pytest.raises(ValueError, match="already in the journal"):
        machine.intent(run, "start", {}, at(3))


@pytest.mark.parametrize(
    ("commands", "state", "words"),
    [
        ([done(0)], StepState.DONE, "ok"),
        ([done(1, "Unit not found.\n")], StepState.FAILED, "ended with 1: Unit not found."),
        ([done(None, error="the link was lost")], StepState.IN_DOUBT, "the link was lost"),
        ([never_left("no connection")], StepState.FAILED, "not started"),
        ([], StepState.IN_DOUBT, "nothing came back"),
    ],
)
def test_outcomes(commands: list[CommandDone], state: StepState, words: str) -> None:
    step = machine.outcome(intended(), "start", commands, 1, at(3)).steps[0]
    assert step.state is state
    assert words in step.result


@pytest.mark.parametrize(
    ("commands", "began"),
    [
        ([done(0)], True),
        ([done(4, "keystone is not proven stopped")], False),
        ([never_left("no connection")], False),
        ([done(0), never_left("it waited for too long to leave")], True),
        ([done(None, error="the link was lost")], True),
    ],
)
def test_a_step_whose_program_refused_or_never_left_has_begun_nothing(commands: list[CommandDone], began: bool) -> None:
    assert machine.outcome(intended(), "start", commands, 1, at(3)).steps[0].began is began
    assert not running().steps[0].began
    settled = machine.failed(
        machine.settling(machine.outcome(intended(), "start", [done(0)], 1, at(3)), "start", "t", {}),
        "start",
        "no",
        at(9),
    )
    assert settled.steps[0].began, "what it had set going did not come about"


def test_a_run_has_risked_what_its_risk_says_only_from_the_step_of_that_risk_on() -> None:
    first = replace(a_plan().steps[0], id="hold", risk=Risk.R2)
    idle = replace(first, id="stop", risk=Risk.R3, commands=())
    last = replace(first, id="bootstrap", risk=Risk.R3)
    run = machine.planned(
        "run-1", replace(a_plan(risk=Risk.R3), steps=(first, idle, last)), "inc-1", "remediator", at(0)
    )
    for step, moment in (("hold", 2), ("stop", 3)):
        run = machine.intent(run, step, {}, at(moment))
    assert (run.intent_at, run.risked_at) == (at(2), None)
    assert machine.intent(run, "bootstrap", {}, at(4)).risked_at == at(4)


@pytest.mark.parametrize(
    ("command", "fate", "sent_again"),
    [
        (done(0), Fate.ENDED, False),
        (done(1), Fate.ENDED, False),
        (done(None, error="not started: this is only what somebody wrote"), Fate.LOST, False),
        (never_left("no answer"), Fate.NEVER_LEFT, False),
        (never_left("any words", Unsent.LATE), Fate.NEVER_LEFT, True),
        (never_left("any words", Unsent.UNCLAIMED), Fate.NEVER_LEFT, True),
    ],
)
def test_whether_a_command_left_is_a_field_of_its_end_and_never_its_words(
    command: CommandDone, fate: Fate, sent_again: bool
) -> None:
    assert command.fate is fate
    step = machine.outcome(intended(), "start", [command], 1, at(3)).steps[0]
    assert (step.state is StepState.IN_DOUBT) is (fate is Fate.LOST)
    assert machine.wants_another_claim(step) is sent_again
    assert not machine.wants_another_claim(replace(step, tries=machine.MOST_REPEATS))


def test_what_never_left_has_no_exit_code() -> None:
    with pytest.raises(ValueError, match="never left has ended with 0"):
        CommandDone(argv=(), exit_code=0, output="", took_s=0.0, unsent=Unsent.LATE)


def test_a_new_intent_forgets_why_the_last_one_did_not_leave() -> None:
    run = machine.outcome(intended(), "start", [never_left("late", Unsent.LATE)], 1, at(3))
    assert run.steps[0].unsent is Unsent.LATE
    again = machine.unsent(run, "start")
    assert again.steps[0].unsent is None
    assert machine.intent(again, "start", {}, at(4)).steps[0].unsent is None


def test_fewer_commands_than_planned_is_in_doubt() -> None:
    assert machine.outcome(intended(), "start", [done(0)], 2, at(3)).steps[0].state is StepState.IN_DOUBT


def test_a_probe_settles_a_doubt() -> None:
    doubt = machine.in_doubt(intended(), "start", "killed")
    applied = machine.probed(doubt, "start", Probe.APPLIED, at(20))
    assert applied.steps[0].state is StepState.DONE
    assert machine.current(applied) is None
    again = machine.probed(doubt, "start", Probe.NOT_APPLIED, at(20))
    assert again.steps[0].state is StepState.PENDING
    unknown = machine.probed(doubt, "start", Probe.UNKNOWN, at(20))
    assert unknown.state is RunState.IN_DOUBT
    assert not unknown.state.ended


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"plan_hash": "f" * 64}, "the yes of night-shift was to the plan ffffffffffff"),
        ({"plan_hash": "f" * 64, "approved_by": None, "approved_at": None}, None),
    ],
)
def test_a_yes_to_another_plan_is_good_for_no_further_step(changes: dict[str, Any], words: str | None) -> None:
    said = machine.approved_as_another(replace(running(), approval=an_approval(**changes)))
    assert (said is None) is (words is None)
    assert (words or "") in (said or "")


def test_a_run_that_nobody_had_to_approve_goes_on() -> None:
    assert machine.approved_as_another(running()) is None


def test_a_held_run_goes_on_and_keeps_when_it_was_held() -> None:
    refusal = gate.ask_again(a_case(pauses=("x",)))
    run = running()
    held = next(hold.refused(run, run.steps[0], refusal, at(5))).run
    still = next(hold.refused(held, held.steps[0], refusal, at(9))).run
    assert still.held_since == at(5)
    assert machine.released(still).state is RunState.RUNNING


def test_a_step_that_did_not_arrive_waits_for_evidence_that_is_younger_than_that_answer() -> None:
    doubt = machine.in_doubt(intended(), "start", "the link was lost")
    again = machine.probed(doubt, "start", Probe.NOT_APPLIED, at(60))
    assert (again.state, again.locked_at) == (RunState.PLANNED, at(60))
    held = machine.held_for(running(), "claimed by another", at(5))
    assert machine.planned_anew(held, at(300)).locked_at == at(300)


def test_an_ended_run_does_not_end_again() -> None:
    ended = machine.ended(running(), RunState.SUCCEEDED, "", at(5))
    with pytest.raises(ValueError, match="cannot go from"):
        machine.ended(ended, RunState.FAILED, "", at(6))
    with pytest.raises(ValueError, match="cannot go from"):
        machine.ended(running(), RunState.IN_DOUBT, "", at(6))
