"""From an open incident to a decision, and from a decision to a run that holds its locks.

A decision is stored once per change of its outcome: what only counts down (a wait, an age) is the same outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from remediator.daemon.decide import cases
from remediator.daemon.observe import situation
from remediator.daemon.state.waits import Considered
from remediator.daemon.state.world import World
from remediator.daemon.turn import stumbling
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model import redaction
from remediator.model.content.actions import AtTurn, Risk
from remediator.model.content.consent import Ask, Consent
from remediator.model.content.declined import Refused
from remediator.model.content.judging import CheckResult, State
from remediator.model.content.plans import Plan, PlannedStep
from remediator.model.content.specs import RuleSpec
from remediator.model.people import ENGINE
from remediator.model.records.page_keys import PageKey, PageKind
from remediator.model.records.records import Decision, Incident, IncidentState, Outcome, Run, RunState, StateType
from remediator.model.records.verdicts import Verdict, refusals
from remediator.model.times import Instant, clock
from remediator.rules import advice, decide, last_lines
from remediator.rules.decide import RuleOutcome
from remediator.runs import entries, machine
from remediator.runs.plans import planning
from remediator.runs.transition import Lock, Refresh, Transition
from remediator.safety import gate
from remediator.safety.guard import seconds

REFUSED_WAIT_S = 30.0
"""After a run was refused with its locks held, its incident is looked at again only after this long."""
FREED_WAIT_S = 120.0
"""For so long what nothing explains any more waits for a sample that was asked for since: as long as evidence is good for."""
BLOCKED_PAGE_S = 3600.0
"""A HARD problem that a guard has refused to cure for this long pages, once."""
ASKED_FOR = frozenset(
    {"pause", "silence", "downtime", "hours", "operator_intent", "maintenance", "startup", "evidence_age", "self_vantage"}
)  # fmt: skip
"""Guards that hold a cure back by a person's will, and those that wait for our own sight: nobody is paged at once for them."""
OLD_PAGE_S = 48 * 3600.0
"""A problem that has been open for this long pages, once, whatever else was said of it."""
OLD_EVERY_S = 60.0
UNMATCHED_PAGE_S = 300.0
"""A HARD CRITICAL problem that no rule fits pages a person after this long."""


HELD_BACK_BY = frozenset(
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
"""Guards that hold a cure back for minutes or until somebody acts; what others refuse is often over with the next sample."""
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
            _store(turn, incident, each, each.outcome, each.reason)
    if winner is None:
        _unmatched(turn, incident, series.state)
        return
    world.waits.matched(incident.id)
    _act_on(turn, incident, winner, result)


def _act_on(turn: Turn, incident: Incident, winner: RuleOutcome, result: CheckResult) -> None:
    rule = winner.rule
    if not rule.run:
        why = _our_own_blindness(turn, incident) or _our_own_work(turn, incident)
        if why is not None:
            _store(turn, incident, winner, Outcome.SKIPPED, why)
            return
        wait = _still_settles(turn, incident, rule.settle_s, then="a person is called")
        if wait is not None:
            _tell_meanwhile(turn, incident, rule, result)
            _store(turn, incident, winner, Outcome.SKIPPED, wait, waits=True)
            return
        _store(turn, incident, winner, Outcome.FIRED, "no runbook: a person must act")
        escalate(turn, incident, rule, "No runbook cures this", result)
        return
    rung = lifecycle.next_rung(incident, rule.run)
    if rung is None:
        tried = "the ladder is at its end and nothing cured it"
        escalate(turn, incident, rule, tried if incident.acted_at is not None else CALLED_OFF, result)
        return
    runbook = turn.world.loaded.content.runbooks[rung]
    wait = _still_waits(turn, incident, rule, runbook.risk)
    if wait is not None:
        _store(turn, incident, winner, Outcome.SKIPPED, wait, waits=True)
        return
    plan = planning.build(
        runbook,
        target=incident.target,
        data=result.data,
        identity=result.identity,
        inventory=turn.world.loaded.inventory,
        rule=rule.name,
        check=incident.check,
        hold_s=turn.world.loaded.limits.hold_s[runbook.risk],
        content_version=turn.world.loaded.content.version,
    )
    if isinstance(plan, Refused):
        _store(turn, incident, winner, Outcome.SKIPPED, plan.reason)
        return
    case = cases.build(turn, plan, incident=incident.id, actor=ENGINE, by_person=False, run=None)
    verdicts = gate.ask_before_lock(case)
    refused = refusals(verdicts)
    if [verdict.guard for verdict in refused] == ["approval"]:
        waiting = ask_for_approval(turn, plan, incident=incident.id, actor=ENGINE, requested_by=ENGINE)
        said = f"{winner.reason}; {waiting.id} waits for an approval"
        _store(turn, incident, winner, Outcome.FIRED, said, verdicts=verdicts, plan=plan, run=waiting.id)
        return
    if refused:
        _page_blocked(turn, incident, refused)
        _store(turn, incident, winner, Outcome.REFUSED, refused[0].reason, verdicts=verdicts, plan=plan)
        return
    run = start(turn, plan, incident=incident.id, actor=ENGINE)
    _store(turn, incident, winner, Outcome.FIRED, winner.reason, verdicts=verdicts, plan=plan, run=run.id)


def _our_own_blindness(turn: Turn, incident: Incident) -> str | None:
    """Return why a host that does not answer is nothing to page for: one page has said that it may be us."""
    if incident.check != situation.REACHABLE:
        return None
    if turn.world.health.cut_off_since is not None:
        return "I reach less than half of the cloud: it may be me who is cut off, and one page says so"
    if situation.blames_us(turn.world, incident, turn.now):
        return "it stopped answering while I was cut off myself, and one page said so: it may be on its way back"
    return None


def _our_own_work(turn: Turn, incident: Incident) -> str | None:
    """Return why a stopped member is nothing to page for yet: a run works on its group, which may have another container in its place.

    In its quiet period it does nothing any more: what is bad then is news, a second loss above all.
    """
    group = turn.world.loaded.integrations.domain_of(incident.target)
    holder = turn.world.durable.locks.get(f"group:{group}") if group is not None else None
    run = turn.world.durable.runs.get(holder) if holder is not None else None
    if holder is None or (run is not None and run.state is RunState.VERIFYING):
        return None
    return f"{holder} works on {group}; what is still so after it is told then"


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


def _page_blocked(turn: Turn, incident: Incident, refused: Sequence[Verdict]) -> None:
    """Tell people once about a problem that has a cure which the gate has refused for an hour.

    A lost cluster is an outage of all that need it: what holds its cure back is told when it is seen, unless a person has asked for it now.
    A mode below approve is how it was installed, and no word about this outage.
    """
    shown = [verdict for verdict in refused if verdict.guard != "approval"] or list(refused)
    reasons = "\n".join(
        f"{verdict.guard}: {verdict.reason}{_until(verdict)}{_whose(turn, verdict)}" for verdict in shown
    )
    told = f"{incident.output}\n{reasons}\nremediator explain {incident.id}"
    level, target = incident.level.name, incident.target
    holding = [verdict.guard for verdict in shown]
    outage = target.kind == "cluster" and incident.level is State.CRITICAL
    if outage and not HELD_BACK_BY.isdisjoint(holding) and ASKED_FOR.isdisjoint(holding):
        subject = f"{level} {target}: its cure is held back by {', '.join(holding)}"
        turn.page(PageKey(PageKind.HELD_BACK, incident.id), subject, told, incident=incident)
    if incident.hard_at is not None and turn.now.since(incident.hard_at) >= BLOCKED_PAGE_S:
        subject = f"{level} {target} is not cured: refused for over an hour"
        turn.page(PageKey(PageKind.BLOCKED, incident.id), subject, told, incident=incident)


def _whose(turn: Turn, verdict: Verdict) -> str:
    """Return what the run that holds a lock is at, and how a person ends it; empty for every other verdict."""
    run = turn.world.durable.runs.get(str(verdict.inputs.get("run"))) if verdict.guard == "lock" else None
    if run is None:
        return ""
    doing = f"{run.id} is {run.plan.runbook} on {run.plan.target}, {run.state.value.replace('_', ' ')}"
    return f"\n{doing}; it ends by itself, or by: remediator runs cancel {run.id} --reason TEXT"


def _until(verdict: Verdict) -> str:
    return f" (until {clock(verdict.until)})" if verdict.until is not None else ""


def _still_waits(turn: Turn, incident: Incident, rule: RuleSpec, risk: Risk) -> str | None:
    """Return why it is too early to act: persistence of the risk and the rule's `settle`, the longest wins."""
    return _still_settles(turn, incident, max(turn.world.loaded.limits.persistence_s[risk], rule.settle_s))


def _tell_meanwhile(turn: Turn, incident: Incident, rule: RuleSpec, result: CheckResult) -> None:
    """Tell people once of what a rule without runbook gives time to, as soon as R3 would have waited long enough to act.

    Who was called about this incident before knows of it.
    """
    if rule.meanwhile is None or incident.state is IncidentState.ESCALATED:
        return
    if _still_settles(turn, incident, turn.world.loaded.limits.persistence_s[Risk.R3]) is not None:
        return
    told = advice.meanwhile(rule, incident.target, result.data)
    subject = f"{incident.level.name} {incident.target}: seen, and not acted on yet"
    turn.page(
        PageKey(PageKind.MEANWHILE, incident.id),
        subject,
        f"{incident.check}: {result.output}\n{told}",
        incident=incident,
    )


def _still_settles(turn: Turn, incident: Incident, needed: float, then: str = "it acts") -> str | None:
    """Return how long the unbroken bad series still has to last; None when it has lasted for `needed` seconds."""
    series = turn.world.samples.series[(incident.check, incident.target.text)]
    if needed <= 0:
        return None
    if series.bad_since is None:
        return f"no bad sample yet in this series; it waits {seconds(needed)}"
    served = turn.now.since(series.bad_since)
    if served < needed:
        ends = turn.now.wall + timedelta(seconds=needed - served)
        return f"bad since {series.bad_since.wall:%H:%M:%S} UTC, it waits {seconds(needed)} before {then}: until {ends:%H:%M:%S}"
    return None


def start(turn: Turn, plan: Plan, *, incident: str | None, actor: str, asked_as: tuple[int, ...] = ()) -> Run:
    """Create the run of `plan`, take its locks, and ask for evidence younger than them."""
    run = machine.planned(turn.number("run", "run"), plan, incident, actor, turn.now, asked_as)
    scopes = cases.scopes(turn.world, plan)
    said = entries.Planned(plan=plan, locks=scopes, actor=actor)
    turn.apply(Transition(run=run, then=(Lock(scopes=scopes), said, Refresh())))
    return run


def ask_for_approval(
    turn: Turn, plan: Plan, *, incident: str | None, actor: str, requested_by: str, asked_as: tuple[int, ...] = ()
) -> Run:
    """Create the run of `plan` that waits for somebody's yes, and page for it: once for an incident, a runbook and a version
    of the content, for a page names the plan by its hash."""
    wait = timedelta(seconds=machine.APPROVAL_S)
    until = Instant(turn.now.wall + wait, turn.now.boot_s + machine.APPROVAL_S, turn.now.boot_id)
    asks = _asks(turn, plan)
    told = _evidence(turn, plan, asks)
    run = machine.waiting(
        turn.number("run", "run"), plan, incident, actor, requested_by, until, turn.now, told, asked_as, _covers(asks)
    )
    turn.apply(Transition(run=run, then=(entries.Asked(plan=plan, until=until, evidence=told, actor=actor),)))
    steps = "\n".join(_shown(plan.steps))
    asked_for = (plan.runbook, plan.content_version[:12], *_asked_before(turn, incident))
    turn.page(
        PageKey(PageKind.APPROVAL, incident or run.id, asked_for),
        f"{plan.runbook} on {plan.target} ({plan.risk.name}) waits for an approval",
        f"{told}\n{steps}\nremediator approve {run.id} --plan {plan.hash[:12]}\nremediator deny {run.id} --reason ...",
        run=run,
    )
    if incident is not None:
        turn.journal.timeline(
            incident, "waits", f"{run.id} waits for an approval until {clock(until.wall)}", run=run.id, rule=plan.rule
        )
    return run


def _evidence(turn: Turn, plan: Plan, asks: Sequence[Ask]) -> str:
    """Return what the approver of `plan` is shown: the rule's text on the newest result, else the result's own output.

    What its actions ask for as well is told in any case: a yes covers nothing that was not shown.
    """
    result = turn.world.samples.results.get((plan.check, plan.target.text))
    if result is None:
        return ""
    rule = turn.world.loaded.content.rules.get(plan.rule) if plan.rule is not None else None
    said = advice.evidence(rule, plan.target, result.data) if rule is not None else ""
    said = said or f"{plan.check} on {plan.target}: {result.output}"
    untold = [ask.reason for ask in asks if ask.reason not in said]
    return redaction.text("\n".join((said, *untold)))


def _asks(turn: Turn, plan: Plan) -> list[Ask]:
    """Return what a yes to `plan` is asked for as well, by the newest result."""
    result = turn.world.samples.results.get((plan.check, plan.target.text))
    found: dict[Ask, None] = {}
    for action in (turn.world.loaded.content.actions.get(step.action) for step in plan.steps):
        if (
            result is None
            or action is None
            or not isinstance(action.when, AtTurn)
            or action.when.asks_beforehand is None
        ):
            continue
        try:
            ask = action.when.asks_beforehand(result.data)
        except Exception as error:  # noqa: BLE001 - see stumbling; what is not asked is not covered
            stumbling.told(turn, action.name, "asks_beforehand", error, plan.target.text)
            continue
        if ask is not None:
            found[ask] = None
    return list(found)


def _covers(asks: Sequence[Ask]) -> Consent:
    """Return what a yes to all of `asks` covers: who is stopped. What is chosen is not known before its step, and is asked about then."""
    return Consent(stops=frozenset(host for ask in asks for host in ask.consent.stops))


def _shown(steps: Sequence[PlannedStep]) -> list[str]:
    """Return the exact commands of `steps`, or what they will do where those are built in their turn: one line for what several hosts do."""
    lines: list[str] = []
    later: dict[str, list[str]] = {}
    for step in steps:
        if step.commands:
            lines += [f"{command.host}: {command.line()}" for command in step.commands]
        elif step.summary in later:
            later[step.summary].append(step.host or step.id)
        else:
            later[step.summary] = [step.host or step.id]
            lines.append(step.summary)
    return [f"{', '.join(later[line])}: {line}" if line in later else line for line in lines]


def _asked_before(turn: Turn, incident: str | None) -> tuple[str, ...]:
    """Return what tells a question from the one before it: runs of the incident that were said yes to, and ended before what can lose data."""
    early = sum(
        run.incident == incident and lifecycle.ended_early(run) for run in turn.world.durable.past_runs.values()
    )
    return (str(early),) if incident is not None and early else ()


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
    """Hand `incident` to people, once: its state says so, and a page is queued with what is known. Return whether that page is new.

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


def _unmatched(turn: Turn, incident: Incident, state: State) -> None:
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
    """Return the incidents that one page tells of: of the same hosts, UNKNOWN, of the same check or for a same reason; `incident` too."""
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


def _store(
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
