"""One step of a run: the guards before it, its INTENT, its commands, its OUTCOME, what became of one that was lost, and the wait
until what it set going has come to its end.

Invariants: an `Act` effect is only ever appended in the turn that writes its INTENT, so it cannot leave before that is on disk. A late
step is resolved into exact commands in that same turn, and they are stored with the INTENT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remediator.daemon import casing, claiming, deciding, ending, janitor, leavings, observing, resolving
from remediator.daemon.turn import ENGINE, Turn
from remediator.daemon.wire import Act, CommandsDone
from remediator.incidents import lifecycle
from remediator.model.actions import Effect, Probe
from remediator.model.consent import Ask
from remediator.model.declined import Declined, Refused
from remediator.model.page_keys import PageKey, PageKind
from remediator.model.plans import PlannedStep
from remediator.model.records import Debt, Run, RunState, StepRecord, StepState
from remediator.model.replies import Reach
from remediator.model.times import Instant, rfc3339
from remediator.model.verdicts import Verdict
from remediator.runs import claims, debts, machine
from remediator.runs.claims import Claim
from remediator.safety import gate
from remediator.safety.case import Case
from remediator.store import blobs

PROBE_GRACE_S = 15.0
"""A command that left just before we died may still arrive: "not applied" is believed only after this long."""
PROBE_PATIENCE_S = 60.0
"""A probe that could not answer for this long leaves the run in doubt, and pages."""
LOOK_AGAIN_S = 3.0
STALE_S = 60.0
"""A run whose first claim comes so long after the gate allowed it is asked the whole gate again."""
HELD_PAGE_S = 120.0
LEFT_WITHIN_S = 60.0
"""What a sample shows that was asked for so soon after an OUTCOME is what that left."""
SETTLE_LOOK_S = 1.0
"""While a step settles, its host is looked at again this long after the last look."""
TIMEOUT_GRACE_S = 30.0
"""What a step's supervisor adds to the sum of its commands' limits before it takes the outcome for lost."""


def case_of(turn: Turn, run: Run) -> Case:
    """Return the case of a live run. Between two of its steps, the instance is the one that our own last OUTCOME left."""
    case = casing.build(turn, run.plan, incident=run.incident, actor=run.actor, by_person=run.actor != ENGINE, run=run)
    step = machine.current(run)
    begun = any(each.state is StepState.DONE for each in run.steps)
    if step is None or not begun or not step.before:
        return case
    return replace(
        case, expected_identity={name: step.before[name] for name in run.plan.identity if name in step.before}
    )


def _left_by_us(turn: Turn, run: Run, step: StepRecord) -> Run:
    """Note with the next step what the last OUTCOME left, as the first sample asked for soon after it shows; return the run.

    A sample that came later may show what somebody else did: then the instance of the plan stays the one that is expected.
    """
    outcome = resolving.newest(each.outcome_at for each in run.steps if each.outcome_at)
    result = turn.world.results.get((run.plan.check, run.plan.target.text))
    if not run.plan.identity or step.before or outcome is None or result is None or not result.asked_at.after(outcome):
        return run
    if result.asked_at.at_most_since(outcome) > LEFT_WITHIN_S or not set(run.plan.identity) <= set(result.identity):
        return run
    noted = replace(step, before=dict(result.identity))
    run = replace(run, steps=tuple(noted if each.id == step.id else each for each in run.steps))
    turn.run(run)
    return run


def go_on(turn: Turn, run: Run, step: StepRecord) -> None:
    """Ask the guards that stand before each step again, then write the INTENT; a refusal holds the run."""
    run = _left_by_us(turn, run, step)
    if (changed := machine.approved_as_another(run)) is not None:
        _hold(turn, run, step, machine.held_for(run, changed, turn.now), [])
        return
    if wanting := resolving.waits_for_evidence(turn, run, step):
        since = turn.world.waiting.setdefault(run.id, turn.now)
        if turn.now.since(since) > HELD_PAGE_S:
            reason = f"waits for fresh evidence of {', '.join(wanting)}"
            _hold(turn, run, step, machine.held_for(run, reason, turn.now), [])
        return
    turn.world.waiting.pop(run.id, None)
    verdicts = gate.ask_again(case_of(turn, run))
    if not gate.allowed(verdicts):
        _hold(turn, run, step, machine.held(run, verdicts, turn.now), verdicts)
        return
    intend(turn, run, step)


def _hold(turn: Turn, run: Run, step: StepRecord, held: Run, verdicts: Sequence[Verdict]) -> None:
    """Store that `run` is held before `step`; page when that lasts, at once when a person is asked; give it up in the end."""
    reason = held.reason
    if run.state is not RunState.HELD:
        turn.run(held)
        said = {"step": step.id, "verdicts": [verdict.to_json() for verdict in verdicts], "reason": reason}
        turn.audit_run("held", held, said)
    elif machine.told_anew(run, held):
        turn.run(held)
    if held.asks:
        _ask(turn, held, step)
    since_s = turn.now.since(held.held_since) if held.held_since is not None else 0.0
    if since_s > run.plan.held_at_most_s:
        why = f"held for {run.plan.held_at_most_s:.0f} s before {step.id}: {reason}"
        ending.finish(turn, held, RunState.FAILED, why, because=("held", step.id, *held.because))
    elif since_s > HELD_PAGE_S and not held.asks:
        since = rfc3339(held.held_since.wall) if held.held_since is not None else ""
        turn.page(
            PageKey(PageKind.HELD, run.id, (step.id, since)), f"{run.id} on {run.plan.target} is held", reason, run=held
        )
    resolving.refresh(turn, held)


def _ask(turn: Turn, run: Run, step: StepRecord) -> None:
    """Tell people once for each sentence that a held run needs their yes, and with what."""
    key = PageKey(PageKind.ASKS, run.id, (run.asks_hash[:16],))
    text = f"{run.asks}\nremediator approve {run.id} --plan {run.asks_hash[:12]} --reason ...\nremediator runs cancel {run.id} --reason ..."
    turn.page(key, f"{run.id} on {run.plan.target} needs a person's yes before {step.id}", text, run=run)


def intend(turn: Turn, run: Run, step: StepRecord) -> None:
    """Write the INTENT of `step`, and of those that go side by side with it; their commands leave once that is committed.

    Late steps are resolved first, and what each will owe is made out; what an action refuses now ends the run before any of them
    has begun. One that has nothing to do is done in this turn. A run that has not begun and is outdated is refused, not held.
    """
    if run.intent_at is None and (why := resolving.outdated(turn, run, step)) is not None:
        if run.incident is not None:
            turn.world.refused_at[run.incident] = turn.now
        ending.finish(turn, run, RunState.REFUSED, f"{why}: it has to be planned anew")
        return
    together = machine.beside(run, step)
    before = _before(turn, run)
    for each in together:
        resolved = resolving.resolved(turn, run, each)
        if isinstance(resolved, Declined):
            _declined(turn, run, step, resolved)
            return
        run = resolved
    claim = _claim(turn, run, step, [resolving.planned(run, each) for each in together])
    if claim is None:
        return
    owed: dict[str, Debt] = {}
    for each in together:
        debt = janitor.owed(turn, run, resolving.planned(run, each), before)
        if isinstance(debt, Refused):
            _declined(turn, run, step, debt)
            return
        if debt is not None:
            owed[each.id] = debt
    if run.state is RunState.HELD:
        run = machine.released(run)
    for each in together:
        if each.id in owed:
            janitor.owe(turn, run, owed[each.id])
        run = _begin(turn, run, each, before, claim)
    claiming.used(turn, _subject(turn, run))


def _declined(turn: Turn, run: Run, step: StepRecord, why: Declined) -> None:
    """End `run` where what comes before `step` refuses, hold it where that waits, or asks a person."""
    if isinstance(why, Refused):
        first, *more = why.because
        because = ("refused", step.id, first.partition("\n")[0], *more)
        ending.finish(turn, run, RunState.FAILED, f"{step.id}: {why.reason}", because=because)
        return
    ask = why if isinstance(why, Ask) else None
    reason = why.reason if ask is None else f"it needs a person's yes: {ask.reason}"
    _hold(turn, run, step, machine.held_for(run, reason, turn.now, ask, because=why.because), [])


def _subject(turn: Turn, run: Run) -> str:
    """Return by what name the claim of `run` goes: a release is claimed before it exists, by its debt."""
    debt = janitor.of_release(turn, run) if debts.is_release(run) else None
    return run.id if debt is None else debt.id


def _claim(turn: Turn, run: Run, step: StepRecord, steps: Sequence[PlannedStep]) -> Claim | None:
    """Return the claim that `steps` may rest on; None while there is none, and the run waits for it, or is held."""
    changing = [each for each in steps if claiming.needs(each)]
    if not changing:
        return claims.nothing(turn.now)
    found = claiming.granted(turn, _subject(turn, run), run.plan, changing)
    stored = turn.world.runs[run.id]
    if isinstance(found, Claim):
        held_s = turn.now.since(run.held_since) if run.held_since is not None else 0.0
        if run.intent_at is None and run.state is RunState.HELD and held_s > STALE_S and not debts.is_release(run):
            turn.run(machine.planned_anew(stored, turn.now))
            turn.audit_run("planned_anew", run, {"step": step.id, "held_s": round(held_s, 1)})
            return None
        return found
    if not found.first:
        _hold(turn, stored, step, machine.held_for(stored, found.reason, turn.now), [])
    return None


def _before(turn: Turn, run: Run) -> dict[str, str]:
    """Return the identity that is recorded with the INTENTs of this turn: probes and debts compare with it."""
    result = turn.world.results.get((run.plan.check, run.plan.target.text))
    before = dict(result.identity) if result is not None else dict(run.plan.identity)
    return before | {"intent_at": rfc3339(turn.now.wall)}


def _begin(turn: Turn, run: Run, step: StepRecord, before: dict[str, str], claim: Claim) -> Run:
    """Write one INTENT, which rests on `claim`, and return the run."""
    world = turn.world
    planned = resolving.planned(run, step)
    if planned.commands:
        before = before | {leavings.RUN: leavings.mark_on(world, run.id, planned.commands[0].host)}
    run = machine.intent(run, step.id, before, turn.now)
    turn.run(run)
    commands = [command.to_json() for command in planned.commands]
    body = {"step": step.id, "action": step.action, "effect": planned.effect.value, "commands": commands}
    claimed = {"claimed": list(claim.answered)} if claim.hosts else {}
    turn.audit_run("intent", run, {**body, "before": before, **claimed})
    shown = "; ".join(f"{command.host}: {command.brief}" for command in planned.commands)
    if run.incident is not None and (incident := world.incidents.get(run.incident)) is not None:
        text = shown or f"{step.id}: {planned.summary}"
        turn.incident(lifecycle.curing(incident, run, turn.now), "intent", text, run=run.id, rule=run.plan.rule)
    if not planned.commands:
        return _ended(turn, machine.outcome_of_nothing(run, step.id, turn.now), step.id)
    world.working.add((run.id, step.id))
    world.under_way.add((run.id, step.id))
    turn.effects.append(
        Act(
            run=run.id,
            step=step.id,
            commands=planned.commands,
            not_after=claim.ends(),
            claim=claim,
            known=claiming.told(world),
        )
    )
    return run


def commands_done(turn: Turn, message: CommandsDone) -> None:
    """Take the outcome of a step's commands."""
    world = turn.world
    world.working.discard((message.run, message.step))
    world.under_way.discard((message.run, message.step))
    run = world.runs.get(message.run)
    if run is None:
        return
    step = next((each for each in run.steps if each.id == message.step), None)
    if step is None or step.state is not StepState.INTENT:
        return
    run = machine.outcome(run, step.id, message.done, len(resolving.planned(run, step).commands), turn.now)
    after = next(each for each in run.steps if each.id == step.id)
    repeatable = len(message.done) == 1 or resolving.planned(run, step).effect is Effect.IDEMPOTENT
    if machine.wants_another_claim(after) and repeatable and not debts.is_release(run):
        turn.run(machine.unsent(run, step.id))
        turn.audit_run("not_sent", run, {"step": step.id, "why": after.result})
        return
    if after.state is StepState.IN_DOUBT:
        turn.run(run)
        _doubt(turn, run, after.result)
        return
    _ended(turn, run, step.id)


def _ended(turn: Turn, run: Run, step_id: str) -> Run:
    """Store that the commands of a step ended: what it gives, or that what it set going has yet to come about. Return the run."""
    step = next(each for each in run.steps if each.id == step_id)
    if step.state is StepState.DONE:
        run = resolving.given(turn, run, step)
        step = next(each for each in run.steps if each.id == step_id)
    turn.run(run)
    _record_outcome(turn, run, step)
    if step.state is StepState.SETTLING:
        deciding.refresh(turn, run)
    return run


def _record_outcome(turn: Turn, run: Run, step: StepRecord) -> None:
    turn.world.keep_output(step.output)
    if step.state in (StepState.DONE, StepState.SETTLING):
        janitor.took_effect(turn, run, step)
    body = {
        "step": step.id,
        "state": step.state.value,
        "result": step.result,
        "probe": step.probe,
        "output_sha256": blobs.digest(step.output),
    }
    turn.audit_run("outcome", run, body)
    if run.incident is not None:
        turn.journal.timeline(run.incident, "outcome", f"{step.action}: {step.result}", run=run.id)


def supervise(turn: Turn, run: Run, step: StepRecord) -> None:
    """An INTENT that nobody in this process works on, or whose time is over, has lost its outcome."""
    planned = resolving.planned(run, step)
    key = (run.id, step.id)
    limit = sum(command.timeout_s for command in planned.commands) + TIMEOUT_GRACE_S
    late = step.intent_at is not None and turn.now.since(step.intent_at) > max(limit, planned.timeout_s)
    if key in turn.world.working and not late:
        return
    turn.world.working.discard(key)
    why = "its commands did not end in time" if late else "the daemon ended between its INTENT and its OUTCOME"
    run = machine.in_doubt(run, step.id, why)
    turn.run(run)
    _doubt(turn, run, why)


def _doubt(turn: Turn, run: Run, why: str) -> None:
    """Begin to look for what became of a step whose outcome is lost."""
    turn.world.probing[run.id] = turn.now
    turn.audit_run("outcome_lost", run, {"why": why})
    if run.incident is not None:
        turn.journal.timeline(run.incident, "outcome_lost", f"{why}; a probe will tell", run=run.id)
    deciding.refresh(turn, run)


def probe(turn: Turn, run: Run, step: StepRecord) -> None:
    """Ask a fresh reply of the host what became of the step; without an answer the run is in doubt and keeps asking."""
    world = turn.world
    since = world.probing.setdefault(run.id, turn.now)
    action = world.content.actions.get(step.action)
    planned = resolving.planned(run, step)
    host = planned.commands[0].host if planned.commands else planned.host or run.plan.target.hosts[0]
    reply = world.facts.reply(host)
    answer = Probe.UNKNOWN
    fresh = reply is not None and reply.reach is Reach.OK and reply.asked_at.after(since)
    if debts.is_release(run) and reply is not None and fresh:
        answer = janitor.probe(turn, run, reply)
    elif reply is not None and fresh:
        answer = resolving.probed(turn, run, step, reply)
    arrives_s = action.arrives_s if action is not None else 0.0
    patient = turn.now.since(since) <= PROBE_PATIENCE_S + arrives_s
    early = step.intent_at is not None and turn.now.since(step.intent_at) < PROBE_GRACE_S + arrives_s
    if answer is Probe.NOT_APPLIED and (run.id, step.id) in world.under_way:
        answer = Probe.UNKNOWN
    if answer is Probe.NOT_APPLIED and early:
        answer = Probe.UNKNOWN  # not believed yet, however long a clock that was set back makes that last
    if answer is Probe.UNKNOWN:
        _look_again(turn, host)
        if planned.effect is Effect.OBSERVE:
            _reads_in_vain(turn, run, step, host, since)
            return
        if run.state is not RunState.IN_DOUBT and not patient:
            doubtful = machine.probed(run, step.id, answer, turn.now)
            turn.run(doubtful)
            turn.audit_run("in_doubt", doubtful, {"step": step.id, "reason": doubtful.reason})
            turn.page(
                PageKey(PageKind.IN_DOUBT, run.id, (step.id, str(step.tries))),
                f"{run.id} on {run.plan.target} is in doubt",
                f"{doubtful.reason}; it keeps its locks. Look, then say: remediator runs resolve {run.id} --outcome applied|not-applied --reason ...",
                run=doubtful,
            )
        return
    settle(turn, run, step, answer, by="probe", actor=ENGINE)


def _reads_in_vain(turn: Turn, run: Run, step: StepRecord, host: str, since: Instant) -> None:
    """A step that only reads is never in doubt: it waits for its host, is done again, and in the end of its time has failed."""
    limit_s = resolving.planned(run, step).timeout_s
    if turn.now.since(since) > limit_s:
        turn.world.probing.pop(run.id, None)
        why = f"its answer was lost, and {host} has not been heard of for {limit_s:.0f} s: nothing was changed there"
        _settled(turn, machine.failed(run, step.id, why, turn.now), step.id)


def _look_again(turn: Turn, host: str) -> None:
    reply = turn.world.facts.reply(host)
    if reply is None or turn.now.since(reply.asked_at) > LOOK_AGAIN_S:
        turn.collect(host)


def settle(turn: Turn, run: Run, step: StepRecord, answer: Probe, *, by: str, actor: str) -> Run:
    """Record that `answer` is what became of a step in doubt, and let the run go on from there."""
    planned = resolving.planned(run, step)
    begun = planned.parallel or any(each.state is StepState.DONE for each in run.steps)
    repeatable = (begun and planned.effect is Effect.IDEMPOTENT) or planned.effect is Effect.OBSERVE
    run = machine.probed(run, step.id, answer, turn.now, by=by, repeatable=repeatable)
    after = next(each for each in run.steps if each.id == step.id)
    if after.state is StepState.DONE:
        run = resolving.given(turn, run, after)
        after = next(each for each in run.steps if each.id == step.id)
    turn.run(run)
    turn.world.probing.pop(run.id, None)
    turn.audit_run("probed", run, {"step": step.id, "answer": answer.value, "by": by}, actor=actor)
    if run.incident is not None:
        turn.journal.timeline(run.incident, "probed", f"{step.action}: {answer.value} (by {by})", run=run.id)
    if after.state in (StepState.DONE, StepState.SETTLING, StepState.FAILED):
        _record_outcome(turn, run, after)
    return run


def watch(turn: Turn, run: Run, step: StepRecord) -> None:
    """See how far what a SETTLING step set going has come, by evidence gathered after its OUTCOME."""
    since = step.outcome_at or step.intent_at or run.locked_at
    hosts = tuple(sorted({command.host for command in resolving.planned(run, step).commands}))
    for host in hosts:
        reply = turn.world.facts.reply(host)
        if reply is None or turn.now.since(reply.asked_at) > SETTLE_LOOK_S:
            turn.collect(host)
    seen = resolving.seen(turn, run, step) if observing.asked_since(turn, hosts, since) else None
    if seen is not None and seen.failed:
        _settled(turn, machine.failed(run, step.id, seen.text, turn.now), step.id)
        return
    if seen is not None and seen.again and step.tries < machine.MOST_REPEATS:
        turn.run(machine.again(run, step.id, seen.given))
        turn.audit_run("again", run, {"step": step.id, "why": seen.text})
        if run.incident is not None:
            turn.journal.timeline(run.incident, "again", f"{step.id}: {seen.text}", run=run.id)
        return
    if seen is not None and seen.done:
        _settled(turn, machine.gave(run, step.id, seen.given, seen.text), step.id)
        return
    limit_s = resolving.planned(run, step).timeout_s
    if turn.now.since(since) > limit_s:
        last = seen.text if seen is not None else f"nothing fresh is known of {', '.join(hosts)}"
        why = f"it has not come about within {limit_s:.0f} s: {last}"
        _settled(turn, machine.failed(run, step.id, why, turn.now), step.id)
        return
    if seen is None:
        return
    if (seen.text, dict(seen.given)) != (step.result, dict(step.given)):
        settling = machine.settling(run, step.id, seen.text, seen.given, seen.stage)
        stage = next(each.stage for each in settling.steps if each.id == step.id)
        if stage != step.stage and run.incident is not None:
            turn.journal.timeline(run.incident, "progress", f"{step.id}: {seen.text}", run=run.id)
        turn.run(settling)


def _settled(turn: Turn, run: Run, step_id: str) -> None:
    """Store that a SETTLING step has come to its end."""
    step = next(each for each in run.steps if each.id == step_id)
    turn.run(run)
    turn.audit_run("settled", run, {"step": step.id, "state": step.state.value, "result": step.result})
    if run.incident is not None:
        turn.journal.timeline(run.incident, "settled", f"{step.id}: {step.result}", run=run.id)
    deciding.refresh(turn, run)
