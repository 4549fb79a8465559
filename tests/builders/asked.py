"""How tests ask an action: with what it finds when its run is planned, or with what it finds in its turn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from remediator.collect.facts import FactsOfHosts
from remediator.model.content.actions import ActionSpec, Built, PlanInput, Settling, StepInput
from remediator.model.hosts import Host, Inventory
from remediator.model.targets import Target
from remediator.model.times import Instant


def asked(action: ActionSpec, order: PlanInput) -> Built:
    """Return what `action` builds of `order`: in its turn of a `StepInput`, with the plan of any other."""
    if isinstance(order, StepInput):
        return action.when.commands(order)
    return action.with_plan(order)


def settling(action: ActionSpec) -> Settling:
    """Return how the effect of `action` is waited for. Fail where nothing is."""
    assert action.settle is not None
    return action.settle


def in_a_run(target: Target, host: Host, **changes: Any) -> StepInput:
    """Return what an action finds in a run of which no host has said anything."""
    now = Instant(datetime(2026, 1, 5, 3, 0, tzinfo=UTC), 100.0, "boot")
    inventory = Inventory(hosts={host.name: host}, version="v", source="test")
    nothing = FactsOfHosts(hosts=target.hosts, inventory=inventory, now=now, replies={}, memories={})
    return StepInput(
        **{
            "target": target,
            "host": host,
            "data": {},
            "evidence": nothing,
            "run": "run-1",
            "mark": "lab.s.run-1",
            **changes,
        }
    )
