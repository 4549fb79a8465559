"""What the commands of a step came to: done, failed, to be waited for, lost, or never sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from remediator.model.content.actions import Effect
from remediator.model.content.plans import PlannedStep
from remediator.model.messages.replies import CommandDone
from remediator.model.records.records import Run, StepRecord, StepState
from remediator.model.times import Instant
from remediator.runs import entries, machine
from remediator.runs.debts import debts
from remediator.runs.transition import Entry, Refresh, Searches, TookEffect, Transition, Wish

Given = Callable[[Run, StepRecord], Run]
"""Takes a run with a step that is DONE, and returns it with what the step's action gives: DONE, SETTLING or FAILED."""


def taken(run: Run, planned: PlannedStep, done: Sequence[CommandDone], given: Given, now: Instant) -> Transition:
    """Return `run` after the commands of the step `planned`, which has its INTENT, were `done` as far as they were."""
    after = machine.outcome(run, planned.id, done, len(planned.commands), now)
    step = machine.step_of(after, planned.id)
    repeatable = len(done) == 1 or planned.effect is Effect.IDEMPOTENT
    if machine.wants_another_claim(step) and repeatable and not debts.is_release(run):
        said = entries.NotSent(step=step.id, why=step.result)
        return Transition(run=machine.unsent(after, step.id), then=(said,))
    if step.state is StepState.IN_DOUBT:
        return lost(after, step.id, step.result)
    return ended(after, step.id, given)


def of_nothing(run: Run, step_id: str, given: Given, now: Instant) -> Transition:
    """Return `run` after a step that had no command to run."""
    return ended(machine.outcome_of_nothing(run, step_id, now), step_id, given)


def ended(run: Run, step_id: str, given: Given) -> Transition:
    """Return `run` after the commands of a step ended: with what it gives, or waiting for what it set going."""
    step = machine.step_of(run, step_id)
    if step.state is StepState.DONE:
        run = given(run, step)
        step = machine.step_of(run, step_id)
    look = (Refresh(),) if step.state is StepState.SETTLING else ()
    return Transition(run=run, then=(*told(step), *look))


def told(step: StepRecord) -> tuple[Entry | Wish, ...]:
    """Return what follows from an OUTCOME that is known."""
    effect = (TookEffect(step=step.id),) if step.state in (StepState.DONE, StepState.SETTLING) else ()
    return (*effect, entries.OutcomeKnown(step=step))


def lost(run: Run, step_id: str, why: str) -> Transition:
    """Return that what became of a step is not known: one begins to look for it."""
    return Transition(
        run=machine.in_doubt(run, step_id, why), then=(Searches(lost=step_id), entries.OutcomeLost(why=why), Refresh())
    )
