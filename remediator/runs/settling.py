"""The wait until what a step set going has come to its end (a state transfer), by evidence from after its OUTCOME."""

from __future__ import annotations

from collections.abc import Iterator

from remediator.model.content.actions import Settled
from remediator.model.content.plans import PlannedStep
from remediator.model.records.records import Run, StepRecord
from remediator.model.times import Instant
from remediator.runs import entries, machine
from remediator.runs.transition import Look, Refresh, Transition

LOOK_S = 1.0
"""While a step settles, its hosts are looked at again this long after the last look."""


def hosts(planned: PlannedStep) -> tuple[str, ...]:
    return tuple(sorted({command.host for command in planned.commands}))


def began(run: Run, step: StepRecord) -> Instant:
    """Return since when the effect of `step` is waited for."""
    return step.outcome_at or step.intent_at or run.locked_at


def watched(run: Run, planned: PlannedStep, seen: Settled | None, now: Instant) -> Iterator[Transition]:
    """Say how far what a SETTLING step set going has come; `seen` is None while nothing fresh is known."""
    step = machine.step_of(run, planned.id)
    yield Transition(run=run, then=(Look(hosts=hosts(planned), older_than_s=LOOK_S),))
    if seen is not None and seen.failed:
        yield ended(machine.failed(run, step.id, seen.text, now), step.id)
    elif seen is not None and seen.again and step.tries < machine.MOST_REPEATS:
        said = entries.Repeated(step=step.id, why=seen.text)
        yield Transition(run=machine.again(run, step.id, seen.given), then=(said,))
    elif seen is not None and seen.done:
        yield ended(machine.gave(run, step.id, seen.given, seen.text), step.id)
    elif now.since(began(run, step)) > planned.timeout_s:
        last = seen.text if seen is not None else f"nothing fresh is known of {', '.join(hosts(planned))}"
        why = f"it has not come about within {planned.timeout_s:.0f} s: {last}"
        yield ended(machine.failed(run, step.id, why, now), step.id)
    elif seen is not None and (seen.text, dict(seen.given)) != (step.result, dict(step.given)):
        yield _further(run, step, seen)


def ended(run: Run, step_id: str) -> Transition:
    """Return that a settling step of `run` has come to its end."""
    return Transition(run=run, then=(entries.Settled(step=machine.step_of(run, step_id)), Refresh()))


def _further(run: Run, step: StepRecord, seen: Settled) -> Transition:
    after = machine.settling(run, step.id, seen.text, seen.given, seen.stage)
    news = machine.step_of(after, step.id).stage != step.stage
    return Transition(run=after, then=(entries.Progressed(step=step.id, text=seen.text),) if news else ())
