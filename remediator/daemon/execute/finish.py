"""What follows from the end of a run: for its debts, for its incident (resolved, the next rung, a person), and who
hears of it."""

from __future__ import annotations

from datetime import timedelta

from remediator.daemon.execute import janitor
from remediator.daemon.notify import all_clear, pages
from remediator.daemon.observe import incidents
from remediator.daemon.turn import mutes
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model.content.actions import Risk
from remediator.model.content.specs import Mode
from remediator.model.records import pager_keys
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.records.records import Incident, Run, RunState
from remediator.model.records.verdicts import refusals
from remediator.model.times import rfc3339
from remediator.mutes import acks
from remediator.runs.debts import debts
from remediator.runs.entries import GateRefused
from remediator.safety.guards import budget


def follow(turn: Turn, ended: Run, refused: GateRefused | None) -> None:
    """Let the debts, the incident and the people who were asked follow a run that has `ended`; `refused`: by the whole
    gate."""
    world = turn.world
    if ended.state is RunState.REFUSED and ended.incident is not None:
        world.waits.refused(ended.incident, turn.now)
    if debts.is_release(ended):
        janitor.release_ended(turn, ended)
        return
    if refused is not None:
        told = _follow_refusal(turn, ended, refused)
    else:
        told = _page_without_incident(turn, ended)
        incident = world.durable.incidents.get(ended.incident) if ended.incident is not None else None
        if incident is not None:
            told = _follow(turn, ended, incident)
    all_clear.of_run(turn, ended, told=told)
    incidents.forget_left(turn)


def _page_without_incident(turn: Turn, ended: Run) -> bool:
    if ended.incident is not None or ended.state is not RunState.FAILED:
        return False
    subject = f"{ended.id}: {ended.plan.runbook} on {ended.plan.target} failed"
    return turn.page(PageKey(PageKind.FAILED, ended.id), subject, ended.reason, run=ended)


def _follow_refusal(turn: Turn, run: Run, refused: GateRefused) -> bool:
    """A run that had begun and may not go on is for a person, unless the problem is gone: who knows in what state it
    left things.

    Return whether a page tells people of that.
    """
    for verdict in refusals(refused.verdicts):
        turn.count("refusals", guard=verdict.guard)
    if (
        run.intent_at is None
        or run.incident is None
        or (incident := turn.world.durable.incidents.get(run.incident)) is None
    ):
        return False
    incident = turn.incident(lifecycle.after_run(incident, run, ()))
    if any(verdict.guard == "already_fixed" and not verdict.allow for verdict in refused.verdicts):
        return False
    result = turn.world.samples.results.get((incident.check, incident.target.text))
    return pages.escalate(
        turn,
        incident,
        None,
        f"{run.id} had begun, its command did not arrive, and now it may not go on: {run.reason}",
        result,
    )


def _follow(turn: Turn, ended: Run, incident: Incident) -> bool:
    """Let the incident of a run that has ended follow; return whether a page tells people of that end."""
    world = turn.world
    rule = world.loaded.content.rules.get(ended.plan.rule) if ended.plan.rule else None
    ladder = rule.run if rule is not None else ()
    after = turn.incident(lifecycle.after_run(incident, ended, ladder))
    result = world.samples.results.get((incident.check, incident.target.text))
    if ended.state is RunState.SUCCEEDED:
        return turn.journal.was_told(pager_keys.about(incident.id))
    if ended.state is RunState.FAILED:
        if lifecycle.ended_early(ended):
            last = _last_unattended(turn, ended)
            told = PageKey(PageKind.EARLY, incident.id, ("last", *ended.because) if last else ended.because)
            return pages.escalate(turn, after, rule, _early(turn, ended, last), result, told=told)
        if lifecycle.next_rung(after, ladder) is not None:
            return False
        why = f"{ended.plan.runbook} ({ended.id}) did not cure it: {ended.reason}"
        mutes.apply(turn, acks.wanted(after, why, turn.now))
        return pages.escalate(turn, after, rule, why, result)
    if ended.state is RunState.CANCELLED:
        return pages.escalate(turn, after, rule, called_off(ended), result, advise=False)
    return False


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
    at = turn.now.wall + timedelta(seconds=turn.world.loaded.limits.cooldown_s[Risk.R2])
    return f"{why}\nIt is proposed again from {rfc3339(at)} on, if the problem is still there"


def _last_unattended(turn: Turn, ended: Run) -> bool:
    """Return whether nothing tries again what `ended` tried, unless a person asks for it: the guard `budget` counts
    those runs alike."""
    mode, _ = turn.world.loaded.config.autonomy.mode_for(ended.plan.rule, ended.plan.risk)
    early = {
        run.id
        for run in turn.world.durable.past_runs.values()
        if run.incident == ended.incident and run.plan.runbook == ended.plan.runbook and lifecycle.ended_early(run)
    }
    return mode is Mode.AUTO and len(early | {ended.id}) >= budget.EARLY_LIMIT
