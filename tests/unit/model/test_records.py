"""When two decisions are one outcome: by what refuses, what fired and whether it waits, never by how it is put."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.model.records.records import Decision, Outcome
from remediator.model.records.verdicts import Verdict
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

STORM = Verdict(guard="storm", allow=False, reason="3 hosts")
BUDGET = Verdict(guard="budget", allow=False, reason="5 runs")
WELL = Verdict(guard="lock", allow=True)


def decision(outcome: Outcome, reason: str = "r", **more: Any) -> Decision:
    return Decision(
        id="dec-1", at=at(0), incident="inc-1", event=None, rule="r", outcome=outcome, reason=reason, condition="c",
        values={}, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (decision(Outcome.SKIPPED, "until 12:00", waits=True), decision(Outcome.SKIPPED, "30 s", waits=True), True),
        (decision(Outcome.SKIPPED, "it waits"), decision(Outcome.SKIPPED, "it waits", waits=True), False),
        (decision(Outcome.SKIPPED, "it waits 30 s"), decision(Outcome.SKIPPED, "it waits 20 s"), False),
        (decision(Outcome.SKIPPED, "x"), decision(Outcome.SHADOWED, "x"), False),
        (decision(Outcome.FIRED, "x", run="run-1"), decision(Outcome.FIRED, "y", run="run-1"), True),
        (decision(Outcome.FIRED, "x", run="run-1"), decision(Outcome.FIRED, "x", run="run-2"), False),
        (decision(Outcome.FIRED, "x"), decision(Outcome.FIRED, "x", run="run-2"), False),
        (
            decision(Outcome.REFUSED, "3 hosts", verdicts=(STORM, WELL, BUDGET)),
            decision(Outcome.REFUSED, "5 runs", verdicts=(BUDGET, STORM)),
            True,
        ),
        (decision(Outcome.REFUSED, verdicts=(STORM,)), decision(Outcome.REFUSED, verdicts=(BUDGET,)), False),
        (decision(Outcome.REFUSED, verdicts=(STORM,)), decision(Outcome.REFUSED, verdicts=(STORM, BUDGET)), False),
    ],
)
def test_when_two_decisions_are_one_outcome(one: Decision, other: Decision, same: bool) -> None:
    assert one.same_outcome(other) is same
    assert other.same_outcome(one) is same
