"""Drives every live run one transition further per turn: approval, gate, its steps, verification, end.

Invariant: no run stays for ever: each state has its own limit, at which the run ends with a sentence or is in doubt and pages
(docs/operations.md, "What ends a run").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from remediator.daemon import all_clear, asides, casing, deciding, ending, janitor, observing, poison, stepping
from remediator.daemon.turn import Turn
from remediator.incidents import lifecycle
from remediator.model.judging import CheckResult, State
from remediator.model.records import Run, RunState, StateType, StepState
from remediator.model.verdicts import Verdict, refusals
from remediator.runs import debts, machine
from remediator.runs.machine import Verified
from remediator.safety import gate
from remediator.safety.guard import seconds
from remediator.safety.vantage import STARTUP_SAMPLES

FRESH_WITHIN_S = 60.0
"""A run whose evidence cannot be gathered again within this is refused."""
MOST_TRANSITIONS = 6
"""Of one run in one turn."""
MOST_FAILURES = 5
"""A run whose handling failed as often, with none that worked between, is ended."""
HOPELESS_S = 300.0
"""A check that is CRITICAL for this long without a break after the last step is not being cured, however long `within` is."""


def advance_all(turn: Turn) -> None:
    """Advance every live run as far as what is known allows, begin the releases that are due."""
    only = turn.world.only_target
    for run in list(turn.world.runs.values()):
        if only is None or run.plan.target.text == only:
            poison.bound(turn, asides.About(kind="run", name=run.id), partial(_advance_or_end, turn, run))
    for release in janitor.begin(turn):
        debt = janitor.of_release(turn, release)
        about = asides.About(kind="run", name=release.id) if debt is None else asides.About(kind="debt", name=debt.id)
        poison.bound(turn, about, partial(stepping.intend, turn, release, release.steps[0]))


def _advance_or_end(turn: Turn, run: Run) -> None:
    """Advance `run`; end one whose handling has failed again and again, unless a command of it may be under way."""
    known = turn.world.asides.of(asides.About(kind="run", name=run.id))
    step = machine.current(run)
    open_step = step is not None and step.state not in (StepState.PENDING, StepState.FAILED)
    if known is None or known.times < MOST_FAILURES or open_step:
        _advance_far(turn, run)
        return
    _give_up(turn, run, f"its handling failed {known.times} times: {known.why}")


def _advance_far(turn: Turn, run: Run) -> None:
    """Advance `run` until a transition needs something that is not there yet: steps without a command end at once."""
    for _ in range(MOST_TRANSITIONS):
        _advance(turn, run)
        after = turn.world.runs.get(run.id)
        if after is None or after is run:
            return
        run = after


def _advance(turn: Turn, run: Run) -> None:
    step = machine.current(run)
    if debts.is_release(run) and (step is None or step.state is StepState.PENDING):
        ending.finish(turn, run, *debts.ending(step))
        return
    if step is not None and step.state is StepState.PENDING:
        if (why := _cannot_go_on(turn, run)) is not None:
            _give_up(turn, run, why)
            return
        if (why := _too_old(turn, run)) is not None:
            _give_up(turn, run, why, expired=True)
            return
    if run.state is RunState.WAITING_APPROVAL:
        _wait_for_approval(turn, run)
        return
    if run.state is RunState.PLANNED:
        _gate(turn, run)
        return
    if step is not None and step.state is StepState.IN_DOUBT:
        stepping.probe(turn, run, step)
    elif step is not None and step.state is StepState.INTENT:
        stepping.supervise(turn, run, step)
    elif step is not None and step.state is StepState.SETTLING:
        stepping.watch(turn, run, step)
    elif step is not None and step.state is StepState.FAILED:
        because = ("step", step.id, step.result.partition("\n")[0])
        ending.finish(turn, run, RunState.FAILED, step.result, because=because)
    elif step is not None:
        stepping.go_on(turn, run, step)
    elif run.state is RunState.VERIFYING:
        _verify(turn, run)
    else:
        verifying = machine.verifying(run, turn.now)
        turn.run(verifying)
        turn.audit_run("verifying", verifying, {"check": run.plan.verify_check, "hold_s": run.plan.verify_hold_s})
        ending.incident_follows(turn, verifying)
        deciding.refresh(turn, verifying)


def _cannot_go_on(turn: Turn, run: Run) -> str | None:
    """Return why the next step of `run` cannot even be asked for: what it needs is not there any more."""
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
    return None


def _too_old(turn: Turn, run: Run) -> str | None:
    """Return that `run` was planned too long ago to begin; None when it was not."""
    longest = turn.world.limits.max_event_age_s
    if run.state is RunState.PLANNED and turn.now.at_most_since(run.locked_at) > longest:
        age = seconds(turn.now.at_most_since(run.locked_at))
        return f"expired: it was planned {age} ago, and what is older than {seconds(longest)} starts nothing"
    return None


def _give_up(turn: Turn, run: Run, why: str, *, expired: bool = False) -> None:
    """End a run that cannot go on: refused when nothing of it has begun, else failed, which is for a person."""
    if run.intent_at is None and run.incident is not None:
        turn.world.refused_at[run.incident] = turn.now
    ending.finish(turn, run, RunState.REFUSED if run.intent_at is None else RunState.FAILED, why, expired=expired)


def _wait_for_approval(turn: Turn, run: Run) -> None:
    """End a waiting run whose time is over, whose problem is gone, or of which people were shown another plan."""
    result = turn.world.results.get((run.plan.check, run.plan.target.text))
    expired = run.approval is None or turn.now.after(run.approval.expires_at)
    if expired:
        why = "expired: nobody approved it within 15 minutes"
    elif run.asked_of_another_plan:
        why = "changed: people were asked about another plan than this release would carry out: it is planned anew"
    elif result is not None and result.state is State.OK and result.asked_at.after(run.created_at):
        why = "it is OK again: there is nothing left to approve"
    else:
        return
    if run.incident is not None:
        turn.world.refused_at[run.incident] = turn.now
    ending.finish(turn, run, RunState.REFUSED, why, expired=expired)


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
    verdicts = gate.ask_all(stepping.case_of(turn, run))
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
        all_clear.of_run(turn, gated, told=_refused_after_intent(turn, gated, verdicts))
        observing.forget_left(turn)
        return
    turn.run(gated)
    turn.audit_run("gated", gated, {"verdicts": [verdict.to_json() for verdict in verdicts]})
    step = machine.current(gated)
    if step is not None:
        stepping.intend(turn, gated, step)


def _refused_after_intent(turn: Turn, run: Run, verdicts: Sequence[Verdict]) -> bool:
    """A run that had begun and may not go on is for a person, unless the problem is gone: who knows in what state it left things.

    Return whether a page tells people of that.
    """
    if run.intent_at is None or run.incident is None or (incident := turn.world.incidents.get(run.incident)) is None:
        return False
    turn.incident(lifecycle.after_run(incident, run, ()), "refused", run.reason, run=run.id, rule=run.plan.rule)
    if any(verdict.guard == "already_fixed" and not verdict.allow for verdict in verdicts):
        return False
    incident = turn.world.incidents[incident.id]
    result = turn.world.results.get((incident.check, incident.target.text))
    return deciding.escalate(
        turn,
        incident,
        None,
        f"{run.id} had begun, its command did not arrive, and now it may not go on: {run.reason}",
        result,
    )


def _verify(turn: Turn, run: Run) -> None:
    newest = turn.world.results.get((run.plan.verify_check, run.plan.target.text))
    verdict = machine.judged(run, newest, turn.now)
    if verdict is Verified.HELD:
        ending.finish(
            turn, run, RunState.SUCCEEDED, f"{run.plan.verify_check} is OK and held {run.plan.verify_hold_s:.0f} s"
        )
    elif verdict is Verified.FAILED:
        ending.finish(
            turn, run, RunState.FAILED, f"{run.plan.verify_check} was not OK within {run.plan.verify_within_s:.0f} s"
        )
    elif _is_down_again(turn, run, newest):
        why = f"{run.plan.verify_check} was CRITICAL in {run.bad_samples} samples after the last step, and nothing starts it again"
        ending.finish(turn, run, RunState.FAILED, why)
    elif _lost_again(turn, run):
        said = newest.output if newest is not None else ""
        why = f"{run.plan.verify_check} was OK again, and fell once more in its quiet period, which is another loss: {said}"
        ending.finish(turn, run, RunState.FAILED, why)
    elif (bad_s := _critical_for(turn, run)) > HOPELESS_S:
        why = f"{run.plan.verify_check} has been CRITICAL without a break for {bad_s:.0f} s since the last step"
        ending.finish(turn, run, RunState.FAILED, why)


def _is_down_again(turn: Turn, run: Run, newest: CheckResult | None) -> bool:
    """Return whether the runbook's `failed_when` is true of as many samples after the last step as make a problem HARD."""
    runbook = turn.world.content.runbooks.get(run.plan.runbook)
    check = turn.world.content.checks.get(run.plan.verify_check)
    if runbook is None or runbook.verify.failed_when is None or check is None or newest is None:
        return False
    if newest.state is not State.CRITICAL or run.bad_samples < check.attempts:
        return False
    return runbook.verify.failed_when.evaluate(newest.data) is True


def _lost_again(turn: Turn, run: Run) -> bool:
    """Return whether a member or cluster that had come back is surely lost again: whoever holds its group lets go, and the loss is told."""
    series = turn.world.series.get((run.plan.verify_check, run.plan.target.text))
    if not run.was_ok or series is None or run.verify_from is None or series.bad_since is None:
        return False
    holds_group = bool(casing.groups_of(run.plan.target).get(run.plan.target.text))
    hard = series.state is State.CRITICAL and series.state_type is StateType.HARD
    return holds_group and hard and series.bad_since.after(run.verify_from)


def _critical_for(turn: Turn, run: Run) -> float:
    """Return for how long the verification's check has surely been CRITICAL, counted from the last step on."""
    series = turn.world.series.get((run.plan.verify_check, run.plan.target.text))
    if series is None or series.state is not State.CRITICAL or series.bad_since is None or run.verify_from is None:
        return 0.0
    return min(turn.now.since(series.bad_since), turn.now.since(run.verify_from))
