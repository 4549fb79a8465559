"""A debt that a step of a run left behind: a mark on its host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from remediator.model.content.actions import DebtSpec
from remediator.model.content.commands import Command
from remediator.model.hosts import Host
from remediator.model.records.records import Debt, Run
from remediator.runs import machine
from remediator.runs.debts import debts
from tests.builders.asked import in_a_run
from tests.builders.declined import built
from tests.unit.safety.cases import TARGET, a_plan, at

HOST = Host(name=TARGET.host, address="192.0.2.2", groups=("control",))
CLEAR = Command(host=TARGET.host, argv=("mark", "clear", "first"), timeout_s=10.0)
ORDER = in_a_run(TARGET, HOST)


def spec(*commands: Command) -> DebtSpec:
    return DebtSpec(
        describe="the mark",
        lifetime_s=600.0,
        undo=lambda _order: commands,
        still_ours=lambda _mark, _reply, _target: True,
    )


def creating(name: str = "run-1") -> Run:
    return machine.planned(name, a_plan(), "inc-1", "remediator", at(0))


def a_debt(name: str = "debt-1", run: str = "run-1", **changes: Any) -> Debt:
    step = a_plan().steps[0]
    made = built(debts.owed(name, creating(run), step, spec(CLEAR), ORDER, {"started_at": "a"}, at(10)))
    return replace(made, **changes)
