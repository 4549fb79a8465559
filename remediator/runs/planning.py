"""From a runbook, a target and its data to the plan: every step with its exact commands."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.model.content import ActionInput, RunbookSpec
from remediator.model.hosts import Inventory
from remediator.model.plans import Plan, PlannedStep
from remediator.model.targets import Target
from remediator.model.values import Data


class CannotPlan(ValueError):
    """The runbook does not fit the target, or what is known of the target does not allow its actions."""

    def __init__(self, runbook: str, target: str, why: str) -> None:
        super().__init__(f"{runbook} cannot be planned for {target}: {why}")


def build(
    runbook: RunbookSpec,
    *,
    target: Target,
    data: Data,
    identity: Mapping[str, str],
    inventory: Inventory,
    rule: str | None,
    check: str,
    hold_s: float,
    content_version: str,
) -> Plan:
    """Return the plan of `runbook` for `target`. `hold_s` is the hold that the config asks for the runbook's risk.

    Raise CannotPlan when the runbook is for another kind of target, when a host is not in the inventory, or when an action
    refuses the data (an UNKNOWN unit, a stateful service).
    """
    if runbook.target_kind != target.kind:
        raise CannotPlan(runbook.name, target.text, f"it is for a {runbook.target_kind}")
    steps: list[PlannedStep] = []
    for step in runbook.steps:
        host = inventory.hosts.get(target.hosts[0])
        if host is None:
            raise CannotPlan(runbook.name, target.text, f"{target.hosts[0]} is not in the inventory")
        try:
            commands = step.action.commands(ActionInput(target=target, host=host, data=data, params=step.params))
        except ValueError as error:
            raise CannotPlan(runbook.name, target.text, str(error)) from None
        steps.append(
            PlannedStep(
                id=step.id,
                action=step.action.name,
                effect=step.action.effect,
                risk=step.action.risk,
                params=step.params,
                commands=commands,
                timeout_s=step.timeout_s,
                takes_away_healthy=step.action.takes_away_healthy,
            )
        )
    return Plan(
        runbook=runbook.name,
        rule=rule,
        target=target,
        risk=runbook.risk,
        steps=tuple(steps),
        check=check,
        verify_check=runbook.verify.check,
        verify_within_s=runbook.verify.within_s,
        verify_hold_s=max(hold_s, runbook.verify.hold_s),
        content_version=content_version,
        held_at_most_s=runbook.held_at_most_s,
        identity=dict(identity),
    )
