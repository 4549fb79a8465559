"""Requests about plans and runs: plan, execute, resolve, cancel."""

from __future__ import annotations

from typing import Any

from remediator.daemon.decide import cases, start
from remediator.daemon.execute import outcomes, transitions
from remediator.daemon.state.wire import Asked
from remediator.daemon.turn.answers import DONE, FAILED, REFUSED, USAGE, near, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Probe
from remediator.model.content.declined import Refused
from remediator.model.content.plans import Plan
from remediator.model.messages.control import Answer
from remediator.model.records.records import RunState, StepState
from remediator.model.records.verdicts import Verdict, refusals
from remediator.runs import ends, machine
from remediator.runs.plans import planning
from remediator.safety import gate


def _planned(turn: Turn, asked: Asked) -> tuple[Plan, tuple[Verdict, ...], str | None] | Answer:
    world = turn.world
    runbook = world.loaded.content.runbooks.get(text(asked.args, "runbook"))
    wanted = world.names.target(text(asked.args, "target"), world.loaded.integrations.kinds)
    if runbook is None:
        return Answer(
            exit=USAGE,
            error=f"there is no runbook {text(asked.args, 'runbook')!r}; known: "
            f"{', '.join(sorted(world.loaded.content.runbooks))}",
        )
    result = world.samples.results.get((runbook.verify.check, wanted))
    if result is None:
        known = sorted(target for check, target in world.samples.results if check == runbook.verify.check)
        hint = world.names.doubt(wanted) or near(wanted, known)
        why = f"{runbook.verify.check} knows no target {wanted!r}{hint}; `remediator check` lists them"
        return Answer(exit=USAGE, error=why)
    incident = next(
        (
            each
            for each in world.durable.incidents.values()
            if each.target.text == wanted and each.check == runbook.verify.check
        ),
        None,
    )
    plan = planning.build(
        runbook,
        target=result.target,
        data=result.data,
        identity=result.identity,
        inventory=world.loaded.inventory,
        rule=None,
        check=runbook.verify.check,
        quiet_s=world.loaded.limits.quiet_s[runbook.risk],
        content_version=world.loaded.content.version,
    )
    if isinstance(plan, Refused):
        return Answer(exit=REFUSED, error=plan.reason)
    incident_id = incident.id if incident is not None else None
    case = cases.build(turn, plan, incident=incident_id, actor=asked.actor.name, by_person=True, run=None)
    return plan, gate.ask_before_lock(case), incident_id


def plan(turn: Turn, asked: Asked) -> Answer:
    made = _planned(turn, asked)
    if isinstance(made, Answer):
        return made
    plan, verdicts, _ = made
    shown = {"plan": plan.to_json(), "verdicts": [verdict.to_json() for verdict in verdicts]}
    return Answer(exit=DONE, data={**shown, "now": _now(turn, plan)})


def _now(turn: Turn, plan: Plan) -> dict[str, Any] | None:
    """Return how the check that would verify `plan` finds its target now; None when it has not looked."""
    result = turn.world.samples.results.get((plan.verify_check, plan.target.text))
    return None if result is None else {"check": result.check, "state": result.state.name, "output": result.output}


def execute(turn: Turn, asked: Asked) -> Answer:
    made = _planned(turn, asked)
    if isinstance(made, Answer):
        return made
    plan, verdicts, incident = made
    refused = refusals(verdicts)
    shown = {"plan": plan.to_json(), "verdicts": [verdict.to_json() for verdict in verdicts]}
    reason = text(asked.args, "reason")
    turn.journal.audit(
        "execute",
        asked.actor.name,
        {"runbook": plan.runbook, "target": plan.target.text, "reason": reason, "refused": bool(refused)},
        incident=incident,
    )
    if [verdict.guard for verdict in refused] == ["approval"]:
        run = start.ask_for_approval(
            turn,
            plan,
            incident=incident,
            actor=asked.actor.name,
            requested_by=asked.actor.name,
            asked_as=asked.actor.accounts,
        )
        return Answer(exit=DONE, data={"run": run.id, "waits": "approval", **shown})
    if refused:
        return Answer(
            exit=REFUSED, data=shown, error="; ".join(f"{verdict.guard}: {verdict.reason}" for verdict in refused)
        )
    run = start.start(turn, plan, incident=incident, actor=asked.actor.name, asked_as=asked.actor.accounts)
    return Answer(exit=DONE, data={"run": run.id, **shown})


def resolve(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    words = {"applied": Probe.APPLIED, "not-applied": Probe.NOT_APPLIED}
    outcome = words.get(text(asked.args, "outcome"))
    if outcome is None:
        return Answer(exit=USAGE, error="--outcome is applied or not-applied")
    run = turn.world.durable.runs.get(text(asked.args, "run"))
    if run is None:
        return Answer(exit=USAGE, error=f"there is no live run {text(asked.args, 'run')!r}")
    step = machine.current(run)
    if step is None or step.state is not StepState.IN_DOUBT:
        return Answer(exit=FAILED, error=f"{run.id} is {run.state.value}: nothing in it is in doubt")
    turn.journal.audit(
        "resolve",
        asked.actor.name,
        {"outcome": outcome.value, "reason": text(asked.args, "reason")},
        run=run.id,
        incident=run.incident,
    )
    after = outcomes.settle(turn, run, step, outcome, asked.actor.name)
    return Answer(exit=DONE, data={"run": after.id, "state": after.state.value})


def cancel(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    run = turn.world.durable.runs.get(text(asked.args, "run"))
    if run is None:
        return Answer(exit=USAGE, error=f"there is no live run {text(asked.args, 'run')!r}")
    step = machine.current(run)
    if step is not None and step.state in (StepState.INTENT, StepState.IN_DOUBT):
        return Answer(
            exit=FAILED,
            error=f"{run.id} has a step between INTENT and OUTCOME: it can be resolved (remediator runs "
            f"resolve), not cancelled",
        )
    reason = f"cancelled by {asked.actor.name}: {text(asked.args, 'reason')}"
    transitions.apply(turn, ends.ended(run, RunState.CANCELLED, reason, turn.now, actor=asked.actor.name))
    return Answer(exit=DONE, data={"run": run.id, "state": "cancelled"})
