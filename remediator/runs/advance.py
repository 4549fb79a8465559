"""The next move of a live run: from where it stands and what is seen of it, the transitions that come now. Pure.

What is seen is gathered once before each move (`daemon.execute.picture`), and no further than the first obstacle.
Whatever a run waits for is a `Seen` in which it is not there yet: then the move has no transition, or holds the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from remediator.model.content.actions import Settled
from remediator.model.content.declined import Declined
from remediator.model.content.plans import PlannedStep
from remediator.model.records.records import Run, RunState, StepRecord
from remediator.model.records.verdicts import Verdict
from remediator.model.times import Instant
from remediator.runs import begin, doubt, ends, entries, hold, machine, outcome, settling, verification
from remediator.runs.debts import debts
from remediator.runs.stages import Stage, stage_of
from remediator.runs.transition import Transition

EVIDENCE_S = 120.0
"""Longest wait for fresh evidence before the run is held because there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of a run that waits for a yes. `ok_since`: when its check was asked that says OK now; None: it does not."""

    ok_since: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Of a planned run: what every guard said; none while the evidence for that is awaited.

    `before`: what stands before its next step, once the gate allows; None when no step is left.
    """

    verdicts: Sequence[Verdict] = ()
    before: begin.Before | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Of a run whose next step may begin. `noted`: the run, with what its last OUTCOME left noted with the step.

    `wanting`: hosts without fresh evidence, awaited for `waited_s`. `verdicts`: of the guards before every step.
    `before`: once they allow.
    """

    noted: Run
    wanting: Sequence[str] = ()
    waited_s: float = 0.0
    verdicts: Sequence[Verdict] = ()
    before: begin.Before | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Of a step whose commands left. `worked_on`: this process still waits for them."""

    planned: PlannedStep
    worked_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Of a step whose outcome is not known: what a reply that was asked for since then proves of it."""

    planned: PlannedStep
    seen: doubt.Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Of a step whose effect takes its time. `seen`: how far it is; None while nothing fresh is known."""

    planned: PlannedStep
    seen: Settled | None


Seen = ends.Groundless | Asked | Gate | Next | Sent | Lost | Settling | verification.Seen | None
"""What its stage wants to know of a run; None where that is nothing."""


def advance(run: Run, seen: Seen, given: outcome.Given, now: Instant) -> Iterator[Transition]:
    """Return the transitions that the stage of `run` allows now, in order, each made on the one before."""
    step = machine.current(run)
    match seen:
        case ends.Groundless(why=why, expired=expired):
            return _some(ends.given_up(run, why, now, expired=expired))
        case Asked(ok_since=ok_since):
            return _some(ends.waiting(run, ok_since, now))
        case Gate():
            return _gated(run, seen, given, now)
        case Next() if step is not None:
            return _go_on(run, step, seen, given, now)
        case Sent(planned=planned, worked_on=worked_on):
            return _some(doubt.supervised(run, planned, worked_on, now))
        case Lost(planned=planned, seen=known):
            return doubt.probed(run, planned, known, given, now)
        case Settling(planned=planned, seen=far):
            return settling.watched(run, planned, far, now)
        case verification.Seen():
            return _some(verification.watched(run, seen, now))
        case _:
            return _some(_unseen(run, step, now))


def _some(transition: Transition | None) -> Iterator[Transition]:
    return iter(() if transition is None else (transition,))


def _unseen(run: Run, step: StepRecord | None, now: Instant) -> Transition | None:
    """Return the move of a stage that wants to know nothing."""
    stage = stage_of(run)
    if stage is Stage.UNDONE:
        return ends.ended(run, *debts.ending(step), now)
    if stage is Stage.DONE:
        return verification.begun(run, now)
    if stage is Stage.FAILED and step is not None:
        because = ("step", step.id, step.result.partition("\n")[0])
        return ends.ended(run, RunState.FAILED, step.result, now, because=because)
    return None


def _gated(run: Run, seen: Gate, given: outcome.Given, now: Instant) -> Iterator[Transition]:
    """Let the whole gate decide, and begin the next step where it allows."""
    if not seen.verdicts:
        return
    after = machine.gated(run, seen.verdicts, now)
    if after.state.ended:
        yield Transition(run=after, then=(entries.GateRefused(verdicts=seen.verdicts),))
        return
    yield Transition(run=after, then=(entries.Gated(verdicts=seen.verdicts),))
    if (step := machine.current(after)) is not None and seen.before is not None:
        yield from before(after, step, seen.before, given, now)


def _go_on(run: Run, step: StepRecord, seen: Next, given: outcome.Given, now: Instant) -> Iterator[Transition]:
    """Begin the next step where the guards that stand before each step allow it; a refusal holds the run."""
    if seen.noted is not run:
        yield Transition(run=seen.noted)
        run, step = seen.noted, machine.step_of(seen.noted, step.id)
    if (changed := machine.approved_as_another(run)) is not None:
        yield from hold.held(run, step, changed, now)
    elif seen.wanting:
        if seen.waited_s > EVIDENCE_S:
            yield from hold.held(run, step, f"waits for fresh evidence of {', '.join(seen.wanting)}", now)
    elif seen.before is None:
        yield from hold.refused(run, step, seen.verdicts, now)
    else:
        yield from before(run, step, seen.before, given, now)


def before(run: Run, step: StepRecord, seen: begin.Before, given: outcome.Given, now: Instant) -> Iterator[Transition]:
    """Begin `step`, and those side by side with it, if what stands before it lets it; nothing of them has begun."""
    match seen:
        case begin.Ready():
            yield from begin.begun(seen, given, now)
        case begin.Outdated(why=why):
            yield ends.ended(run, RunState.REFUSED, f"{why}: it has to be planned anew", now)
        case begin.Stale(held_s=held_s):
            said = entries.PlannedAnew(step=step.id, held_s=held_s)
            yield Transition(run=machine.planned_anew(run, now), then=(said,))
        case begin.Unclaimed(reason=reason, first=first):
            if not first:
                yield from hold.held(run, step, reason, now)
        case Declined():
            yield from hold.declined(run, step, seen, now)
