"""How a run ends: its state, its audit entry, and what follows for its incident: resolved, the next rung, or a human."""

from __future__ import annotations

from remediator.daemon import claiming, deciding, janitor, observing
from remediator.daemon.turn import ENGINE, Turn
from remediator.incidents import lifecycle
from remediator.model.records import Run, RunState
from remediator.runs import debts, machine


def finish(turn: Turn, run: Run, state: RunState, reason: str) -> None:
    """End `run`, and let its incident follow: resolved, the next rung, or a human."""
    end(turn, machine.ended(run, state, reason, turn.now), ENGINE)


def end(turn: Turn, ended: Run, actor: str) -> None:
    """Store the `ended` run and let its debts and its incident follow."""
    world = turn.world
    world.waiting.pop(ended.id, None)
    claiming.used(turn, ended.id)
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


def incident_follows(turn: Turn, run: Run) -> None:
    if run.incident is not None and (incident := turn.world.incidents.get(run.incident)) is not None:
        turn.incident(
            lifecycle.verifying(incident),
            "verifying",
            f"{run.plan.verify_check} must hold {run.plan.verify_hold_s:.0f} s",
            run=run.id,
        )
