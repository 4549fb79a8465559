"""The check of a run made again on evidence that is younger than its locks, and its next action asked again."""

from __future__ import annotations

from remediator.daemon.turn import poison
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import PlanInput
from remediator.model.content.declined import Declined
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan
from remediator.model.records.records import Run
from remediator.model.times import Instant
from remediator.model.values import Data, Unknown
from remediator.runs import machine
from remediator.runs.debts import debts
from remediator.safety.case import Rediagnosis


def rediagnose(turn: Turn, plan: Plan, since: Instant, run: Run) -> Rediagnosis | None:
    """Return the check made again on evidence asked for after `since`, or None while that is not there yet.

    The next step's action is asked again too. What it demands beyond a rule's condition was proven when the plan was
    made, and must still be true. A person's plan has no rule at all.
    """
    world = turn.world
    result = world.samples.results.get((plan.check, plan.target.text))
    if result is None or not result.asked_at.after(since):
        return None
    matches: bool | Unknown = True
    if plan.rule is not None:
        rule = world.loaded.content.rules.get(plan.rule)
        if rule is None:
            matches = Unknown("rule_gone")
        elif rule.when is not None:
            matches = rule.when.evaluate(result.data)
    return Rediagnosis(
        state=result.state,
        still_matches=matches,
        asked_at=result.asked_at,
        identity=result.identity,
        action_refuses=_refusal_of_action(turn, plan, result.data, run) if result.state is not State.OK else "",
    )


def _refusal_of_action(turn: Turn, plan: Plan, data: Data, run: Run) -> str:
    """Return why the action of the next step would not be planned with `data`; empty when it would, or nothing is left
    to do."""
    current = machine.current(run)
    step = next((each for each in plan.steps if current is not None and each.id == current.id), None)
    action = turn.world.loaded.content.actions.get(step.action) if step is not None else None
    if step is None or action is None or not plan.target.hosts or debts.is_release(run):
        return ""
    host = turn.world.loaded.inventory.hosts.get(step.host or plan.target.hosts[0])
    if host is None:
        return ""
    try:
        built = action.with_plan(PlanInput(target=plan.target, host=host, data=data))
    except Exception as error:  # noqa: BLE001 - see poison.action_failed
        return poison.action_failed(turn, step.action, "commands", error, run.id)
    return built.reason if isinstance(built, Declined) else ""
