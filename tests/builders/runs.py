"""Runs as tests of their transitions need them: of one step on one container, in each stage of their life."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from remediator.model.content.actions import Probe
from remediator.model.content.plans import Plan
from remediator.model.messages.replies import CommandDone, Unsent
from remediator.model.records.records import Run, RunState, StepRecord
from remediator.runs import machine, verification
from remediator.safety import gate
from tests.unit.safety.cases import a_case, a_plan, an_approval, at


def planned(plan: Plan | None = None) -> Run:
    return machine.planned("run-1", plan or a_plan(), "inc-1", "remediator", at(0))


def waiting(plan: Plan | None = None, **changes: Any) -> Run:
    """A run that waits for a person's yes until second 600."""
    plan = plan or a_plan()
    nobody = an_approval(plan, approved_by=None, approved_at=None, expires_at=at(600), **changes)
    return replace(planned(plan), state=RunState.WAITING_APPROVAL, approval=nobody)


def running(plan: Plan | None = None) -> Run:
    return machine.gated(planned(plan), gate.ask_all(a_case(plan)), at(1))


def intended(plan: Plan | None = None) -> Run:
    """A run whose step has its INTENT since second 2."""
    run = running(plan)
    return machine.intent(run, run.steps[0].id, {"invocation_id": "a"}, at(2))


def lost(plan: Plan | None = None) -> Run:
    run = intended(plan)
    return machine.in_doubt(run, run.steps[0].id, "the link was lost")


def settling(plan: Plan | None = None) -> Run:
    """A run whose step, done at second 5, waits for what it set going."""
    run = machine.outcome_of_nothing(intended(plan), "start", at(5))
    return machine.settling(run, "start", "10 of 100", {"at": 10}, "copying")


def verifying(plan: Plan | None = None) -> Run:
    """A run that watches its check since second 10."""
    run = intended(plan)
    return verification.verifying(machine.probed(run, run.steps[0].id, Probe.APPLIED, at(9)), at(10))


def done(code: int | None, output: str = "", error: str = "") -> CommandDone:
    return CommandDone(argv=("systemctl", "start", "x"), exit_code=code, output=output, took_s=0.1, error=error)


def never_left(why: str, unsent: Unsent = Unsent.PREVENTED) -> CommandDone:
    return CommandDone.never_left(("systemctl", "start", "x"), why, unsent)


def nothing_given(run: Run, step: StepRecord) -> Run:
    """What an action that gives nothing makes of its output."""
    return run
