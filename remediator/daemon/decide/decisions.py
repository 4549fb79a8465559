"""The decision that is stored of a rule and an incident, and the reasons not to act that need no gate.

A decision is stored once per change of its outcome: what only counts down (a wait, an age) is the same outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from remediator.daemon.observe import vantage
from remediator.daemon.state.waits import Considered
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Risk
from remediator.model.content.plans import Plan
from remediator.model.content.specs import RuleSpec
from remediator.model.records.records import Decision, Incident, Outcome, RunState
from remediator.model.records.verdicts import Verdict, refusals
from remediator.rules.decide import RuleOutcome
from remediator.safety.guard import seconds


def our_own_blindness(turn: Turn, incident: Incident) -> str | None:
    """Return why a silent host is nothing to page for: one page has said that the daemon may be cut off."""
    if incident.check != vantage.REACHABLE:
        return None
    if turn.world.health.cut_off_since is not None:
        return "I reach less than half of the cloud: it may be me who is cut off, and one page says so"
    if vantage.blames_us(turn.world, incident, turn.now):
        return "it stopped answering while I was cut off myself, and one page said so: it may be on its way back"
    return None


def our_own_work(turn: Turn, incident: Incident) -> str | None:
    """Return why a stopped member is nothing to page for yet: a run works on its group, which may have another
    container in its place.

    In its quiet period it does nothing any more: what is bad then is news, a second loss above all.
    """
    group = turn.world.loaded.integrations.domain_of(incident.target)
    holder = turn.world.durable.locks.get(f"group:{group}") if group is not None else None
    run = turn.world.durable.runs.get(holder) if holder is not None else None
    if holder is None or (run is not None and run.state is RunState.VERIFYING):
        return None
    return f"{holder} works on {group}; what is still so after it is told then"


def still_waits(turn: Turn, incident: Incident, rule: RuleSpec, risk: Risk) -> str | None:
    """Return why it is too early to act: persistence of the risk and the rule's `settle`, the longest wins."""
    return still_settles(turn, incident, max(turn.world.loaded.limits.persistence_s[risk], rule.settle_s))


def still_settles(turn: Turn, incident: Incident, needed: float, then: str = "it acts") -> str | None:
    """Return how long the unbroken bad series still has to last; None when it has lasted for `needed` seconds."""
    series = turn.world.samples.series[(incident.check, incident.target.text)]
    if needed <= 0:
        return None
    if series.bad_since is None:
        return f"no bad sample yet in this series; it waits {seconds(needed)}"
    served = turn.now.since(series.bad_since)
    if served < needed:
        ends = turn.now.wall + timedelta(seconds=needed - served)
        return (
            f"bad since {series.bad_since.wall:%H:%M:%S} UTC, it waits {seconds(needed)} before {then}: "
            f"until {ends:%H:%M:%S}"
        )
    return None


def store(
    turn: Turn,
    incident: Incident,
    judged: RuleOutcome,
    outcome: Outcome,
    reason: str,
    *,
    verdicts: Sequence[Verdict] = (),
    plan: Plan | None = None,
    run: str | None = None,
    waits: bool = False,
) -> None:
    """Store a decision unless the newest one of this rule in this incident says the same."""
    look = Considered(
        at=turn.now,
        rule=judged.rule.name,
        outcome=outcome,
        reason=reason,
        met=judged.met,
        verdicts=tuple(verdicts),
        run=run,
        waits=waits,
    )
    turn.world.waits.considers(incident.id, look)
    decision = Decision(
        id="",
        at=turn.now,
        incident=incident.id,
        event=turn.world.samples.last_event.get(incident.id),
        rule=judged.rule.name,
        outcome=outcome,
        reason=reason,
        condition=judged.condition,
        values=judged.values,
        verdicts=verdicts,
        plan=plan,
        run=run,
        content_version=turn.world.loaded.content.version,
        met=judged.met,
        waits=waits,
    )
    known = turn.world.durable.decisions.get((incident.id, judged.rule.name))
    if known is not None and known.same_outcome(decision):
        return
    decision = replace(decision, id=turn.number("decision", "dec"))
    turn.decision(decision)
    if outcome is Outcome.REFUSED:
        for verdict in refusals(verdicts):
            turn.journal.timeline(incident.id, "refused", verdict.reason, rule=judged.rule.name, guard=verdict.guard)
    elif outcome is Outcome.FIRED:
        turn.journal.timeline(incident.id, "decided", f"{judged.rule.name}: {reason}", run=run, rule=judged.rule.name)
