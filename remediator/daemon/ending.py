"""How a run ends: its state, its audit entry, and what follows for its incident: resolved, the next rung, or a human."""

from __future__ import annotations

from datetime import timedelta

from remediator.daemon import all_clear, claiming, deciding, janitor, observing
from remediator.daemon.turn import ENGINE, Turn
from remediator.incidents import lifecycle
from remediator.model import page_keys
from remediator.model.actions import Risk
from remediator.model.content import Mode
from remediator.model.page_keys import PageKey, PageKind
from remediator.model.records import Incident, Run, RunState
from remediator.model.times import rfc3339
from remediator.runs import debts, machine
from remediator.safety import budget


def finish(
    turn: Turn, run: Run, state: RunState, reason: str, *, expired: bool = False, because: tuple[str, ...] = ()
) -> None:
    """End `run`, and let its incident follow: resolved, the next rung, or a human. `expired`, `because`: see `Run`."""
    end(turn, machine.ended(run, state, reason, turn.now, expired=expired, because=because), ENGINE)


def end(turn: Turn, ended: Run, actor: str) -> None:
    """Store the `ended` run and let its debts, its incident and the people who were asked follow."""
    world = turn.world
    world.waiting.pop(ended.id, None)
    claiming.used(turn, ended.id)
    turn.run(ended)
    turn.audit_run(ended.state.value, ended, {"reason": ended.reason}, actor=actor)
    if debts.is_release(ended):
        janitor.release_ended(turn, ended)
        return
    told = False
    if ended.incident is None and ended.state is RunState.FAILED:
        subject = f"{ended.id}: {ended.plan.runbook} on {ended.plan.target} failed"
        told = turn.page(PageKey(PageKind.FAILED, ended.id), subject, ended.reason, run=ended)
    incident = world.incidents.get(ended.incident) if ended.incident is not None else None
    if incident is not None:
        told = _follow(turn, ended, incident)
    all_clear.of_run(turn, ended, told=told)
    observing.forget_left(turn)


def _follow(turn: Turn, ended: Run, incident: Incident) -> bool:
    """Let the incident of a run that has ended follow; return whether a page tells people of that end."""
    world = turn.world
    rule = world.content.rules.get(ended.plan.rule) if ended.plan.rule else None
    ladder = rule.run if rule is not None else ()
    after = lifecycle.after_run(incident, ended, ladder)
    result = world.results.get((incident.check, incident.target.text))
    if ended.state is RunState.SUCCEEDED:
        turn.incident(after, "resolved", cured(ended), run=ended.id, rule=ended.plan.rule)
        return turn.journal.was_told(page_keys.about(incident.id))
    if ended.state is RunState.FAILED:
        turn.incident(after, "run_failed", ended.reason, run=ended.id, rule=ended.plan.rule)
        if lifecycle.ended_early(ended):
            last = _last_unattended(turn, ended)
            told = PageKey(PageKind.EARLY, incident.id, ("last", *ended.because) if last else ended.because)
            return deciding.escalate(turn, after, rule, _early(turn, ended, last), result, told=told)
        if lifecycle.next_rung(after, ladder) is not None:
            return False
        why = f"{ended.plan.runbook} ({ended.id}) did not cure it: {ended.reason}"
        turn.unacked(after, why)
        return deciding.escalate(turn, after, rule, why, result)
    turn.incident(after, ended.state.value, ended.reason, run=ended.id, rule=ended.plan.rule)
    if ended.state is RunState.CANCELLED:
        return deciding.escalate(turn, after, rule, called_off(ended), result, advise=False)
    return False


def cured(run: Run) -> str:
    """Return by what and on whose word an incident was cured."""
    word = f", approved by {run.approval.approved_by}" if run.approval is not None and run.approval.approved_by else ""
    asked = f", asked for by {run.actor}" if run.actor != ENGINE else ""
    return f"{run.plan.runbook} ({run.id}{asked}{word}) cured it: {run.reason}"


def called_off(run: Run) -> str:
    """Return who ended a run, and how far it had come: a run without an INTENT has changed nothing."""
    said = f"{run.id} ({run.plan.runbook}) was {run.reason.rstrip('.')}"
    if run.intent_at is None:
        return f"{said}. Nothing was done"
    begun = ", ".join(step.id for step in run.steps if step.intent_at is not None)
    return f"{said}. Begun before that: {begun}; the rest is left to you"


def _early(turn: Turn, ended: Run, last: bool) -> str:
    """Return why a run ended before what can lose data, and when the next one may begin, or who has to ask for it."""
    why = f"{ended.id} ({ended.plan.runbook}) ended before anything that can lose data: {ended.reason}"
    if last:
        return f"{why}\nIt is not tried again unattended; {budget.by_hand(ended.plan.runbook, ended.plan.target.text)}"
    at = turn.now.wall + timedelta(seconds=turn.world.limits.cooldown_s[Risk.R2])
    return f"{why}\nIt is proposed again from {rfc3339(at)} on, if the problem is still there"


def _last_unattended(turn: Turn, ended: Run) -> bool:
    """Return whether nothing tries again what `ended` tried, unless a person asks for it: the guard `budget` counts those runs alike."""
    mode, _ = turn.world.config.autonomy.mode_for(ended.plan.rule, ended.plan.risk)
    early = {
        run.id
        for run in turn.world.past_runs.values()
        if run.incident == ended.incident and run.plan.runbook == ended.plan.runbook and lifecycle.ended_early(run)
    }
    return mode is Mode.AUTO and len(early | {ended.id}) >= budget.EARLY_LIMIT


def incident_follows(turn: Turn, run: Run) -> None:
    if run.incident is not None and (incident := turn.world.incidents.get(run.incident)) is not None:
        turn.incident(
            lifecycle.verifying(incident),
            "verifying",
            machine.must_hold(run),
            run=run.id,
        )
