"""Pages about open incidents: what needs a person, what is held back, what no rule fits, what stays open for too long.

Invariant: each page is told once for its key. Whether something acts is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence

from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model import redaction
from remediator.model.content.judging import CheckResult, State
from remediator.model.content.specs import RuleSpec
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.records.records import Incident, IncidentState
from remediator.model.records.verdicts import Verdict
from remediator.model.times import clock
from remediator.rules import advice, last_lines

BLOCKED_PAGE_S = 3600.0
"""A HARD problem that a guard has refused to cure for this long pages, once."""
ASKED_FOR = frozenset(
    {
        "pause",
        "silence",
        "downtime",
        "hours",
        "operator_intent",
        "maintenance",
        "startup",
        "evidence_age",
        "self_vantage",
    }
)
"""Guards that refuse a cure by a person's will, or until the daemon sees again: nobody is paged at once for them."""
OLD_PAGE_S = 48 * 3600.0
"""A problem that has been open for this long pages, once, whatever else was said of it."""
OLD_EVERY_S = 60.0
UNMATCHED_PAGE_S = 300.0
"""A HARD CRITICAL problem that no rule fits pages a person after this long."""
REFUSED_BY_OTHERS = frozenset(
    {
        "lock",
        "storm",
        "budget",
        "cooldown",
        "ack",
        "undone",
        "baseline",
        "clock",
        "restored",
        "host_boot",
        "ourselves",
        "target",
        "mode",
        "autonomy",
    }
)
"""Guards that refuse a cure for minutes or until somebody acts. A refusal of other guards is often over with the next
sample."""


def remind(turn: Turn) -> None:
    """Tell people once about every problem that has been open for two days and that no other explains."""
    world = turn.world
    if world.waits.reminded_at is not None and turn.now.since(world.waits.reminded_at) < OLD_EVERY_S:
        return
    world.waits.reminded(turn.now)
    for incident in world.durable.incidents.values():
        if incident.state is IncidentState.SUPPRESSED or turn.now.since(incident.opened_at) < OLD_PAGE_S:
            continue
        turn.page(
            PageKey(PageKind.OLD, incident.id),
            f"{incident.level.name} {incident.target} has been open for two days",
            f"{incident.output}\nremediator explain {incident.id}",
            incident=incident,
        )


def blocked(turn: Turn, incident: Incident, refused: Sequence[Verdict]) -> None:
    """Tell people once about a problem that has a cure which the gate has refused for an hour.

    A lost cluster is an outage of all that need it. What keeps its cure back is told as soon as it is seen, unless a
    person has asked for that cure now. A mode below approve is how remediator was installed, and says nothing about
    this outage.
    """
    shown = [verdict for verdict in refused if verdict.guard != "approval"] or list(refused)
    reasons = "\n".join(
        f"{verdict.guard}: {verdict.reason}{_until(verdict)}{_whose(turn, verdict)}" for verdict in shown
    )
    told = f"{incident.output}\n{reasons}\nremediator explain {incident.id}"
    level, target = incident.level.name, incident.target
    refusing = [verdict.guard for verdict in shown]
    outage = target.kind == "cluster" and incident.level is State.CRITICAL
    if outage and not REFUSED_BY_OTHERS.isdisjoint(refusing) and ASKED_FOR.isdisjoint(refusing):
        subject = f"{level} {target}: its cure is held back by {', '.join(refusing)}"
        turn.page(PageKey(PageKind.HELD_BACK, incident.id), subject, told, incident=incident)
    if incident.hard_at is not None and turn.now.since(incident.hard_at) >= BLOCKED_PAGE_S:
        subject = f"{level} {target} is not cured: refused for over an hour"
        turn.page(PageKey(PageKind.BLOCKED, incident.id), subject, told, incident=incident)


def meanwhile(turn: Turn, incident: Incident, rule: RuleSpec, result: CheckResult) -> None:
    """Tell people once of a problem that is given time before anybody is called."""
    told = advice.meanwhile(rule, incident.target, result.data)
    subject = f"{incident.level.name} {incident.target}: seen, and not acted on yet"
    turn.page(
        PageKey(PageKind.MEANWHILE, incident.id),
        subject,
        f"{incident.check}: {result.output}\n{told}",
        incident=incident,
    )


def _whose(turn: Turn, verdict: Verdict) -> str:
    """Return what the run that holds a lock is at, and how a person ends it; empty for every other verdict."""
    run = turn.world.durable.runs.get(str(verdict.inputs.get("run"))) if verdict.guard == "lock" else None
    if run is None:
        return ""
    doing = f"{run.id} is {run.plan.runbook} on {run.plan.target}, {run.state.value.replace('_', ' ')}"
    return f"\n{doing}; it ends by itself, or by: remediator runs cancel {run.id} --reason TEXT"


def _until(verdict: Verdict) -> str:
    return f" (until {clock(verdict.until)})" if verdict.until is not None else ""


def escalate(
    turn: Turn,
    incident: Incident,
    rule: RuleSpec | None,
    why: str,
    result: CheckResult | None,
    *,
    advise: bool = True,
    told: PageKey | None = None,
) -> bool:
    """Hand `incident` to people, once: its state says so, and a page is queued with what is known. Return whether that
    page is new.

    The text of a rule that has a cure speaks of one that was tried: it is told only where a run had begun.
    `told`: by what it is told once, in place of its rule.
    """
    parts = [f"{why.rstrip('.')}."]
    if result is not None:
        parts.append(f"{incident.check} on {incident.target}: {result.output}")
        tried = rule is not None and (not rule.run or (advise and incident.acted_at is not None))
        if rule is not None and tried and (said := advice.advise(rule, incident.target, result.data)):
            parts.append(said.rstrip())
        last_log = result.data.get("last_log")
        if isinstance(last_log, str) and (lines := last_lines.told(redaction.text(last_log))):
            parts.append(f"Last lines:\n{lines}")
    text = "\n".join(parts)
    by = rule.name if rule else None
    if incident.state is not IncidentState.ESCALATED:
        incident = turn.incident(lifecycle.escalated(incident, why, by))
    subject = f"{incident.level.name} {incident.target} needs a person"
    key = told or PageKey.of_rule(incident.id, by)
    return turn.page(key, subject, text, incident=incident)


def unmatched(turn: Turn, incident: Incident, state: State) -> None:
    """Page when a HARD CRITICAL or UNKNOWN problem has no rule that fits for too long: nothing is silent."""
    if state is State.UNKNOWN and turn.world.health.cut_off_since is not None:
        turn.world.waits.unmatched_from(incident.id, turn.now)  # it may be our own blindness, and one page says so
    since = turn.world.waits.unmatched(incident.id, turn.now)
    if state is not State.WARNING and turn.now.since(since) > UNMATCHED_PAGE_S:
        key, beside = PageKey(PageKind.UNMATCHED, incident.id), ""
        if state is State.UNKNOWN:
            alike = _unknown_alike(turn, incident)
            key = PageKey(PageKind.UNKNOWN, min(other.id for other in alike))
            checks = sorted({other.check for other in alike} - {incident.check})
            beside = f"For the same reason UNKNOWN: {', '.join(checks)}.\n" if checks else ""
        turn.page(
            key,
            f"{state.name} {incident.target}: no rule fits",
            f"{incident.output}\n{beside}remediator explain {incident.id}",
            incident=incident,
        )


def _unknown_alike(turn: Turn, incident: Incident) -> list[Incident]:
    """Return the incidents that one page tells of: of the same hosts, UNKNOWN, of the same check or for a same reason;
    `incident` too."""
    found, world = [incident], turn.world
    reasons = _reasons(world, incident)
    for other in world.durable.incidents.values():
        if other is incident or other.level is not State.UNKNOWN or other.target.hosts != incident.target.hosts:
            continue
        if other.check == incident.check or reasons & _reasons(world, other):
            found.append(other)
    return found


def _reasons(world: World, incident: Incident) -> frozenset[str]:
    result = world.samples.results.get((incident.check, incident.target.text))
    return frozenset() if result is None else frozenset(reason for _, reason in result.unknown)
