"""Rows that hold a value only as a sentence are read as what they stood for, and written with the value from then on."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from remediator.model.records import StepState
from remediator.model.replies import Unsent
from remediator.runs import machine
from remediator.store import rows
from tests.unit.store.stored import row

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "unsent", "sent_again"),
    [
        ("run_never_left_late", Unsent.LATE, True),
        ("run_never_left_unclaimed", Unsent.UNCLAIMED, True),
        ("run_never_left_no_answer", Unsent.PREVENTED, False),
        ("run_never_left_paused", Unsent.PREVENTED, False),
        ("run_second_never_left", Unsent.PREVENTED, False),
        ("run_unsent_late", None, False),
        ("run_lost", None, False),
        ("run_refused_by_program", None, False),
    ],
)
def test_why_a_command_never_left_is_read_from_the_result_of_its_step(
    name: str, unsent: Unsent | None, sent_again: bool
) -> None:
    run = rows.to_run(row(name))
    assert run.steps[0].unsent is unsent
    assert machine.wants_another_claim(run.steps[0]) is sent_again
    again = json.loads(rows.dump(rows.run(run)))
    assert rows.to_run(again) == run
    again["steps"][0]["result"] = "other words"
    assert rows.to_run(again).steps[0].unsent is unsent, "once it is a field no sentence is read any more"


def test_only_a_failed_step_never_left() -> None:
    body = row("run_never_left_late")
    body["steps"][0]["state"] = StepState.IN_DOUBT.value
    assert rows.to_run(body).steps[0].unsent is None


@pytest.mark.parametrize(("name", "waits"), [("stands", True), ("unserved", True), ("other", False)])
def test_whether_a_decision_waits_is_read_from_its_reason(name: str, waits: bool) -> None:
    decision = rows.to_decision(row(f"decision_skipped_{name}"))
    assert decision.waits is waits
    again = json.loads(rows.dump(rows.decision(decision)))
    assert rows.to_decision({**again, "reason": "it waits for nothing"}).waits is waits
    later = replace(decision, reason="bad since 12:00:00 UTC, it waits 20 s before it acts: until 12:00:30", waits=True)
    assert decision.same_outcome(later) is waits


@pytest.mark.parametrize(("name", "expired"), [("expired_yes", True), ("expired_plan", True), ("ok_again", False)])
def test_whether_a_run_expired_is_read_from_its_reason(name: str, expired: bool) -> None:
    run = rows.to_run(row(f"run_{name}"))
    assert run.expired is expired
    again = json.loads(rows.dump(rows.run(run)))
    assert rows.to_run({**again, "reason": "expired and denied"}).expired is expired
