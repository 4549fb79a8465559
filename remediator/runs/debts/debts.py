"""Debts as pure transitions: a temporary state that a step leaves behind is owed back once its run has ended.

``open -> releasing -> released``, or back to open when the undo did not succeed, or ``reported`` and left to people.
Invariants. A debt is written with the INTENT of its step, so it exists before the effect does. It is released only
after its run has ended, of each host the last one of a run first. Only what a fresh sample proved to be still this
store's is undone, and every attempt has such a proof of its own. Nothing but `released` and `reported` ends a debt, and
time is neither.

A release is a run of its own: one step, by the janitor, without verification. So its INTENT before the effect, its lost
outcome, its lock, its journal and its pages are those of any run. Nothing new can forget one of them. A release has one
INTENT at most: a command that did not arrive ends the run, and the next attempt asks every question again. A release
counts in no budget and no cooldown: it takes back what had been allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from remediator.model.content.actions import DebtSpec, Effect, StepInput
from remediator.model.content.declined import Refused
from remediator.model.content.plans import RELEASE, Plan, PlannedStep
from remediator.model.records.records import Debt, DebtState, Run, RunState, StepRecord, StepState
from remediator.model.times import Instant

STEP = "release"
MOST_TRIES = 3
"""So many undos that failed hand the debt to people."""
RETRY_S = 60.0
STEP_SLACK_S = 30.0


def is_release(run: Run) -> bool:
    """Return whether `run` releases a debt."""
    return run.plan.is_release


def owed(
    debt_id: str,
    run: Run,
    step: PlannedStep,
    spec: DebtSpec,
    order: StepInput,
    mark: Mapping[str, str],
    now: Instant,
) -> Debt | Refused:
    """Return the debt of `step`; refuse when there is no undo for it."""
    commands = spec.undo(order)
    if isinstance(commands, Refused):
        return commands
    if not commands:
        return Refused(f"{step.action} names no command that undoes it")
    undo = PlannedStep(
        id=STEP,
        action=RELEASE,
        effect=Effect.ONCE,
        risk=step.risk,
        params={"debt": debt_id, "action": step.action},
        commands=commands,
        timeout_s=sum(command.timeout_s for command in commands) + STEP_SLACK_S,
    )
    return Debt(
        id=debt_id,
        run=run.id,
        step=step.id,
        action=step.action,
        what=spec.describe,
        target=run.plan.target,
        host=commands[0].host,
        check=run.plan.check,
        mark={"run": run.id, **mark, "step": step.id},
        undo=undo,
        created_at=now,
        expires_at=_later(now, spec.lifetime_s),
    )


def _later(now: Instant, seconds: float) -> Instant:
    return Instant(now.wall + timedelta(seconds=seconds), now.boot_s + seconds, now.boot_id)


def same(debt: Debt, other: Debt) -> bool:
    """Return whether both are one and the same state of one host, whichever run set it."""
    return (debt.action, debt.target, debt.host, debt.undo.commands) == (
        other.action,
        other.target,
        other.host,
        other.undo.commands,
    )


def taken_over(debt: Debt, by: Debt) -> Debt:
    """Return the open `debt` now that a later INTENT, which would have made `by`, sets the same once more.

    It stays one debt, owed by the newest run. A mark from before anything was set is worth more than one from after it.
    """
    mark = debt.mark if debt.applied else by.mark
    return replace(debt, run=by.run, step=by.step, mark=mark, expires_at=by.expires_at)


def applied(debt: Debt) -> Debt:
    """Return `debt` after the OUTCOME of its step said that it took effect."""
    return replace(debt, applied=True)


def overdue(debt: Debt, now: Instant) -> bool:
    return debt.open and now.after(debt.expires_at)


def due(known: Iterable[Debt], live: Collection[str]) -> tuple[Debt, ...]:
    """Return what may be looked at now: of each ended run and each of its hosts the last open debt. A debt whose
    release is under way is left out.

    A host's debts do not wait for another host's, which may stand for as long as a person needs. `known` is oldest
    first, `live` the runs that have not ended. A debt whose run has not ended is never due, expired or not.
    """
    last: dict[tuple[str, str], Debt] = {}
    for debt in known:
        if debt.open and debt.run not in live:
            last[debt.run, debt.host] = debt
    return tuple(debt for debt in last.values() if debt.state is DebtState.OPEN or debt.release not in live)


def too_early(debt: Debt, now: Instant) -> str | None:
    """Return why a debt whose last release did not succeed is left alone for a moment."""
    if debt.tried_at is None or now.since(debt.tried_at) >= RETRY_S:
        return None
    return f"{debt.reason}; it is tried again after {RETRY_S:.0f} s"


def plan_of(debt: Debt, content_version: str) -> Plan:
    """Return the plan that releases `debt`: its stored undo, nothing to verify. It has no rule, so it is no rule's
    cure.

    Its identity is empty: whether somebody else acted meanwhile is what `still_ours` answers.
    """
    return Plan(
        runbook=RELEASE,
        rule=None,
        target=debt.target,
        risk=debt.undo.risk,
        steps=(debt.undo,),
        check=debt.check,
        verify_check="",
        verify_within_s=0.0,
        verify_hold_s=0.0,
        content_version=content_version,
    )


def releasing(debt: Debt, run: str) -> Debt:
    return replace(debt, state=DebtState.RELEASING, release=run, reason="")


def taken_back(debt: Debt, step: str) -> Debt:
    """Return `debt` after a later step of its own run has undone it as part of its effect."""
    return replace(debt, state=DebtState.RELEASED, reason=f"undone by {step} of {debt.run}")


def not_ours(debt: Debt) -> Debt:
    """Return `debt` after a fresh sample showed that what is set is not, or not any more, what the step set.

    Where the step is known to have taken effect, somebody else has acted: people hear of it. Where it is not, there was
    nothing to take back.
    """
    if debt.applied:
        why = "what is set now is not what was set by us any more: somebody else changed it, and it is left alone"
        return replace(debt, state=DebtState.REPORTED, reason=why)
    why = f"it is not set by us: {debt.step} of {debt.run} is not known to have taken effect"
    return replace(debt, state=DebtState.RELEASED, reason=why)


def ending(step: StepRecord | None) -> tuple[RunState, str]:
    """Return how a release ends whose step is done (None), or pending again: proven not to have taken effect."""
    if step is None:
        return RunState.SUCCEEDED, "it is undone"
    return RunState.FAILED, "its command did not arrive"


def after_release(debt: Debt, run: Run, now: Instant) -> Debt:
    """Return `debt` after its release `run` ended."""
    if run.state is RunState.SUCCEEDED:
        return replace(debt, state=DebtState.RELEASED, reason=f"undone by {run.id}")
    if run.state is not RunState.FAILED:
        return replace(debt, state=DebtState.REPORTED, reason=f"{run.id} was {run.state.value}: {run.reason}")
    left = any(not _never_left(step) for step in run.steps)
    tries = debt.tries + 1 if left else debt.tries
    if tries >= MOST_TRIES:
        why = f"its undo failed {tries} times, the last time: {run.reason}"
        return replace(debt, state=DebtState.REPORTED, reason=why, tries=tries, tried_at=now)
    return replace(debt, state=DebtState.OPEN, reason=f"{run.id}: {run.reason}", tries=tries, tried_at=now)


def _never_left(step: StepRecord) -> bool:
    return step.state is StepState.FAILED and step.unsent is not None
