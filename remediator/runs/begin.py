"""The beginning of a step, and of the steps side by side with it: what stands before it, and what it writes and sends.

Invariant: commands leave only by the transition that writes the INTENT they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from remediator.model.content.declined import Declined
from remediator.model.content.judging import CheckResult
from remediator.model.content.plans import PlannedStep
from remediator.model.records.records import Debt, Run, RunState, StepRecord
from remediator.model.times import Instant
from remediator.runs import entries, machine, outcome
from remediator.runs.claims import Claim
from remediator.runs.debts import debts
from remediator.runs.transition import Entry, IncidentFollows, Leave, Owe, Transition, Wish

STALE_S = 60.0
"""A run whose first claim comes so long after the gate allowed it is asked the whole gate again."""
LEFT_WITHIN_S = 60.0
"""What a sample shows that was asked for so soon after an OUTCOME is what that left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """All that the steps need to begin. `run` has their exact commands in its plan; `before` is the identity stored
    with each INTENT.

    `debts` and `marks` are by step id: what each leaves behind, and what of `before` is its own.
    """

    run: Run
    steps: tuple[PlannedStep, ...]
    before: Mapping[str, str]
    marks: Mapping[str, Mapping[str, str]]
    debts: Mapping[str, Debt]
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """The run has not begun, and its late step would be built from other content than it was planned under."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """The run was held for `held_s` before its first claim: the gate allowed it in another time."""

    held_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """Why the hosts of the step are not claimed. `first`: the claim is under way, and nothing speaks against it yet."""

    reason: str
    first: bool


Before = Ready | Outdated | Stale | Unclaimed | Declined
"""What stands before a step that the guards allow; `Ready` when nothing does."""


def stale(run: Run, now: Instant) -> Stale | None:
    """Return that a run which has its first claim was held for too long before it. A release was asked about now."""
    held_s = now.since(run.held_since) if run.held_since is not None else 0.0
    waited = run.intent_at is None and run.state is RunState.HELD and held_s > STALE_S
    return Stale(held_s=held_s) if waited and not debts.is_release(run) else None


def noted(run: Run, step: StepRecord, result: CheckResult | None) -> Run:
    """Note with the next step what the last OUTCOME left, as the first sample asked for soon after it shows; return the
    run.

    A sample that came later may show what somebody else did: then the instance of the plan stays the one that is
    expected.
    """
    ended = machine.newest(each.outcome_at for each in run.steps if each.outcome_at)
    if not run.plan.identity or step.before or ended is None or result is None or not result.asked_at.after(ended):
        return run
    if result.asked_at.at_most_since(ended) > LEFT_WITHIN_S or not set(run.plan.identity) <= set(result.identity):
        return run
    with_left = replace(step, before=dict(result.identity))
    return replace(run, steps=tuple(with_left if each.id == step.id else each for each in run.steps))


def begun(ready: Ready, given: outcome.Given, now: Instant) -> Iterator[Transition]:
    """Begin every step that is ready. A step without commands is done at once."""
    run = machine.released(ready.run) if ready.run.state is RunState.HELD else ready.run
    for planned in ready.steps:
        before = {**ready.before, **ready.marks.get(planned.id, {})}
        run = machine.intent(run, planned.id, before, now)
        owed: tuple[Wish, ...] = (Owe(debt=ready.debts[planned.id]),) if planned.id in ready.debts else ()
        said = entries.StepIntended(planned=planned, before=before, claimed=ready.claim.answered)
        shown = "; ".join(f"{command.host}: {command.brief}" for command in planned.commands)
        follows = IncidentFollows(text=shown or f"{planned.id}: {planned.summary}")
        leaves: tuple[Entry | Wish, ...] = (
            (Leave(step=planned.id, commands=planned.commands, claim=ready.claim),) if planned.commands else ()
        )
        yield Transition(run=run, then=(*owed, said, follows, *leaves))
        if not planned.commands:
            ended = outcome.of_nothing(run, planned.id, given, now)
            run = ended.run
            yield ended
