"""What a step needs of its run: its exact commands once the earlier steps have told, what it gives, whether its effect
came about.

Gathers for the pure functions of its action, and judges nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from remediator.daemon.decide import leavings
from remediator.daemon.observe import marks
from remediator.daemon.turn import poison
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import ActionSpec, Probe, Settled, StepInput
from remediator.model.content.consent import NOTHING_MORE
from remediator.model.content.declined import Declined, Refused, Wait
from remediator.model.content.plans import PlannedStep
from remediator.model.messages.replies import HostReply
from remediator.model.records.records import Run, RunState, StepRecord, StepState
from remediator.runs import machine
from remediator.runs.plans import planning


def waits_for_evidence(turn: Turn, run: Run, step: StepRecord) -> list[str]:
    """Return the hosts whose fresh evidence `step` has to wait for; it is asked for here."""
    outcome = machine.last_effect(run)
    if not machine.planned_of(run, step).fresh or outcome is None:
        return []
    limit_s = turn.world.loaded.limits.evidence_age_s[run.plan.risk]
    wanting = []
    for host in turn.world.loaded.hosts_read_for(run.plan):
        reply = turn.world.samples.facts.reply(host)
        if reply is None or not reply.asked_at.after(outcome) or turn.now.at_most_since(reply.asked_at) > limit_s:
            turn.collect(host)
            wanting.append(host)
    return wanting


def order(turn: Turn, run: Run, step: StepRecord) -> StepInput | Refused:
    """Return what the action of `step` is built from now; refuse when its host is gone."""
    world = turn.world
    wanted = machine.planned_of(run, step)
    name = wanted.host or run.plan.target.hosts[0]
    host = world.loaded.inventory.hosts.get(name)
    if host is None:
        return Refused(f"{name} is not in the inventory")
    result = world.samples.results.get((run.plan.check, run.plan.target.text))
    action = world.loaded.content.actions.get(step.action)
    results = {each.id: each.given for each in run.steps if each.state is StepState.DONE}
    yes = run.approval if run.approval is not None and run.approval.approved_by is not None else None
    return StepInput(
        target=run.plan.target,
        host=host,
        data=result.data if result is not None else {},
        run=run.id,
        mark=world.health.identity.mark(run.id),
        older_marks=leavings.older_marks(world, run.id),
        approved=yes is not None,
        covers=yes.covers if yes is not None else NOTHING_MORE,
        consent=run.consent,
        bound=planning.bound(
            run.plan, wanted, action.needs if action is not None else (), world.loaded.content.actions, results
        ),
        evidence=marks.evidence_of(world, run.plan.check, turn.world.loaded.hosts_read_for(run.plan), turn.now),
    )


def outdated(turn: Turn, run: Run, step: StepRecord) -> str | None:
    """Return why a late step may not be built now: its plan, and the yes to it, are of other content or settings than
    loaded.

    A step whose commands are stored with the plan goes on, whatever was loaded since.
    """
    then, now = run.plan.content_version, turn.world.loaded.content.version
    if then == now or not machine.planned_of(run, step).late:
        return None
    return (
        f"it was planned under other content or settings ({then[:12]}, now {now[:12]}), and {step.id} would "
        f"be built from ours"
    )


def resolved(turn: Turn, run: Run, step: StepRecord) -> Run | Declined:
    """Return the run with the exact commands of a late step in its plan; the plan's hash does not change by that.

    Else what its action declines with; a wait when the action stumbles or the plan is `outdated`.
    """
    wanted = machine.planned_of(run, step)
    action = turn.world.loaded.content.actions.get(step.action)
    if not wanted.late or action is None:
        return run
    if (why := outdated(turn, run, step)) is not None:
        return Wait(
            f"{why}: put them back, and it goes on; or end it, and the rest is yours: remediator runs "
            f"cancel {run.id} --reason ..."
        )
    asked = order(turn, run, step)
    if isinstance(asked, Refused):
        return asked
    try:
        built = action.when.commands(asked)
        if isinstance(built, Declined):
            return built
        if (strange := action.strays(built, run.plan.target.hosts)) is not None:
            what = f"{step.action} would run on {strange.host} what no yes to its plan covers: {strange.brief}"
            return Refused(what)
        exact = replace(wanted, commands=built, timeout_s=_limit(action, asked, wanted))
    except Exception as error:  # noqa: BLE001 - see poison.action_failed
        said = poison.action_failed(turn, step.action, "commands", error, run.id)
        return Wait(said, code=("stumbled", step.action, type(error).__name__))
    steps = tuple(exact if each.id == exact.id else each for each in run.plan.steps)
    return replace(run, plan=replace(run.plan, steps=steps))


def _limit(action: ActionSpec, asked: StepInput, wanted: PlannedStep) -> float:
    if action.settle is None or action.settle.limit_s is None:
        return wanted.timeout_s
    return max(wanted.timeout_s, action.settle.limit_s(asked))


def given(turn: Turn, run: Run, step: StepRecord) -> Run:
    """Return the run after the commands of `step` ended well: what it gives, or SETTLING where its effect takes its
    time."""
    action = turn.world.loaded.content.actions.get(step.action)
    if action is None:
        return run
    gives = _gives(turn, run, step, action)
    if isinstance(gives, Refused):
        return machine.failed(run, step.id, gives.reason, turn.now)
    settle = action.settle
    waits = settle is not None and (settle.begins is None or settle.begins(gives))
    if waits and machine.planned_of(run, step).commands:
        return machine.settling(run, step.id, step.result, {**step.given, **gives})
    return machine.gave(run, step.id, gives, step.result)


def _gives(turn: Turn, run: Run, step: StepRecord, action: ActionSpec) -> Mapping[str, Any] | Refused:
    if action.gives is None:
        return {}
    try:
        asked = order(turn, run, step)
        return asked if isinstance(asked, Refused) else action.gives.told(asked, step.output)
    except Exception as error:  # noqa: BLE001 - see poison.action_failed
        return Refused(poison.action_failed(turn, step.action, "result", error, run.id))


def seen(turn: Turn, run: Run, step: StepRecord) -> Settled:
    """Return how far what `step` set going has come. An action that cannot tell has not seen its end."""
    action = turn.world.loaded.content.actions.get(step.action)
    if action is None or action.settle is None:
        return Settled(text=f"the action {step.action} is not there any more: nobody can tell when it is over")
    try:
        asked = order(turn, run, step)
        if isinstance(asked, Refused):
            return Settled(text=asked.reason, given=step.given)
        return action.settle.seen(asked, step.given)
    except Exception as error:  # noqa: BLE001 - see poison.action_failed
        text = poison.action_failed(turn, step.action, "settled", error, run.id)
        return Settled(text=text, given=step.given)


def probed(turn: Turn, run: Run, step: StepRecord, reply: HostReply) -> Probe:
    """Return what a fresh `reply` proves about a step whose outcome was lost. An action that cannot tell leaves it
    UNKNOWN."""
    action = turn.world.loaded.content.actions.get(step.action)
    if action is None:
        return Probe.UNKNOWN
    try:
        return action.probe(step.before, reply, run.plan.target)
    except Exception as error:  # noqa: BLE001 - see poison.action_failed
        if run.state is not RunState.IN_DOUBT:
            poison.action_failed(turn, step.action, "probe", error, run.id)
        return Probe.UNKNOWN
