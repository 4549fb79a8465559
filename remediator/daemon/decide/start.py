"""From a decision to a run: one that has its locks, or one that waits until a person who was shown the plan approves
it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from remediator.daemon.decide import cases
from remediator.daemon.turn import poison
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model import redaction
from remediator.model.content.actions import AtTurn
from remediator.model.content.consent import Ask, Consent
from remediator.model.content.plans import Plan, PlannedStep
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.records.records import Run
from remediator.model.times import Instant, clock
from remediator.rules import advice
from remediator.runs import entries, machine
from remediator.runs.transition import Lock, Refresh, Transition


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
    """Create the run of `plan` that waits for approval, and page for it. There is one page for an incident, a runbook
    and a version of the content, for a page names the plan by its hash."""
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
        except Exception as error:  # noqa: BLE001 - see poison.action_failed; what is not asked is not covered
            poison.action_failed(turn, action.name, "asks_beforehand", error, plan.target.text)
            continue
        if ask is not None:
            found[ask] = None
    return list(found)


def _covers(asks: Sequence[Ask]) -> Consent:
    """Return what a yes to all of `asks` covers: who is stopped. What is chosen is not known before its step, and is
    asked about then."""
    return Consent(stops=frozenset(host for ask in asks for host in ask.consent.stops))


def _shown(steps: Sequence[PlannedStep]) -> list[str]:
    """Return the exact commands of `steps`, or what they will do where those are built in their turn: one line for what
    several hosts do."""
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
    """Return what tells a question from the one before it: runs of the incident that were said yes to, and ended before
    what can lose data."""
    early = sum(
        run.incident == incident and lifecycle.ended_early(run) for run in turn.world.durable.past_runs.values()
    )
    return (str(early),) if incident is not None and early else ()
