"""What an open incident leads to: which rule acts, whether it is time, and what follows from the verdicts of the
gate."""

from __future__ import annotations

from remediator.daemon.decide import cases, decisions, start
from remediator.daemon.notify import pages
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model.content.actions import Risk
from remediator.model.content.declined import Refused
from remediator.model.content.judging import CheckResult, State
from remediator.model.content.specs import RuleSpec
from remediator.model.people import ENGINE
from remediator.model.records.records import Incident, IncidentState, Outcome, StateType
from remediator.model.records.verdicts import refusals
from remediator.rules import decide
from remediator.rules.decide import RuleOutcome
from remediator.runs.plans import planning
from remediator.safety import gate

REFUSED_WAIT_S = 30.0
"""After a run was refused with its locks held, its incident is looked at again only after this long."""
FREED_WAIT_S = 120.0
"""For so long what nothing explains any more waits for a sample that was asked for since: as long as evidence is good
for."""
CALLED_OFF = "a person has called its cure off: no run is started for it in this incident"


def consider(turn: Turn, incident: Incident, result: CheckResult) -> None:
    """Look at every rule for `incident` in the light of `result`: store what changed, start a run where all agree."""
    world = turn.world
    series = world.samples.series.get((incident.check, incident.target.text))
    if series is None or series.state is State.OK or series.state_type is not StateType.HARD:
        return
    if (
        incident.state not in (IncidentState.OPEN, IncidentState.ESCALATED)
        or world.durable.live_run_of(incident.id) is not None
    ):
        return
    refused_at = world.waits.refused_at.get(incident.id)
    if refused_at is not None and turn.now.since(refused_at) < REFUSED_WAIT_S:
        return
    freed_at = world.waits.freed_at.get(incident.id)
    if freed_at is not None:
        if not result.asked_at.after(freed_at) and turn.now.since(freed_at) < FREED_WAIT_S:
            return
        world.waits.freed_is_over(incident.id)
    outcomes = decide.decide(world.loaded.rules.candidates(incident.check, series.state), result.data)
    winner = decide.fired(outcomes)
    world.waits.looked_at_anew(incident.id)
    for each in outcomes:
        if each is not winner:
            decisions.store(turn, incident, each, each.outcome, each.reason)
    if winner is None:
        pages.unmatched(turn, incident, series.state)
        return
    world.waits.matched(incident.id)
    _act_on(turn, incident, winner, result)


def _act_on(turn: Turn, incident: Incident, winner: RuleOutcome, result: CheckResult) -> None:
    rule = winner.rule
    if not rule.run:
        why = decisions.our_own_blindness(turn, incident) or decisions.our_own_work(turn, incident)
        if why is not None:
            decisions.store(turn, incident, winner, Outcome.SKIPPED, why)
            return
        wait = decisions.still_settles(turn, incident, rule.settle_s, then="a person is called")
        if wait is not None:
            _tell_meanwhile(turn, incident, rule, result)
            decisions.store(turn, incident, winner, Outcome.SKIPPED, wait, waits=True)
            return
        decisions.store(turn, incident, winner, Outcome.FIRED, "no runbook: a person must act")
        pages.escalate(turn, incident, rule, "No runbook cures this", result)
        return
    rung = lifecycle.next_rung(incident, rule.run)
    if rung is None:
        tried = "the ladder is at its end and nothing cured it"
        pages.escalate(turn, incident, rule, tried if incident.acted_at is not None else CALLED_OFF, result)
        return
    runbook = turn.world.loaded.content.runbooks[rung]
    wait = decisions.still_waits(turn, incident, rule, runbook.risk)
    if wait is not None:
        decisions.store(turn, incident, winner, Outcome.SKIPPED, wait, waits=True)
        return
    plan = planning.build(
        runbook,
        target=incident.target,
        data=result.data,
        identity=result.identity,
        inventory=turn.world.loaded.inventory,
        rule=rule.name,
        check=incident.check,
        quiet_s=turn.world.loaded.limits.quiet_s[runbook.risk],
        content_version=turn.world.loaded.content.version,
    )
    if isinstance(plan, Refused):
        decisions.store(turn, incident, winner, Outcome.SKIPPED, plan.reason)
        return
    case = cases.build(turn, plan, incident=incident.id, actor=ENGINE, by_person=False, run=None)
    verdicts = gate.ask_before_lock(case)
    refused = refusals(verdicts)
    if [verdict.guard for verdict in refused] == ["approval"]:
        waiting = start.ask_for_approval(turn, plan, incident=incident.id, actor=ENGINE, requested_by=ENGINE)
        said = f"{winner.reason}; {waiting.id} waits for an approval"
        decisions.store(turn, incident, winner, Outcome.FIRED, said, verdicts=verdicts, plan=plan, run=waiting.id)
        return
    if refused:
        pages.blocked(turn, incident, refused)
        decisions.store(turn, incident, winner, Outcome.REFUSED, refused[0].reason, verdicts=verdicts, plan=plan)
        return
    run = start.start(turn, plan, incident=incident.id, actor=ENGINE)
    decisions.store(turn, incident, winner, Outcome.FIRED, winner.reason, verdicts=verdicts, plan=plan, run=run.id)


def _tell_meanwhile(turn: Turn, incident: Incident, rule: RuleSpec, result: CheckResult) -> None:
    """Tell people once of what a rule without runbook gives time to, as soon as R3 would have waited long enough to
    act.

    Who was called about this incident before knows of it.
    """
    if rule.meanwhile is None or incident.state is IncidentState.ESCALATED:
        return
    if decisions.still_settles(turn, incident, turn.world.loaded.limits.persistence_s[Risk.R3]) is not None:
        return
    pages.meanwhile(turn, incident, rule, result)
