"""The picture of a live run: what its next move (`runs.advance`) has to know, gathered once, and decided nowhere here.

Nothing is gathered past the first obstacle: a question costs, and some questions order something (a sample, a claim on
hosts).
Invariant: a late step is resolved into exact commands in the turn that writes its INTENT, and they are stored with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from remediator.daemon.decide import cases, leavings, rediagnosis
from remediator.daemon.execute import actions, janitor
from remediator.daemon.inhibit import claims as laid_claims
from remediator.daemon.observe import schedule
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Probe
from remediator.model.content.declined import Declined, Refused
from remediator.model.content.judging import State
from remediator.model.content.plans import PlannedStep
from remediator.model.messages.replies import Reach
from remediator.model.people import ENGINE
from remediator.model.records.records import Debt, Run, StepRecord, StepState
from remediator.model.times import rfc3339
from remediator.runs import advance, begin, claims, doubt, ends, machine, settling, verification
from remediator.runs.claims import Claim
from remediator.runs.debts import debts
from remediator.runs.stages import Stage, stage_of
from remediator.safety import gate
from remediator.safety.case import Case
from remediator.safety.guards.vantage import STARTUP_SAMPLES

FRESH_WITHIN_S = 60.0
"""A run whose evidence cannot be gathered again within this is refused."""


def seen(turn: Turn, run: Run) -> advance.Seen:
    """Return what the stage of `run` wants to know."""
    stage, step = stage_of(run), machine.current(run)
    if stage is Stage.UNDONE:
        return None
    if (missing := ends.groundless(run, _ground(turn), turn.now)) is not None:
        return missing
    if stage is Stage.ASKED:
        return _asked(turn, run)
    if stage is Stage.PLANNED:
        return _gate(turn, run)
    if stage is Stage.VERIFYING:
        return _verifying(turn, run)
    return OF_STEP[stage](turn, run, step) if step is not None and stage in OF_STEP else None


def _ground(turn: Turn) -> ends.Ground:
    world = turn.world
    return ends.Ground(
        hosts=world.loaded.inventory.hosts,
        actions=world.loaded.content.actions,
        max_event_age_s=world.loaded.limits.max_event_age_s,
    )


def _asked(turn: Turn, run: Run) -> advance.Asked:
    result = turn.world.samples.results.get((run.plan.check, run.plan.target.text))
    return advance.Asked(ok_since=result.asked_at if result is not None and result.state is State.OK else None)


# before a step --------------------------------------------------------------------------------------------------------


def _gate(turn: Turn, run: Run) -> advance.Gate:
    """Ask the whole gate once evidence younger than the locks is there, and for a run that had begun as much as
    `startup` asks for.

    Such a run would otherwise end with half of it done, for want of a second sample after a restart.
    """
    world = turn.world
    hosts = world.loaded.hosts_read_for(run.plan)
    fresh = rediagnosis.rediagnose(turn, run.plan, run.locked_at, run) is not None and schedule.asked_since(
        turn, hosts, run.locked_at
    )
    grown = run.intent_at is None or all(world.samples.good_samples.get(host, 0) >= STARTUP_SAMPLES for host in hosts)
    waited_s = min(turn.now.since(run.locked_at), turn.now.since(world.setup.started_at))
    if not (fresh and grown) and waited_s <= FRESH_WITHIN_S:
        return advance.Gate()
    verdicts = gate.ask_all(_case(turn, run))
    after = machine.gated(run, verdicts, turn.now)
    step = machine.current(after)
    if after.state.ended or step is None:
        return advance.Gate(verdicts=verdicts)
    return advance.Gate(verdicts=verdicts, before=before(turn, after, step))


def _next(turn: Turn, run: Run, step: StepRecord) -> advance.Next:
    """Ask the guards that stand before each step, once nothing else stands in its way and its evidence is fresh."""
    world = turn.world
    result = world.samples.results.get((run.plan.check, run.plan.target.text))
    noted = begin.noted(run, step, result)
    step = machine.step_of(noted, step.id)
    if machine.approved_as_another(noted) is not None:
        return advance.Next(noted=noted)
    if wanting := actions.waits_for_evidence(turn, noted, step):
        waited_s = turn.now.since(world.waits.for_evidence(noted.id, turn.now))
        return advance.Next(noted=noted, wanting=wanting, waited_s=waited_s)
    world.waits.goes_on(noted.id)
    verdicts = gate.ask_again(_case(turn, noted))
    if not gate.allowed(verdicts):
        return advance.Next(noted=noted, verdicts=verdicts)
    return advance.Next(noted=noted, verdicts=verdicts, before=before(turn, noted, step))


def before(turn: Turn, run: Run, step: StepRecord) -> begin.Before:
    """Return what stands before `step` and those that go side by side with it, which the guards allow.

    Late steps are resolved, and their debts are made out, before any INTENT is written. A run that has not begun and is
    outdated is refused, not held.
    """
    if run.intent_at is None and (why := actions.outdated(turn, run, step)) is not None:
        return begin.Outdated(why=why)
    together = machine.beside(run, step)
    exact = run
    for each in together:
        resolved = actions.resolved(turn, exact, each)
        if isinstance(resolved, Declined):
            return resolved
        exact = resolved
    planned = tuple(machine.planned_of(exact, each) for each in together)
    claim = _claim(turn, run, planned)
    if not isinstance(claim, Claim):
        return claim
    identity = _identity(turn, exact)
    owed: dict[str, Debt] = {}
    for one in planned:
        debt = janitor.owed(turn, exact, one, identity)
        if isinstance(debt, Refused):
            return debt
        if debt is not None:
            owed[one.id] = debt
    marks = {
        each.id: {leavings.RUN: leavings.mark_on(turn.world, run.id, each.commands[0].host)}
        for each in planned
        if each.commands
    }
    return begin.Ready(run=exact, steps=planned, before=identity, marks=marks, debts=owed, claim=claim)


def _claim(turn: Turn, run: Run, steps: Sequence[PlannedStep]) -> Claim | begin.Unclaimed | begin.Stale:
    """Return the claim that `steps` may rest on, or why there is none; it is laid here."""
    changing = [each for each in steps if laid_claims.needs(each)]
    if not changing:
        return claims.nothing(turn.now)
    found = laid_claims.granted(turn, janitor.claimed_as(turn, run), run.plan, changing)
    if not isinstance(found, Claim):
        return begin.Unclaimed(reason=found.reason, first=found.first)
    return begin.stale(run, turn.now) or found


def _identity(turn: Turn, run: Run) -> dict[str, str]:
    """Return the identity that is recorded with the INTENTs of this turn: probes and debts compare with it."""
    result = turn.world.samples.results.get((run.plan.check, run.plan.target.text))
    identity = dict(result.identity) if result is not None else dict(run.plan.identity)
    return identity | {"intent_at": rfc3339(turn.now.wall)}


def _case(turn: Turn, run: Run) -> Case:
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


# of a step that has begun, and of a run that has done all ------------------------------------------------------------


def _sent(turn: Turn, run: Run, step: StepRecord) -> advance.Sent:
    worked_on = (run.id, step.id) in turn.world.pending.working
    return advance.Sent(planned=machine.planned_of(run, step), worked_on=worked_on)


def _lost(turn: Turn, run: Run, step: StepRecord) -> advance.Lost:
    """Ask a fresh reply of the host what became of the step."""
    world = turn.world
    planned = machine.planned_of(run, step)
    action = world.loaded.content.actions.get(step.action)
    known = doubt.Seen(
        host=planned.commands[0].host if planned.commands else planned.host or run.plan.target.hosts[0],
        since=world.pending.searches(run.id, turn.now),
        answer=Probe.UNKNOWN,
        under_way=(run.id, step.id) in world.pending.under_way,
        arrives_s=action.arrives_s if action is not None else 0.0,
    )
    reply = world.samples.facts.reply(known.host)
    if reply is not None and reply.reach is Reach.OK and reply.asked_at.after(known.since):
        release = debts.is_release(run)
        answer = janitor.probe(turn, run, reply) if release else actions.probed(turn, run, step, reply)
        known = replace(known, answer=answer)
    return advance.Lost(planned=planned, seen=known)


def _settling(turn: Turn, run: Run, step: StepRecord) -> advance.Settling:
    """See how far what the step set going has come, by evidence gathered after its OUTCOME."""
    planned = machine.planned_of(run, step)
    fresh = schedule.asked_since(turn, settling.hosts(planned), settling.began(run, step))
    return advance.Settling(planned=planned, seen=actions.seen(turn, run, step) if fresh else None)


OF_STEP: Mapping[Stage, Callable[[Turn, Run, StepRecord], advance.Seen]] = {
    Stage.NEXT: _next,
    Stage.SENT: _sent,
    Stage.LOST: _lost,
    Stage.SETTLING: _settling,
}


def _verifying(turn: Turn, run: Run) -> verification.Seen:
    world = turn.world
    key = (run.plan.verify_check, run.plan.target.text)
    newest, series = world.samples.results.get(key), world.samples.series.get(key)
    runbook, check = (
        world.loaded.content.runbooks.get(run.plan.runbook),
        world.loaded.content.checks.get(run.plan.verify_check),
    )
    failed_when = runbook.verify.failed_when if runbook is not None and check is not None else None
    return verification.Seen(
        newest=newest,
        series=series,
        attempts=check.attempts if check is not None else 0,
        failed=failed_when is not None and newest is not None and failed_when.evaluate(newest.data) is True,
        in_group=bool(cases.groups_of(turn.world, run.plan.target).get(run.plan.target.text)),
    )
