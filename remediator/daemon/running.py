"""Drives every live run one transition further per turn: gate, INTENT, OUTCOME, probe, verification, end.

Invariants: an `Act` effect is only ever appended in the turn that writes its INTENT, so it cannot leave before that is on disk.
No run stays for ever: each state has its own limit, at which the run ends with a sentence or is in doubt and pages
(docs/operations.md, "What ends a run").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from remediator.daemon import casing, deciding, janitor, observing
from remediator.daemon.turn import ENGINE, Turn
from remediator.daemon.wire import Act, CommandsDone
from remediator.incidents import lifecycle
from remediator.model.content import Probe
from remediator.model.judging import State
from remediator.model.records import Run, RunState, StepRecord, StepState
from remediator.model.replies import Reach
from remediator.model.times import Instant, rfc3339
from remediator.model.verdicts import Verdict, refusals
from remediator.runs import debts, machine
from remediator.runs.machine import Verified
from remediator.safety import gate
from remediator.safety.case import Case
from remediator.safety.guard import seconds
from remediator.safety.vantage import STARTUP_SAMPLES
from remediator.store import blobs

FRESH_WITHIN_S = 60.0
"""A run whose evidence cannot be gathered again within this is refused."""
PROBE_GRACE_S = 15.0
"""A command that left just before we died may still arrive: "not applied" is believed only after this long."""
PROBE_PATIENCE_S = 60.0
"""A probe that could not answer for this long leaves the run in doubt, and pages."""
LOOK_AGAIN_S = 3.0
LEAVES_WITHIN_S = 30.0
"""The first command of a step leaves within this of its INTENT, or not at all."""
HELD_PAGE_S = 120.0
LEFT_WITHIN_S = 60.0
"""What a sample shows that was asked for so soon after an OUTCOME is what that left."""
NUMBERS = re.compile(r"[0-9]+")
"""What only counts in the reason of a held run is no other reason."""
HOPELESS_S = 300.0
"""A check that is CRITICAL for this long without a break after the last step is not being cured, however long `within` is."""
TIMEOUT_GRACE_S = 30.0
"""What a step's supervisor adds to the sum of its commands' limits before it takes the outcome for lost."""


def advance_all(turn: Turn) -> None:
    """Advance every live run as far as what is known allows, begin the releases that are due."""
    only = turn.world.only_target
    for run in list(turn.world.runs.values()):
        if only is None or run.plan.target.text == only:
            _advance(turn, run)
    for release in janitor.begin(turn):
        _intend(turn, release, release.steps[0])


def _advance(turn: Turn, run: Run) -> None:
    step = machine.current(run)
    if debts.is_release(run) and (step is None or step.state is StepState.PENDING):
        _end(turn, run, *debts.ending(step))
        return
    if step is not None and step.state is StepState.PENDING and (why := _cannot_go_on(turn, run)) is not None:
        _give_up(turn, run, why)
        return
    if run.state is RunState.WAITING_APPROVAL:
        _wait_for_approval(turn, run)
        return
    if run.state is RunState.PLANNED:
        _gate(turn, run)
        return
    if step is not None and step.state is StepState.IN_DOUBT:
        _probe(turn, run, step)
    elif step is not None and step.state is StepState.INTENT:
        _supervise(turn, run, step)
    elif step is not None and step.state is StepState.FAILED:
        _end(turn, run, RunState.FAILED, step.result)
    elif step is not None:
        _next_step(turn, run, step)
    elif run.state is RunState.VERIFYING:
        _verify(turn, run)
    else:
        verifying = machine.verifying(run, turn.now)
        turn.run(verifying)
        turn.audit_run("verifying", verifying, {"check": run.plan.verify_check, "hold_s": run.plan.verify_hold_s})
        _incident_follows(turn, verifying)
        deciding.refresh(turn, verifying)


def _cannot_go_on(turn: Turn, run: Run) -> str | None:
    """Return why the next step of `run` cannot even be asked for: too old to begin, or what it needs is not there any more."""
    world = turn.world
    left = [host for host in run.plan.touches if host not in world.inventory.hosts]
    if left:
        return f"{left[0]} left the inventory: nothing more is done there"
    if not debts.is_release(run):
        unknown = [
            step.action
            for step in run.steps
            if step.state is StepState.PENDING and step.action not in world.content.actions
        ]
        if unknown:
            return f"the action {unknown[0]} is not there any more: what became of it could not be told"
    longest = world.limits.max_event_age_s
    if run.state is RunState.PLANNED and turn.now.at_most_since(run.locked_at) > longest:
        age = seconds(turn.now.at_most_since(run.locked_at))
        return f"expired: it was planned {age} ago, and what is older than {seconds(longest)} starts nothing"
    return None


def _give_up(turn: Turn, run: Run, why: str) -> None:
    """End a run that cannot go on: refused when nothing of it has begun, else failed, which is for a person."""
    if run.intent_at is None and run.incident is not None:
        turn.world.refused_at[run.incident] = turn.now
    _end(turn, run, RunState.REFUSED if run.intent_at is None else RunState.FAILED, why)


def _wait_for_approval(turn: Turn, run: Run) -> None:
    """End a waiting run whose time is over, or whose problem is gone."""
    result = turn.world.results.get((run.plan.check, run.plan.target.text))
    if run.approval is None or turn.now.after(run.approval.expires_at):
        why = "expired: nobody approved it within 15 minutes"
    elif result is not None and result.state is State.OK and result.asked_at.after(run.created_at):
        why = "it is OK again: there is nothing left to approve"
    else:
        return
    if run.incident is not None:
        turn.world.refused_at[run.incident] = turn.now
    _end(turn, run, RunState.REFUSED, why)


def _gate(turn: Turn, run: Run) -> None:
    """Ask the whole gate once evidence younger than the locks is there, and for a run that had begun as much as `startup` asks for.

    Such a run would otherwise end with half of it done, for want of a second sample after a restart.
    """
    world = turn.world
    check = world.content.checks.get(run.plan.check)
    hosts = world.evidence_hosts(check, run.plan.target) if check is not None else run.plan.target.hosts
    fresh = casing.rediagnosis(turn, run.plan, run.locked_at, run) is not None and observing.asked_since(
        turn, hosts, run.locked_at
    )
    grown = run.intent_at is None or all(world.good_samples.get(host, 0) >= STARTUP_SAMPLES for host in hosts)
    waited_s = min(turn.now.since(run.locked_at), turn.now.since(world.started_at))
    if not (fresh and grown) and waited_s <= FRESH_WITHIN_S:
        return
    verdicts = gate.ask_all(_case(turn, run))
    gated = machine.gated(run, verdicts, turn.now)
    if gated.state is RunState.REFUSED:
        for verdict in refusals(verdicts):
            world.count("refusals", guard=verdict.guard)
            if run.incident is not None:
                turn.journal.timeline(
                    run.incident, "refused", verdict.reason, run=run.id, rule=run.plan.rule, guard=verdict.guard
                )
        turn.run(gated)
        turn.audit_run(
            "refused", gated, {"verdicts": [verdict.to_json() for verdict in verdicts], "reason": gated.reason}
        )
        if gated.incident is not None:
            world.refused_at[gated.incident] = turn.now
        _refused_after_intent(turn, gated, verdicts)
        observing.forget_left(turn)
        return
    turn.run(gated)
    turn.audit_run("gated", gated, {"verdicts": [verdict.to_json() for verdict in verdicts]})
    step = machine.current(gated)
    if step is not None:
        _intend(turn, gated, step)


def _case(turn: Turn, run: Run) -> Case:
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
    outcome = max((each.outcome_at for each in run.steps if each.outcome_at), key=lambda at: at.wall, default=None)
    result = turn.world.results.get((run.plan.check, run.plan.target.text))
    if step.before or outcome is None or result is None or not result.asked_at.after(outcome):
        return run
    if result.asked_at.at_most_since(outcome) > LEFT_WITHIN_S or not set(run.plan.identity) <= set(result.identity):
        return run
    noted = replace(step, before=dict(result.identity))
    run = replace(run, steps=tuple(noted if each.id == step.id else each for each in run.steps))
    turn.run(run)
    return run


def _refused_after_intent(turn: Turn, run: Run, verdicts: Sequence[Verdict]) -> None:
    """A run that had begun and may not go on is for a person, unless the problem is gone: who knows in what state it left things."""
    if run.intent_at is None or run.incident is None or (incident := turn.world.incidents.get(run.incident)) is None:
        return
    turn.incident(lifecycle.after_run(incident, run, ()), "refused", run.reason, run=run.id, rule=run.plan.rule)
    if any(verdict.guard == "already_fixed" and not verdict.allow for verdict in verdicts):
        return
    incident = turn.world.incidents[incident.id]
    result = turn.world.results.get((incident.check, incident.target.text))
    deciding.escalate(
        turn,
        incident,
        None,
        f"{run.id} had begun, its command did not arrive, and now it may not go on: {run.reason}",
        result,
    )


def _next_step(turn: Turn, run: Run, step: StepRecord) -> None:
    """Ask the guards that stand before each step again, then write the INTENT; a refusal holds the run."""
    run = _left_by_us(turn, run, step)
    verdicts = gate.ask_again(_case(turn, run))
    if not gate.allowed(verdicts):
        held = machine.held(run, verdicts, turn.now)
        if run.state is RunState.HELD and NUMBERS.sub("", held.reason) != NUMBERS.sub("", run.reason):
            turn.run(held)
        if run.state is not RunState.HELD:
            turn.run(held)
            turn.audit_run(
                "held",
                held,
                {"step": step.id, "verdicts": [verdict.to_json() for verdict in verdicts], "reason": held.reason},
            )
        elif held.held_since is not None and turn.now.since(held.held_since) > run.plan.held_at_most_s:
            _end(
                turn, held, RunState.FAILED, f"held for {run.plan.held_at_most_s:.0f} s before {step.id}: {held.reason}"
            )
        elif held.held_since is not None and turn.now.since(held.held_since) > HELD_PAGE_S:
            turn.page(f"{run.id}:held", f"{run.id} on {run.plan.target} is held", held.reason, run=held)
        return
    if run.state is RunState.HELD:
        run = machine.released(run)
    _intend(turn, run, step)


def _intend(turn: Turn, run: Run, step: StepRecord) -> None:
    """Write the INTENT of `step` and let its commands leave once that is committed."""
    world = turn.world
    planned = next(each for each in run.plan.steps if each.id == step.id)
    result = world.results.get((run.plan.check, run.plan.target.text))
    before = dict(result.identity) if result is not None else dict(run.plan.identity)
    before["intent_at"] = rfc3339(turn.now.wall)
    if (why := janitor.owe(turn, run, planned, before)) is not None:
        _end(turn, run, RunState.FAILED, why)
        return
    run = machine.intent(run, step.id, before, turn.now)
    turn.run(run)
    commands = [command.to_json() for command in planned.commands]
    turn.audit_run(
        "intent",
        run,
        {
            "step": step.id,
            "action": step.action,
            "effect": planned.effect.value,
            "commands": commands,
            "before": before,
        },
    )
    world.working.add((run.id, step.id))
    world.under_way.add((run.id, step.id))
    latest = Instant(
        turn.now.wall + timedelta(seconds=LEAVES_WITHIN_S), turn.now.boot_s + LEAVES_WITHIN_S, turn.now.boot_id
    )
    turn.effects.append(Act(run=run.id, step=step.id, commands=planned.commands, not_after=latest))
    if run.incident is not None and (incident := world.incidents.get(run.incident)) is not None:
        shown = "; ".join(f"{command.host}: {command.line()}" for command in planned.commands)
        turn.incident(lifecycle.curing(incident, run, turn.now), "intent", shown, run=run.id, rule=run.plan.rule)


def commands_done(turn: Turn, message: CommandsDone) -> None:
    """Take the outcome of a step's commands."""
    world = turn.world
    world.working.discard((message.run, message.step))
    world.under_way.discard((message.run, message.step))
    run = world.runs.get(message.run)
    if run is None:
        return
    step = machine.current(run)
    if step is None or step.id != message.step or step.state is not StepState.INTENT:
        return
    planned = next(each for each in run.plan.steps if each.id == step.id)
    run = machine.outcome(run, step.id, message.done, len(planned.commands), turn.now)
    after = next(each for each in run.steps if each.id == step.id)
    turn.run(run)
    if after.state is StepState.IN_DOUBT:
        _doubt(turn, run, after.result)
        return
    _record_outcome(turn, run, after)


def _record_outcome(turn: Turn, run: Run, step: StepRecord) -> None:
    turn.world.keep_output(step.output)
    if step.state is StepState.DONE:
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


def _supervise(turn: Turn, run: Run, step: StepRecord) -> None:
    """An INTENT that nobody in this process works on, or whose time is over, has lost its outcome."""
    planned = next(each for each in run.plan.steps if each.id == step.id)
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


def _probe(turn: Turn, run: Run, step: StepRecord) -> None:
    """Ask a fresh reply of the host what became of the step; without an answer the run is in doubt and keeps asking."""
    world = turn.world
    since = world.probing.setdefault(run.id, turn.now)
    action = world.content.actions.get(step.action)
    planned = next(each for each in run.plan.steps if each.id == step.id)
    host = planned.commands[0].host if planned.commands else run.plan.target.hosts[0]
    reply = world.facts.reply(host)
    answer = Probe.UNKNOWN
    fresh = reply is not None and reply.reach is Reach.OK and reply.asked_at.after(since)
    if debts.is_release(run) and reply is not None and fresh:
        answer = janitor.probe(turn, run, reply)
    elif action is not None and reply is not None and fresh:
        answer = action.probe(step.before, reply, run.plan.target)
    patient = turn.now.since(since) <= PROBE_PATIENCE_S
    early = step.intent_at is not None and turn.now.since(step.intent_at) < PROBE_GRACE_S
    if answer is Probe.NOT_APPLIED and (run.id, step.id) in world.under_way:
        answer = Probe.UNKNOWN
    if answer is Probe.NOT_APPLIED and early:
        answer = Probe.UNKNOWN  # not believed yet, however long a clock that was set back makes that last
    if answer is Probe.UNKNOWN:
        _look_again(turn, host)
        if run.state is not RunState.IN_DOUBT and not patient:
            doubtful = machine.probed(run, step.id, answer, turn.now)
            turn.run(doubtful)
            turn.audit_run("in_doubt", doubtful, {"step": step.id, "reason": doubtful.reason})
            turn.page(
                f"{run.id}:in_doubt",
                f"{run.id} on {run.plan.target} is in doubt",
                f"{doubtful.reason}; it keeps its locks. Look, then say: remediator runs resolve {run.id} --outcome applied|not-applied --reason ...",
                run=doubtful,
            )
        return
    settle(turn, run, step, answer, by="probe", actor=ENGINE)


def _look_again(turn: Turn, host: str) -> None:
    reply = turn.world.facts.reply(host)
    if reply is None or turn.now.since(reply.asked_at) > LOOK_AGAIN_S:
        turn.collect(host)


def settle(turn: Turn, run: Run, step: StepRecord, answer: Probe, *, by: str, actor: str) -> Run:
    """Record that `answer` is what became of a step in doubt, and let the run go on from there."""
    run = machine.probed(run, step.id, answer, turn.now, by=by)
    turn.run(run)
    turn.world.probing.pop(run.id, None)
    after = next(each for each in run.steps if each.id == step.id)
    turn.audit_run("probed", run, {"step": step.id, "answer": answer.value, "by": by}, actor=actor)
    if run.incident is not None:
        turn.journal.timeline(run.incident, "probed", f"{step.action}: {answer.value} (by {by})", run=run.id)
    if after.state is StepState.DONE:
        _record_outcome(turn, run, after)
    return run


def _verify(turn: Turn, run: Run) -> None:
    newest = turn.world.results.get((run.plan.verify_check, run.plan.target.text))
    verdict = machine.judged(run, newest, turn.now)
    if verdict is Verified.HELD:
        _end(turn, run, RunState.SUCCEEDED, f"{run.plan.verify_check} is OK and held {run.plan.verify_hold_s:.0f} s")
    elif verdict is Verified.FAILED:
        _end(turn, run, RunState.FAILED, f"{run.plan.verify_check} was not OK within {run.plan.verify_within_s:.0f} s")
    elif (bad_s := _critical_for(turn, run)) > HOPELESS_S:
        why = f"{run.plan.verify_check} has been CRITICAL without a break for {bad_s:.0f} s since the last step"
        _end(turn, run, RunState.FAILED, why)


def _critical_for(turn: Turn, run: Run) -> float:
    """Return for how long the verification's check has surely been CRITICAL, counted from the last step on."""
    series = turn.world.series.get((run.plan.verify_check, run.plan.target.text))
    if series is None or series.state is not State.CRITICAL or series.bad_since is None or run.verify_from is None:
        return 0.0
    return min(turn.now.since(series.bad_since), turn.now.since(run.verify_from))


def _end(turn: Turn, run: Run, state: RunState, reason: str) -> None:
    """End `run`, and let its incident follow: resolved, the next rung, or a human."""
    end(turn, machine.ended(run, state, reason, turn.now), ENGINE)


def end(turn: Turn, ended: Run, actor: str) -> None:
    world = turn.world
    turn.run(ended)
    turn.audit_run(ended.state.value, ended, {"reason": ended.reason}, actor=actor)
    if debts.is_release(ended):
        janitor.release_ended(turn, ended)
        return
    if ended.incident is None and ended.state is RunState.FAILED:
        turn.page(
            f"{ended.id}:failed",
            f"{ended.id}: {ended.plan.runbook} on {ended.plan.target} failed",
            ended.reason,
            run=ended,
        )
    if ended.incident is None or (incident := world.incidents.get(ended.incident)) is None:
        return
    rule = world.content.rules.get(ended.plan.rule) if ended.plan.rule else None
    after = lifecycle.after_run(incident, ended, rule.run if rule is not None else ())
    if ended.state is RunState.SUCCEEDED:
        turn.incident(
            after, "resolved", f"cured by {ended.plan.runbook}: {ended.reason}", run=ended.id, rule=ended.plan.rule
        )
    elif ended.state is RunState.FAILED:
        turn.incident(after, "run_failed", ended.reason, run=ended.id, rule=ended.plan.rule)
        if lifecycle.next_rung(after, rule.run if rule is not None else ()) is None:
            result = world.results.get((incident.check, incident.target.text))
            turn.unacked(after, f"{ended.plan.runbook} did not cure it: {ended.reason}")
            deciding.escalate(turn, after, rule, f"{ended.plan.runbook} did not cure it: {ended.reason}", result)
    else:
        turn.incident(after, ended.state.value, ended.reason, run=ended.id, rule=ended.plan.rule)
    observing.forget_left(turn)


def _incident_follows(turn: Turn, run: Run) -> None:
    if run.incident is not None and (incident := turn.world.incidents.get(run.incident)) is not None:
        turn.incident(
            lifecycle.verifying(incident),
            "verifying",
            f"{run.plan.verify_check} must hold {run.plan.verify_hold_s:.0f} s",
            run=run.id,
        )
