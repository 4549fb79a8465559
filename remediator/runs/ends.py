"""How a run ends, as one transition: for its own reasons, or because it cannot go on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from remediator.model.records.records import Run, RunState, StepState
from remediator.model.times import Instant
from remediator.runs import entries, machine
from remediator.runs.debts import debts
from remediator.runs.transition import Transition
from remediator.safety.guard import seconds


def ended(
    run: Run,
    state: RunState,
    reason: str,
    now: Instant,
    *,
    expired: bool = False,
    actor: str = "",
    because: tuple[str, ...] = (),
) -> Transition:
    """Return the end of `run`. `expired`, `because`: see `Run`; `actor`: the person who ended it."""
    after = machine.ended(run, state, reason, now, expired=expired, because=because)
    return Transition(run=after, then=(entries.ENDS[state](reason=reason, actor=actor),))


def given_up(run: Run, why: str, now: Instant, *, expired: bool = False) -> Transition:
    """Return the end of a run that cannot go on: refused when nothing of it has begun, else failed, which is for a
    person."""
    return ended(run, RunState.REFUSED if run.intent_at is None else RunState.FAILED, why, now, expired=expired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a next step stands on: the hosts and actions there are, and how old (s) a plan may be that begins."""

    hosts: Collection[str]
    actions: Collection[str]
    max_event_age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Groundless:
    """Why the next step of a run cannot even be asked for. `expired`: its time is over."""

    why: str
    expired: bool = False


def groundless(run: Run, ground: Ground, now: Instant) -> Groundless | None:
    """Return why the next step of `run` cannot even be asked for; None when it can, or when a step is open."""
    step = machine.current(run)
    if step is None or step.state is not StepState.PENDING:
        return None
    if (why := _missing(run, ground)) is not None:
        return Groundless(why=why)
    if run.state is RunState.PLANNED and now.at_most_since(run.locked_at) > ground.max_event_age_s:
        age = seconds(now.at_most_since(run.locked_at))
        longest = seconds(ground.max_event_age_s)
        why = f"expired: it was planned {age} ago, and what is older than {longest} starts nothing"
        return Groundless(why=why, expired=True)
    return None


def _missing(run: Run, ground: Ground) -> str | None:
    left = next((host for host in run.plan.touches if host not in ground.hosts), None)
    if left is not None:
        return f"{left} left the inventory: nothing more is done there"
    pending = () if debts.is_release(run) else tuple(step for step in run.steps if step.state is StepState.PENDING)
    unknown = next((step.action for step in pending if step.action not in ground.actions), None)
    return f"the action {unknown} is not there any more: what became of it could not be told" if unknown else None


def waiting(run: Run, ok_since: Instant | None, now: Instant) -> Transition | None:
    """Return the end of a run that waits for approval: its time is over, people were shown another plan, or its check
    is OK again.

    `ok_since`: when its check was asked that says OK now; None: it does not.
    """
    expired = run.approval is None or now.after(run.approval.expires_at)
    if expired:
        why = "expired: nobody approved it within 15 minutes"
    elif run.asked_of_another_plan:
        why = "changed: people were asked about another plan than this release would carry out: it is planned anew"
    elif ok_since is not None and ok_since.after(run.created_at):
        why = "it is OK again: there is nothing left to approve"
    else:
        return None
    return ended(run, RunState.REFUSED, why, now, expired=expired)
