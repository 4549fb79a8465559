"""One step of a run: gathers what the pure transitions of `runs` need to know of it, and hears how its commands ended.

Invariant: a late step is resolved into exact commands in the turn that writes its INTENT, and they are stored with it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial

from remediator.daemon.decide import cases, leavings
from remediator.daemon.execute import actions, janitor, transitions
from remediator.daemon.inhibit import claims as laid_claims
from remediator.daemon.observe import schedule
from remediator.daemon.state.wire import CommandsDone
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Probe
from remediator.model.content.declined import Declined, Refused
from remediator.model.content.plans import PlannedStep
from remediator.model.messages.replies import Reach
from remediator.model.people import ENGINE
from remediator.model.records.records import Debt, Run, RunState, StepRecord, StepState
from remediator.model.times import rfc3339
from remediator.runs import begin, claims, doubt, ends, entries, hold, machine, outcome, settling
from remediator.runs.claims import Claim
from remediator.runs.debts import debts
from remediator.runs.transition import Transition
from remediator.safety import gate
from remediator.safety.case import Case

STALE_S = 60.0
"""A run whose first claim comes so long after the gate allowed it is asked the whole gate again."""
EVIDENCE_S = 120.0
"""Longest wait for fresh evidence before the run is held because there is none."""
LEFT_WITHIN_S = 60.0
"""What a sample shows that was asked for so soon after an OUTCOME is what that left."""


def case_of(turn: Turn, run: Run) -> Case:
    """Return the case of a live run. Between two of its steps, the instance is the one that the run's last OUTCOME
    left."""
    case = cases.build(turn, run.plan, incident=run.incident, actor=run.actor, by_person=run.actor != ENGINE, run=run)
    step = machine.current(run)
    begun = any(each.state is StepState.DONE for each in run.steps)
    if step is None or not begun or not step.before:
        return case
    return replace(
        case, expected_identity={name: step.before[name] for name in run.plan.identity if name in step.before}
    )


def _left_by_us(turn: Turn, run: Run, step: StepRecord) -> Run:
    """Note with the next step what the last OUTCOME left, as the first sample asked for soon after it shows; return the
    run.

    A sample that came later may show what somebody else did: then the instance of the plan stays the one that is
    expected.
    """
    ended = actions.newest(each.outcome_at for each in run.steps if each.outcome_at)
    result = turn.world.samples.results.get((run.plan.check, run.plan.target.text))
    if not run.plan.identity or step.before or ended is None or result is None or not result.asked_at.after(ended):
        return run
    if result.asked_at.at_most_since(ended) > LEFT_WITHIN_S or not set(run.plan.identity) <= set(result.identity):
        return run
    noted = replace(step, before=dict(result.identity))
    return replace(run, steps=tuple(noted if each.id == step.id else each for each in run.steps))


def go_on(turn: Turn, run: Run, step: StepRecord) -> Iterator[Transition]:
    """Ask the guards that stand before each step again, then begin it; a refusal holds the run."""
    if (noted := _left_by_us(turn, run, step)) is not run:
        yield Transition(run=noted)
        run, step = noted, machine.step_of(noted, step.id)
    if (changed := machine.approved_as_another(run)) is not None:
        yield from hold.held(run, step, changed, turn.now)
        return
    if wanting := actions.waits_for_evidence(turn, run, step):
        since = turn.world.waits.for_evidence(run.id, turn.now)
        if turn.now.since(since) > EVIDENCE_S:
            yield from hold.held(run, step, f"waits for fresh evidence of {', '.join(wanting)}", turn.now)
        return
    turn.world.waits.goes_on(run.id)
    verdicts = gate.ask_again(case_of(turn, run))
    if not gate.allowed(verdicts):
        yield from hold.refused(run, step, verdicts, turn.now)
        return
    yield from begun(turn, run, step)


def begun(turn: Turn, run: Run, step: StepRecord) -> Iterator[Transition]:
    """Begin `step`, and those that go side by side with it.

    Late steps are resolved, and their debts are made out, before any INTENT is written. If an action refuses now, the
    run ends with nothing begun. A run that has not begun and is outdated is refused, not held.
    """
    if run.intent_at is None and (why := actions.outdated(turn, run, step)) is not None:
        yield ends.ended(run, RunState.REFUSED, f"{why}: it has to be planned anew", turn.now)
        return
    together = machine.beside(run, step)
    before = _before(turn, run)
    for each in together:
        resolved = actions.resolved(turn, run, each)
        if isinstance(resolved, Declined):
            yield from hold.declined(run, step, resolved, turn.now)
            return
        run = resolved
    planned = tuple(actions.planned(run, each) for each in together)
    claim = yield from _claim(turn, run, step, planned)
    if claim is None:
        return
    owed: dict[str, Debt] = {}
    for one in planned:
        debt = janitor.owed(turn, run, one, before)
        if isinstance(debt, Refused):
            yield from hold.declined(run, step, debt, turn.now)
            return
        if debt is not None:
            owed[one.id] = debt
    ready = begin.Ready(
        run=run, steps=planned, before=before, marks=_marks(turn, run, planned), debts=owed, claim=claim
    )
    yield from begin.begun(ready, partial(actions.given, turn), turn.now)
    laid_claims.used(turn, _subject(turn, run))


def _marks(turn: Turn, run: Run, steps: Sequence[PlannedStep]) -> dict[str, dict[str, str]]:
    """Return by what each step with commands marks what it sets on its host."""
    return {
        step.id: {leavings.RUN: leavings.mark_on(turn.world, run.id, step.commands[0].host)}
        for step in steps
        if step.commands
    }


def _subject(turn: Turn, run: Run) -> str:
    """Return by what name the claim of `run` goes: a release is claimed before it exists, by its debt."""
    debt = janitor.of_release(turn, run) if debts.is_release(run) else None
    return run.id if debt is None else debt.id


def _claim(
    turn: Turn, run: Run, step: StepRecord, steps: Sequence[PlannedStep]
) -> Generator[Transition, None, Claim | None]:
    """Return the claim that `steps` may rest on; None while there is none, and the run waits for it, or is held."""
    changing = [each for each in steps if laid_claims.needs(each)]
    if not changing:
        return claims.nothing(turn.now)
    found = laid_claims.granted(turn, _subject(turn, run), run.plan, changing)
    stored = turn.world.durable.runs[run.id]
    if isinstance(found, Claim):
        held_s = turn.now.since(run.held_since) if run.held_since is not None else 0.0
        if run.intent_at is None and run.state is RunState.HELD and held_s > STALE_S and not debts.is_release(run):
            said = entries.PlannedAnew(step=step.id, held_s=held_s)
            yield Transition(run=machine.planned_anew(stored, turn.now), then=(said,))
            return None
        return found
    if not found.first:
        yield from hold.held(stored, step, found.reason, turn.now)
    return None


def _before(turn: Turn, run: Run) -> dict[str, str]:
    """Return the identity that is recorded with the INTENTs of this turn: probes and debts compare with it."""
    result = turn.world.samples.results.get((run.plan.check, run.plan.target.text))
    before = dict(result.identity) if result is not None else dict(run.plan.identity)
    return before | {"intent_at": rfc3339(turn.now.wall)}


def commands_done(turn: Turn, message: CommandsDone) -> None:
    """Take the outcome of a step's commands."""
    world = turn.world
    world.pending.step_back(message.run, message.step)
    run = world.durable.runs.get(message.run)
    step = next((each for each in run.steps if each.id == message.step), None) if run is not None else None
    if run is None or step is None or step.state is not StepState.INTENT:
        return
    planned = actions.planned(run, step)
    transitions.apply(turn, outcome.taken(run, planned, message.done, partial(actions.given, turn), turn.now))


def supervised(turn: Turn, run: Run, step: StepRecord) -> Iterator[Transition]:
    """Give up to wait for the commands of a step that nobody in this process works on, or whose time is over."""
    key = (run.id, step.id)
    lost = doubt.supervised(run, actions.planned(run, step), key in turn.world.pending.working, turn.now)
    if lost is not None:
        turn.world.pending.step_lost(run.id, step.id)
        yield lost


def probed(turn: Turn, run: Run, step: StepRecord) -> Iterator[Transition]:
    """Ask a fresh reply of the host what became of the step; without an answer the run is in doubt and keeps asking."""
    world = turn.world
    planned = actions.planned(run, step)
    action = world.loaded.content.actions.get(step.action)
    seen = doubt.Seen(
        host=planned.commands[0].host if planned.commands else planned.host or run.plan.target.hosts[0],
        since=world.pending.searches(run.id, turn.now),
        answer=Probe.UNKNOWN,
        under_way=(run.id, step.id) in world.pending.under_way,
        arrives_s=action.arrives_s if action is not None else 0.0,
    )
    reply = world.samples.facts.reply(seen.host)
    if reply is not None and reply.reach is Reach.OK and reply.asked_at.after(seen.since):
        release = debts.is_release(run)
        answer = janitor.probe(turn, run, reply) if release else actions.probed(turn, run, step, reply)
        seen = replace(seen, answer=answer)
    yield from doubt.probed(run, planned, seen, partial(actions.given, turn), turn.now)


def settle(turn: Turn, run: Run, step: StepRecord, answer: Probe, by: str) -> Run:
    """Record that `answer` is what became of a step in doubt, as the person `by` says, and return the run."""
    planned = actions.planned(run, step)
    said = doubt.answered(run, planned, answer, partial(actions.given, turn), turn.now, by=by, actor=by)
    transitions.apply(turn, said)
    return said.run


def settles(turn: Turn, run: Run, step: StepRecord) -> Iterator[Transition]:
    """See how far what a SETTLING step set going has come, by evidence gathered after its OUTCOME."""
    planned = actions.planned(run, step)
    fresh = schedule.asked_since(turn, settling.hosts(planned), settling.began(run, step))
    yield from settling.watched(run, planned, actions.seen(turn, run, step) if fresh else None, turn.now)
