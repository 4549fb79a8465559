"""The end of a run that has done all its steps. Its check must be OK and stay so; some things end the wait early.

Invariant: a sample that was asked for before the last step says nothing, and UNKNOWN neither passes nor fails.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from remediator.checks.series import Series
from remediator.model.content.judging import CheckResult, State
from remediator.model.records.records import Run, RunState, StateType
from remediator.model.times import Instant
from remediator.runs import ends, entries
from remediator.runs.transition import IncidentFollows, Refresh, Transition

HOPELESS_S = 300.0
"""A check that is CRITICAL for this long without a break after the last step is not being cured, however long `within`
is."""


def awaited(run: Run) -> str:
    """Return what a verification waits for."""
    return f"{run.plan.verify_check} must be OK and hold {run.plan.verify_hold_s:.0f} s"


def verifying(run: Run, now: Instant) -> Run:
    return replace(run, state=RunState.VERIFYING, verify_from=now, reason=awaited(run))


class Verified(enum.Enum):
    """Where a verification stands."""

    WAITING = "waiting"
    QUIET = "quiet"
    FAILED = "failed"


def sampled(run: Run, result: CheckResult) -> Run:
    """Return the run after a sample of its verification check. Samples asked before the last step say nothing.

    The hold runs from the first OK sample; a bad one breaks it; UNKNOWN neither passes nor fails it.
    """
    started = run.verify_from
    if started is None or not result.asked_at.after(started):
        return run
    if result.state is State.OK:
        return replace(
            run,
            ok_since=run.ok_since or result.asked_at,
            ok_samples=run.ok_samples + 1,
            bad_samples=0,
            was_ok=run.was_ok or run.ok_samples >= 1,
        )
    if result.state is State.UNKNOWN:
        return run
    return replace(run, ok_since=None, ok_samples=0, bad_samples=run.bad_samples + 1)


def judged(run: Run, newest: CheckResult | None, now: Instant) -> Verified:
    """Return where the verification stands: held for `verify_hold_s` over at least two OK samples, out of time, or
    waiting."""
    started = run.verify_from
    if started is None:
        return Verified.WAITING
    good = newest is not None and newest.state is State.OK and run.ok_samples >= 2
    if (
        good
        and newest is not None
        and run.ok_since is not None
        and newest.asked_at.since(run.ok_since) >= run.plan.verify_hold_s
    ):
        return Verified.QUIET
    waited = now.since(started)
    if run.ok_since is None and waited > run.plan.verify_within_s:
        return Verified.FAILED
    if waited > run.plan.verify_within_s + 2 * run.plan.verify_hold_s:
        return Verified.FAILED
    return Verified.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of the verification's check. `series`: None while it has none.

    `attempts`: how many samples make a problem HARD. `failed`: whether the runbook's `failed_when` is true of the
    newest one. `in_group`: the run keeps others from its target's group.
    """

    newest: CheckResult | None
    series: Series | None
    attempts: int
    failed: bool
    in_group: bool


def begun(run: Run, now: Instant) -> Transition:
    """Return the run whose steps are all done, watching its check from now on."""
    said = entries.Verifying(check=run.plan.verify_check, quiet_s=run.plan.verify_hold_s)
    return Transition(run=verifying(run, now), then=(said, IncidentFollows(text=awaited(run)), Refresh()))


def watched(run: Run, seen: Seen, now: Instant) -> Transition | None:
    """Return the end of a run that is being verified; None while it waits on."""
    check = run.plan.verify_check
    verdict = judged(run, seen.newest, now)
    if verdict is Verified.QUIET:
        return ends.ended(run, RunState.SUCCEEDED, f"{check} is OK and held {run.plan.verify_hold_s:.0f} s", now)
    why = _failed(run, seen, verdict, now)
    return ends.ended(run, RunState.FAILED, why, now) if why is not None else None


def _failed(run: Run, seen: Seen, verdict: Verified, now: Instant) -> str | None:
    check = run.plan.verify_check
    if verdict is Verified.FAILED:
        return f"{check} was not OK within {run.plan.verify_within_s:.0f} s"
    if _is_down_again(run, seen):
        return f"{check} was CRITICAL in {run.bad_samples} samples after the last step, and nothing starts it again"
    if _lost_again(run, seen):
        said = seen.newest.output if seen.newest is not None else ""
        return f"{check} was OK again, and fell once more in its quiet period, which is another loss: {said}"
    if (bad_s := _critical_for(run, seen.series, now)) > HOPELESS_S:
        return f"{check} has been CRITICAL without a break for {bad_s:.0f} s since the last step"
    return None


def _is_down_again(run: Run, seen: Seen) -> bool:
    """Return whether what says that the cure failed is true of as many samples after the last step as make a problem
    HARD."""
    critical = seen.newest is not None and seen.newest.state is State.CRITICAL
    return seen.failed and critical and run.bad_samples >= seen.attempts


def _lost_again(run: Run, seen: Seen) -> bool:
    """Return whether a member or cluster that had come back is surely lost again: whoever holds its group lets go, and
    the loss is told."""
    series = seen.series
    if not run.was_ok or series is None or run.verify_from is None or series.bad_since is None:
        return False
    hard = series.state is State.CRITICAL and series.state_type is StateType.HARD
    return seen.in_group and hard and series.bad_since.after(run.verify_from)


def _critical_for(run: Run, series: Series | None, now: Instant) -> float:
    """Return for how long (s) the check has surely been CRITICAL, counted from the last step on."""
    if series is None or series.state is not State.CRITICAL or series.bad_since is None or run.verify_from is None:
        return 0.0
    return min(now.since(series.bad_since), now.since(run.verify_from))
