"""From a runbook, a target and its data to the plan: every step with its exact commands, and what later ones take from
earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remediator.model.content.actions import ActionSpec, AtTurn, Need, OnEachMember, PlanInput
from remediator.model.content.declined import Declined, Refused
from remediator.model.content.plans import Plan, PlannedStep
from remediator.model.content.specs import RunbookSpec, StepSpec
from remediator.model.hosts import Inventory
from remediator.model.targets import Target
from remediator.model.values import Data


def build(
    runbook: RunbookSpec,
    *,
    target: Target,
    data: Data,
    identity: Mapping[str, str],
    inventory: Inventory,
    rule: str | None,
    check: str,
    quiet_s: float,
    content_version: str,
) -> Plan | Refused:
    """Return the plan of `runbook` for `target`. `hold_s` is the hold that the config asks for the runbook's risk.

    Refuse when the runbook is for another kind of target, or a host is not in the inventory. Refuse as well when an
    action declines the data or stumbles over it (an UNKNOWN unit, a stateful service).
    """
    if runbook.target_kind != target.kind:
        return _cannot(runbook, target, f"it is for a {runbook.target_kind}")
    steps: list[PlannedStep] = []
    for step in runbook.steps:
        for host in target.hosts if step.action.on_each_member else target.hosts[:1]:
            planned = _planned(step, target, host, data, inventory)
            if isinstance(planned, Declined):
                return _cannot(runbook, target, planned.reason)
            steps.append(planned)
    return Plan(
        runbook=runbook.name,
        rule=rule,
        target=target,
        risk=runbook.risk,
        steps=tuple(steps),
        check=check,
        verify_check=runbook.verify.check,
        verify_within_s=runbook.verify.within_s,
        verify_hold_s=max(quiet_s, runbook.verify.quiet_s),
        content_version=content_version,
        held_at_most_s=runbook.held_at_most_s,
        identity=dict(identity),
    )


def _cannot(runbook: RunbookSpec, target: Target, why: str) -> Refused:
    return Refused(f"{runbook.name} cannot be planned for {target}: {why}")


def _planned(step: StepSpec, target: Target, name: str, data: Data, inventory: Inventory) -> PlannedStep | Declined:
    action = step.action
    host = inventory.hosts.get(name)
    if host is None:
        return Refused(f"{name} is not in the inventory")
    params = {name: source.to_json() for name, source in step.params.items()}
    try:
        commands = action.with_plan(PlanInput(target=target, host=host, data=data))
    except Exception as error:  # noqa: BLE001 - what it stumbles over refuses this plan, and costs nobody else a turn
        return Refused(f"{action.name} stumbled: {type(error).__name__}: {error}"[:500])
    if isinstance(commands, Declined):
        return commands
    return PlannedStep(
        id=f"{step.id}_{name}" if action.on_each_member else step.id,
        action=action.name,
        effect=action.effect,
        risk=action.risk,
        params=params,
        commands=commands,
        timeout_s=step.timeout_s,
        takes_away_healthy=action.takes_away_healthy,
        host=name if action.on_each_member else "",
        late=action.late,
        fresh=isinstance(action.when, AtTurn) and action.when.fresh,
        parallel=isinstance(action.where, OnEachMember) and action.where.side_by_side,
        judges_group=action.judges_group,
        holds_units=action.holds_units,
        summary=action.summary,
    )


def bound(
    plan: Plan,
    step: PlannedStep,
    needs: Sequence[Need[Any]],
    actions: Mapping[str, ActionSpec],
    results: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what the steps of `plan` gave (`results`, by id) that `step` names for each of `needs`; None where nothing
    was given."""
    found: dict[str, Any] = {}
    for need in needs:
        given = {each.host: results[each.id] for each in _named(plan, step, need, actions) if each.id in results}
        found[need.name] = given if need.of_members else next(iter(given.values()), None)
    return found


def _named(plan: Plan, step: PlannedStep, need: Need[Any], actions: Mapping[str, ActionSpec]) -> Sequence[PlannedStep]:
    """Return the steps of `plan` that `step` names for `need`.

    A plan of an older release names none: there, they are those before it whose action gives the kind of result.
    """
    reference = step.params.get(need.name)
    if isinstance(reference, Mapping):
        source = reference.get("from")
        return [each for each in plan.steps if source == (_of_member(each) if each.host else each.id)]
    earlier = plan.steps[: plan.steps.index(step)]
    givers = {name for name, action in actions.items() if action.gives is not None and action.gives.kind is need.kind}
    return [each for each in earlier if each.action in givers]


def _of_member(step: PlannedStep) -> str:
    """Return how the runbook calls a step that is planned once for each member."""
    return step.id.removesuffix(f"_{step.host}")
