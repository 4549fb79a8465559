"""Rows that hold a value only as a sentence are read as what they stood for, and written with the value from then
on."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from remediator.model.content.consent import NOTHING_MORE, Ask, Consent
from remediator.model.messages.replies import Unsent
from remediator.model.records.records import Account, Decision, Incident, Met, Run, StepState
from remediator.runs import machine
from remediator.store.migrations import first_form, worded
from tests.builders.stored import again, record_of
from tests.unit.safety.cases import at
from tests.unit.store.stored import row

pytestmark = pytest.mark.unit


def run_of(body: dict[str, Any]) -> Run:
    return record_of(Run, first_form.run(body))


def incident_of(body: dict[str, Any]) -> Incident:
    return record_of(Incident, first_form.incident(body))


def decision_of(body: dict[str, Any]) -> Decision:
    return record_of(Decision, first_form.decision(body))


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
    run = run_of(row(name))
    assert run.steps[0].unsent is unsent
    assert machine.wants_another_claim(run.steps[0]) is sent_again
    assert again(run) == run
    body = row(name)
    body["steps"][0] |= {"result": "other words", "unsent": unsent.value if unsent is not None else None}
    assert run_of(body).steps[0].unsent is unsent, "once it is a field no sentence is read any more"


def test_only_a_failed_step_never_left() -> None:
    body = row("run_never_left_late")
    body["steps"][0]["state"] = StepState.IN_DOUBT.value
    assert run_of(body).steps[0].unsent is None


def test_what_a_run_is_held_for_is_kept_and_a_row_of_before_tells_it_once_more() -> None:
    before = run_of(row("run_lost"))
    assert before.because == ()
    held = machine.held_for(before, "the evidence on ctl1 is 61 s old", at(5), because=("evidence_age", "host=ctl1"))
    assert machine.told_anew(before, held)
    read = again(held)
    assert read.because == ("evidence_age", "host=ctl1")
    assert not machine.told_anew(read, held)


@pytest.mark.parametrize(("name", "waits"), [("stands", True), ("unserved", True), ("other", False)])
def test_whether_a_decision_waits_is_read_from_its_reason(name: str, waits: bool) -> None:
    decision = decision_of(row(f"decision_skipped_{name}"))
    assert decision.waits is waits
    assert again(decision) == decision
    body = {**row(f"decision_skipped_{name}"), "waits": waits, "reason": "it waits for nothing"}
    assert decision_of(body).waits is waits
    later = replace(decision, reason="bad since 12:00:00 UTC, it waits 20 s before it acts: until 12:00:30", waits=True)
    assert decision.same_outcome(later) is waits


@pytest.mark.parametrize(
    ("outcome", "reason", "met"),
    [
        ("skipped", "its condition is false", Met.FALSE),
        ("skipped", "its condition is UNKNOWN: unknown_field:cause", Met.UNKNOWN),
        ("skipped", "it cannot be planned: whether it has a unit is UNKNOWN (timeout:units)", Met.TRUE),
        ("refused", "its condition is false", Met.TRUE),
        ("shadowed", "other goes before it", Met.TRUE),
    ],
)
def test_whether_a_condition_was_true_is_read_from_the_reason_of_a_decision(
    outcome: str, reason: str, met: Met
) -> None:
    body = {**row("decision_skipped_other"), "outcome": outcome, "reason": reason}
    assert decision_of(body).met is met
    assert again(decision_of(body)) == decision_of(body)
    assert decision_of({**body, "met": met.value, "reason": "its condition is false"}).met is met


@pytest.mark.parametrize(("name", "expired"), [("expired_yes", True), ("expired_plan", True), ("ok_again", False)])
def test_whether_a_run_expired_is_read_from_its_reason(name: str, expired: bool) -> None:
    run = run_of(row(f"run_{name}"))
    assert run.expired is expired
    body = {**row(f"run_{name}"), "expired": expired, "reason": "expired and denied"}
    assert run_of(body).expired is expired


BOOTSTRAP = (
    "bootstrap ctl2: ctl2 holds the highest position, 60; 7 transactions are possibly lost; the newest "
    "sample of the high-water mark "
    "is of 2026-07-26T12:00:00Z; GB-8: 7 transactions below the high-water mark are possibly lost"
)
STOP = "stop ctl2, ctl3, running outside of a Primary component"


@pytest.mark.parametrize(("name", "sentence"), [("bootstrap", BOOTSTRAP), ("stop", STOP)])
def test_a_question_and_a_yes_of_an_older_release_are_good_for_their_very_sentence(name: str, sentence: str) -> None:
    asking, agreed = run_of(row(f"run_asks_{name}")), run_of(row(f"run_consented_{name}"))
    assert (asking.asks, asking.asks_for, asking.consent) == (sentence, Consent(worded=sentence), None)
    assert asking.asks_hash == hashlib.sha256(sentence.encode()).hexdigest(), "what was printed still names it"
    assert agreed.consent == Consent(worded=sentence)
    asked = Ask(sentence, Consent(lost=7))
    assert asked.covered_by(agreed.consent)
    assert asked.covered_by(replace(asking, consent=asking.asks_for).consent), "a yes that is given only now"
    assert not Ask(f"{sentence} ", Consent(lost=7)).covered_by(agreed.consent)
    assert not asked.covered_by(asking.consent)
    for run in (asking, agreed):
        assert again(run) == run


@pytest.mark.parametrize("name", ["run_approved_shown", "run_waiting_shown"])
def test_whom_a_yes_lets_stop_is_read_from_the_text_of_an_older_proposal(name: str) -> None:
    run = run_of(row(name))
    assert run.approval is not None
    assert run.approval.covers == Consent(stops=frozenset({"ctl2", "ctl3"}))
    assert again(run) == run
    body = row(name)
    body["approval"]["covers"] = NOTHING_MORE.to_json()
    stored = run_of(body).approval
    assert stored is not None
    assert stored.covers == NOTHING_MORE, "once it is a field no text is read any more"


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("nobody is stopped", set()),
        ("hold ctl1; stop ctl2, running outside of a Primary component; read those of ctl1, ctl2", {"ctl2"}),
        (f"{STOP}\n{STOP}", {"ctl2", "ctl3"}),
        (f"{STOP}; stop ctl1, running outside of a Primary component", set()),
    ],
)
def test_a_text_that_names_two_different_stops_covers_none(text: str, stops: set[str]) -> None:
    assert record_of(Consent, worded.covers(text)) == Consent(stops=frozenset(stops))


def test_a_choice_of_an_older_release_is_compared_by_its_words() -> None:
    then = run_of(row("run_chosen")).steps
    given = next(step.given for step in then if step.id == "choose")
    assert "because" not in given
    assert given["alone_why"].startswith("GB-8: 7 transactions")


@pytest.mark.parametrize(
    ("name", "cause", "broke_first"),
    [
        ("explained", "inc-3", False),
        ("explained_first", "inc-3", True),
        ("stopped", None, False),
        ("downtime", None, False),
        ("silenced", None, False),
        ("worked_on", None, False),
        ("worked_on_first", None, True),
        ("others", None, False),
    ],
)
def test_what_accounts_for_an_incident_is_read_from_its_sentence(
    name: str, cause: str | None, broke_first: bool
) -> None:
    body = row(f"incident_{name}")
    incident = incident_of(body)
    assert incident.accounted == Account(text=body["accounted"], cause=cause, broke_first=broke_first)
    assert again(incident) == incident
    body |= {"accounted_by": cause, "broke_first": broke_first}
    body["accounted"] = "inc-5 explains it (x on y), though it broke before that"
    kept = incident_of(body).accounted
    assert kept is not None
    assert (kept.cause, kept.broke_first) == (cause, broke_first), "once they are fields no sentence is read any more"


def test_what_nothing_accounts_for_stays_so() -> None:
    incident = incident_of(row("incident_nothing"))
    assert incident.accounted is None
    assert again(incident) == incident


@pytest.mark.parametrize(
    ("result", "stage"),
    [
        ("ctl2: Joiner, SST, 12.0 MiB, 3.1 MiB/s", "ctl2: Joiner, SST"),
        ("ctl2: Joiner, SST", "ctl2: Joiner, SST"),
        (
            "ctl1: starting, its SQL does not answer yet (timeout)",
            "ctl1: starting, its SQL does not answer yet (timeout)",
        ),
    ],
)
def test_what_was_told_of_a_settling_step_is_its_result_without_figures(result: str, stage: str) -> None:
    body = row("run_chosen")
    body["steps"][0] |= {"state": "settling", "result": result}
    run = run_of(body)
    assert run.steps[0].stage == stage
    assert again(run) == run
    assert {step.stage for step in run.steps[1:]} == {""}
