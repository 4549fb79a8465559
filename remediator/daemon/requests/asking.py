"""What people ask on the control socket. Each answer leaves only after the turn that made it true is committed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from remediator.daemon.decide import casing, deciding
from remediator.daemon.execute import applying, stepping
from remediator.daemon.observe import observing
from remediator.daemon.requests import (
    accepting,
    acks,
    approving,
    brakes,
    downtimes,
    pauses,
    restores,
    showing,
    silences,
    wraps,
)
from remediator.daemon.turn.answers import DONE, FAILED, REFUSED, USAGE, near, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.daemon.turn.wire import Asked, Reload
from remediator.incidents import lifecycle
from remediator.model.actions import Probe
from remediator.model.control import Answer
from remediator.model.declined import Refused
from remediator.model.judging import CheckResult
from remediator.model.plans import Plan
from remediator.model.records import RunState, StepState
from remediator.model.times import Instant
from remediator.model.verdicts import Verdict, refusals
from remediator.runs import ends, machine, planning
from remediator.safety import gate

CHECK_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCheck:
    """A `check --live` that waits for its hosts' fresh replies."""

    answer: Future[Answer]
    names: tuple[str, ...]
    target: str | None
    hosts: tuple[str, ...]
    since: Instant


def handle(turn: Turn, asked: Asked) -> Answer | None:
    """Return the answer to `asked`; None when it comes later."""
    handler = _HANDLERS.get(asked.op)
    if handler is None:
        return Answer(exit=USAGE, error=f"the daemon knows no request {asked.op!r}")
    return handler(turn, asked)


# looking ----------------------------------------------------------------------------------------------------------


def _chosen(turn: Turn, args: Mapping[str, Any]) -> tuple[tuple[str, ...], str | None]:
    names = tuple(str(name) for name in args.get("names") or ())
    target = args.get("target")
    return names, turn.world.names.target(str(target), turn.world.loaded.integrations.kinds) if target else None


def matching(turn: Turn, names: tuple[str, ...], target: str | None) -> list[CheckResult]:
    """Return the newest results of the named checks (all when none is named) for one target, or for all."""
    return [
        result
        for (check, text), result in turn.world.samples.results.items()
        if (not names or check in names) and (target is None or text == target)
    ]


def _check(turn: Turn, asked: Asked) -> Answer | None:
    names, target = _chosen(turn, asked.args)
    hosts: set[str] = set()
    for check in turn.world.loaded.checks():
        if names and check.name not in names:
            continue
        known = [
            result.target
            for (name, text), result in turn.world.samples.results.items()
            if name == check.name and text == target
        ]
        hosts.update(
            turn.world.loaded.evidence_hosts(check, known[0])
            if known
            else turn.world.loaded.check_hosts(check)
            if target is None
            else ()
        )
    if not hosts:
        return Answer(exit=USAGE, error="no check matches")
    for host in hosts:
        turn.collect(host)
    waiting = WaitingCheck(answer=asked.answer, names=names, target=target, hosts=tuple(sorted(hosts)), since=turn.now)
    turn.world.pending.check_waits(waiting)
    return None


def answer_checks(turn: Turn) -> None:
    """Answer the waiting checks whose replies are all there, or whose patience is over."""
    pending = turn.world.pending
    for waiting in pending.waiting_checks:
        took_s = turn.now.since(waiting.since)
        if not observing.asked_since(turn, waiting.hosts, waiting.since) and took_s < CHECK_PATIENCE_S:
            continue
        pending.check_answered(waiting)
        found = matching(turn, waiting.names, waiting.target)
        shown = showing.check(turn.world, found, turn.now, took_s * 1000)
        turn.answers.append((waiting.answer, Answer(exit=DONE, data=shown)))


def _results(turn: Turn, asked: Asked) -> Answer:
    names, target = _chosen(turn, asked.args)
    return Answer(exit=DONE, data=showing.check(turn.world, matching(turn, names, target), turn.now, 0.0, cached=True))


def _status(turn: Turn, asked: Asked) -> Answer:
    return Answer(exit=DONE, data=showing.status(turn.world, turn.now))


# plans and runs ---------------------------------------------------------------------------------------------------


def _planned(turn: Turn, asked: Asked) -> tuple[Plan, tuple[Verdict, ...], str | None] | Answer:
    world = turn.world
    runbook = world.loaded.content.runbooks.get(text(asked.args, "runbook"))
    wanted = world.names.target(text(asked.args, "target"), world.loaded.integrations.kinds)
    if runbook is None:
        return Answer(
            exit=USAGE,
            error=f"there is no runbook {text(asked.args, 'runbook')!r}; known: {', '.join(sorted(world.loaded.content.runbooks))}",
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
        hold_s=world.loaded.limits.hold_s[runbook.risk],
        content_version=world.loaded.content.version,
    )
    if isinstance(plan, Refused):
        return Answer(exit=REFUSED, error=plan.reason)
    incident_id = incident.id if incident is not None else None
    case = casing.build(turn, plan, incident=incident_id, actor=asked.actor.name, by_person=True, run=None)
    return plan, gate.ask_before_lock(case), incident_id


def _plan(turn: Turn, asked: Asked) -> Answer:
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


def _execute(turn: Turn, asked: Asked) -> Answer:
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
        run = deciding.ask_for_approval(
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
    run = deciding.start(turn, plan, incident=incident, actor=asked.actor.name, asked_as=asked.actor.accounts)
    return Answer(exit=DONE, data={"run": run.id, **shown})


def _resolve(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    outcomes = {"applied": Probe.APPLIED, "not-applied": Probe.NOT_APPLIED}
    outcome = outcomes.get(text(asked.args, "outcome"))
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
    after = stepping.settle(turn, run, step, outcome, asked.actor.name)
    return Answer(exit=DONE, data={"run": after.id, "state": after.state.value})


def _cancel(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    run = turn.world.durable.runs.get(text(asked.args, "run"))
    if run is None:
        return Answer(exit=USAGE, error=f"there is no live run {text(asked.args, 'run')!r}")
    step = machine.current(run)
    if step is not None and step.state in (StepState.INTENT, StepState.IN_DOUBT):
        return Answer(
            exit=FAILED,
            error=f"{run.id} has a step between INTENT and OUTCOME: it can be resolved (remediator runs resolve), not cancelled",
        )
    reason = f"cancelled by {asked.actor.name}: {text(asked.args, 'reason')}"
    applying.apply(turn, ends.ended(run, RunState.CANCELLED, reason, turn.now, actor=asked.actor.name))
    return Answer(exit=DONE, data={"run": run.id, "state": "cancelled"})


def _close(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    incident = turn.world.durable.incidents.get(text(asked.args, "incident"))
    if incident is None:
        return Answer(exit=USAGE, error=f"there is no open incident {text(asked.args, 'incident')!r}")
    if turn.world.durable.live_run_of(incident.id) is not None:
        return Answer(exit=FAILED, error=f"a run works on {incident.id}: cancel or resolve it first")
    turn.journal.audit("close", asked.actor.name, {"reason": text(asked.args, "reason")}, incident=incident.id)
    closed = turn.incident(lifecycle.closed(incident, None, turn.now, text(asked.args, "reason"), by=asked.actor.name))
    turn.world.samples.begins_anew((incident.check, incident.target.text))
    return Answer(exit=DONE, data={"incident": incident.id, "state": closed.state.value})


def _reload(turn: Turn, asked: Asked) -> Answer:
    turn.effects.append(Reload())
    return Answer(
        exit=DONE, data={"reload": "asked for: it is validated first, and the old content stays if it is not valid"}
    )


_HANDLERS: Mapping[str, Callable[[Turn, Asked], Answer | None]] = {
    "check": _check,
    "results": _results,
    "status": _status,
    "pause": pauses.pause,
    "resume": pauses.resume,
    "silence-add": silences.add,
    "silence-list": silences.listed,
    "silence-end": silences.end,
    "downtime-add": downtimes.add,
    "downtime-list": downtimes.listed,
    "downtime-end": downtimes.end,
    "wrap-begin": wraps.begin,
    "wrap-end": wraps.end,
    "brake-close": brakes.close,
    "accept-restore": restores.accept,
    "approve": approving.approve,
    "deny": approving.deny,
    "plan": _plan,
    "execute": _execute,
    "resolve": _resolve,
    "cancel": _cancel,
    "close": _close,
    "ack": acks.ack,
    "baseline-accept": accepting.accept,
    "baseline-show": accepting.show,
    "reload": _reload,
}
