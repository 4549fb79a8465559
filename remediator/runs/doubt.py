"""A step whose outcome is not known: when that is so, what a probe of a fresh reply proves, and how long it is awaited.

Invariant: nothing but a probe, or a person, says what became of a step that may have changed something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remediator.model.content.actions import Effect, Probe
from remediator.model.content.plans import PlannedStep
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.records.records import Run, RunState, StepRecord, StepState
from remediator.model.times import Instant
from remediator.runs import entries, machine, outcome
from remediator.runs.transition import Look, Page, Refresh, Searches, Transition

GRACE_S = 15.0
"""A command that left just before the daemon died may still arrive: "not applied" is believed only after this long."""
PATIENCE_S = 60.0
"""A probe that could not answer for this long leaves the run in doubt, and pages."""
LOOK_AGAIN_S = 3.0
TIMEOUT_GRACE_S = 30.0
"""What is added to the sum of a step's own limits before its outcome is taken for lost."""


def supervised(run: Run, planned: PlannedStep, worked_on: bool, now: Instant) -> Transition | None:
    """Return that the outcome of a step with an INTENT is lost: nobody in this process works on it, or its time is
    over."""
    step = machine.step_of(run, planned.id)
    limit = sum(command.timeout_s for command in planned.commands) + TIMEOUT_GRACE_S
    late = step.intent_at is not None and now.since(step.intent_at) > max(limit, planned.timeout_s)
    if worked_on and not late:
        return None
    why = "its commands did not end in time" if late else "the daemon ended between its INTENT and its OUTCOME"
    return outcome.lost(run, step.id, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of a lost step: `answer` by a reply asked for since `since`, when one began to look, UNKNOWN
    without such a reply.

    `under_way`: its command may still run here. `arrives_s`: so long its effect may take to show.
    """

    host: str
    since: Instant
    answer: Probe
    under_way: bool
    arrives_s: float


def probed(run: Run, planned: PlannedStep, seen: Seen, given: outcome.Given, now: Instant) -> Iterator[Transition]:
    """Record what became of a lost step, if it is known now; else look on, and be in doubt after a while."""
    step = machine.step_of(run, planned.id)
    answer = _believed(step, seen, now)
    if answer is not Probe.UNKNOWN:
        yield answered(run, planned, answer, given, now, by="probe")
        return
    yield Transition(run=run, then=(Look(hosts=(seen.host,), older_than_s=LOOK_AGAIN_S),))
    if planned.effect is Effect.OBSERVE:
        yield from _reads_in_vain(run, planned, seen, now)
        return
    if run.state is not RunState.IN_DOUBT and now.since(seen.since) > PATIENCE_S + seen.arrives_s:
        yield _in_doubt(run, step, now)


def _believed(step: StepRecord, seen: Seen, now: Instant) -> Probe:
    """Return the answer as far as it is believed: "not applied" never of a command that may still arrive.

    A clock that was set back only makes that last longer.
    """
    early = step.intent_at is not None and now.since(step.intent_at) < GRACE_S + seen.arrives_s
    return Probe.UNKNOWN if seen.answer is Probe.NOT_APPLIED and (seen.under_way or early) else seen.answer


def _in_doubt(run: Run, step: StepRecord, now: Instant) -> Transition:
    after = machine.probed(run, step.id, Probe.UNKNOWN, now)
    page = Page(
        key=PageKey(PageKind.IN_DOUBT, run.id, (step.id, str(step.tries))),
        subject=f"{run.id} on {run.plan.target} is in doubt",
        text=f"{after.reason}; it keeps its locks. Look, then say: remediator runs resolve {run.id} "
        f"--outcome applied|not-applied --reason ...",
    )
    return Transition(run=after, then=(entries.Doubted(step=step.id, reason=after.reason), page))


def _reads_in_vain(run: Run, planned: PlannedStep, seen: Seen, now: Instant) -> Iterator[Transition]:
    """A step that only reads is never in doubt: it waits for its host, is done again, and in the end of its time has
    failed."""
    if now.since(seen.since) > planned.timeout_s:
        why = (
            f"its answer was lost, and {seen.host} has not been heard of for {planned.timeout_s:.0f} s: "
            f"nothing was changed there"
        )
        after = machine.failed(run, planned.id, why, now)
        settled = entries.Settled(step=machine.step_of(after, planned.id))
        yield Transition(run=after, then=(Searches(ends=True), settled, Refresh()))


def repeatable(run: Run, planned: PlannedStep) -> bool:
    """Return whether a step that did not arrive is sent again without the whole gate: nothing is changed by a
    repetition."""
    begun = planned.parallel or any(step.state is StepState.DONE for step in run.steps)
    return (begun and planned.effect is Effect.IDEMPOTENT) or planned.effect is Effect.OBSERVE


def answered(
    run: Run, planned: PlannedStep, answer: Probe, given: outcome.Given, now: Instant, *, by: str, actor: str = ""
) -> Transition:
    """Return the run after a probe, or the person `by`, said what became of its step."""
    run = machine.probed(run, planned.id, answer, now, by=by, repeatable=repeatable(run, planned))
    step = machine.step_of(run, planned.id)
    if step.state is StepState.DONE:
        run = given(run, step)
        step = machine.step_of(run, planned.id)
    known = step.state in (StepState.DONE, StepState.SETTLING, StepState.FAILED)
    said = entries.Probed(step=step, answer=answer, by=by, actor=actor)
    return Transition(run=run, then=(Searches(ends=True), said, *(outcome.told(step) if known else ())))
