"""Who may say that it is done: working hours, mode, autonomy, approval."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from remediator.model.content.actions import Risk
from remediator.model.content.hours import Hours
from remediator.model.content.specs import Mode
from remediator.model.times import Instant
from remediator.safety import gate
from tests.unit.safety.cases import NOW, a_case, a_plan, an_approval, ask, at

pytestmark = pytest.mark.unit

NIGHT = Hours(
    days=frozenset(range(5)),
    from_minute=22 * 60,
    to_minute=2 * 60,
    zone=ZoneInfo("UTC"),
    text="Mon-Fri 22-02 UTC",
)
"""Open on Monday 5 January until 02:00 (Sunday is no such day) and from 22:00; the tests' world begins at 03:10."""


def moment(hour: int, minute: int) -> Instant:
    return Instant(datetime(2026, 1, 6, hour, minute, tzinfo=UTC), 0.0, "boot-1")


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"), [(21, 59, False), (22, 0, True), (0, 30, True), (1, 59, True), (2, 0, False)]
)
def test_hours_open_with_their_first_minute_and_close_with_their_last(hour: int, minute: int, is_open: bool) -> None:
    assert ask("hours", hours=NIGHT, now=moment(hour, minute)).allow is is_open


def test_closed_hours_say_when_they_open() -> None:
    assert ask("hours", hours=NIGHT).until == datetime(2026, 1, 5, 22, 0, tzinfo=UTC)


def test_hours_that_never_open_have_no_until() -> None:
    never = Hours(days=frozenset(), from_minute=0, to_minute=60, zone=ZoneInfo("UTC"), text="never")
    verdict = ask("hours", hours=never)
    assert not verdict.allow
    assert verdict.until is None


def test_no_hours_are_all_hours() -> None:
    assert ask("hours", hours=None).allow


@pytest.mark.parametrize("risk", [Risk.R1, Risk.R2, Risk.R3])
def test_execute_does_not_stand_in_for_hours(risk: Risk) -> None:
    assert not ask("hours", hours=NIGHT, by_person=True, plan=a_plan(risk=risk)).allow


NAMED = frozenset({"container-crashed"})
"""The rule of the tests' plan, as `i_accept_unattended_r3` names it."""

WHO_MUST_SAY_YES: list[tuple[Risk, Mode, bool, bool, tuple[str, ...]]] = [
    # risk, mode, asked for by a person, rule named in i_accept_unattended_r3 -> which of the three refuse without an
    # approval
    (Risk.R1, Mode.AUTO, False, False, ()),
    (Risk.R2, Mode.AUTO, False, False, ()),
    (Risk.R1, Mode.APPROVE, False, False, ("approval",)),
    (Risk.R2, Mode.APPROVE, False, True, ("approval",)),
    (Risk.R1, Mode.APPROVE, True, False, ()),
    (Risk.R2, Mode.APPROVE, True, False, ()),
    (Risk.R2, Mode.OFF, True, False, ()),
    (Risk.R1, Mode.SHADOW, False, False, ("mode",)),
    (Risk.R2, Mode.OBSERVE, False, False, ("mode",)),
    (Risk.R3, Mode.AUTO, False, True, ()),
    (Risk.R3, Mode.AUTO, False, False, ("autonomy", "approval")),
    (Risk.R3, Mode.APPROVE, False, False, ("approval",)),
    (Risk.R3, Mode.APPROVE, False, True, ("approval",)),
    (Risk.R3, Mode.APPROVE, True, True, ("approval",)),
    (Risk.R3, Mode.AUTO, True, True, ("approval",)),
    (Risk.R3, Mode.AUTO, True, False, ("approval",)),
    (Risk.R3, Mode.SHADOW, True, True, ("mode", "approval")),
    (Risk.R3, Mode.OFF, True, False, ("mode", "approval")),
]


@pytest.mark.parametrize(("risk", "mode", "by_person", "named", "refusing"), WHO_MUST_SAY_YES)
def test_who_must_say_yes(risk: Risk, mode: Mode, by_person: bool, named: bool, refusing: tuple[str, ...]) -> None:
    given = {"mode": mode, "by_person": by_person, "unattended_r3": NAMED if named else frozenset()}
    said = {guard: ask(guard, plan=a_plan(risk=risk), **given) for guard in ("mode", "autonomy", "approval")}
    assert {guard for guard, verdict in said.items() if not verdict.allow} == set(refusing)


def test_an_approval_lifts_no_other_guard() -> None:
    plan = a_plan(risk=Risk.R3)
    assert not ask("autonomy", plan=plan, mode=Mode.AUTO, approval=an_approval(plan), own_run="run-1").allow
    assert not ask("mode", plan=plan, mode=Mode.SHADOW, approval=an_approval(plan), own_run="run-1").allow


OTHER = a_plan(content_version="d" * 64)

ANSWERS: list[tuple[dict[str, Any], str | None, str]] = [
    ({}, None, ""),
    ({"requested_by": "day-shift"}, None, ""),
    ({"approved_by": None, "approved_at": None}, "waits", "until 2026-01-05T03:20:00.000Z: remediator approve run-1"),
    ({"approved_by": None, "approved_at": None, "expires_at": NOW}, "waits", "waits for an approval"),
    ({"approved_by": None, "approved_at": None, "expires_at": at(-1)}, "expired", "expired: nobody approved run-1"),
    ({"approved_at": at(-300), "expires_at": at(-300)}, None, ""),
    ({"approved_at": at(-299), "expires_at": at(-300)}, "expired", "expired"),
    ({"approved_at": None}, "expired", "expired"),
    ({"plan_hash": OTHER.hash}, "changed", "the plan has changed"),
    ({"requested_by": "night-shift"}, "requester", "night-shift asked for it and may not approve it"),
    ({"run": "run-0"}, "used", "the approval was used by run-0"),
    ({"approved_at": NOW}, "stale", "the evidence is older than the approval"),
]


@pytest.mark.parametrize(("changes", "answer", "words"), ANSWERS)
def test_what_an_approval_is_good_for(changes: dict[str, Any], answer: str | None, words: str) -> None:
    verdict = ask("approval", mode=Mode.APPROVE, own_run="run-1", approval=an_approval(**changes))
    assert verdict.allow is (answer is None)
    assert verdict.inputs.get("answer") == answer
    assert words in verdict.reason


def test_a_run_that_nobody_was_asked_about_waits() -> None:
    verdict = ask("approval", mode=Mode.APPROVE, own_run="run-1")
    assert verdict.reason == "it waits for an approval: remediator approve run-1"


def test_an_r3_asked_for_and_approved_by_the_same_person_is_refused() -> None:
    plan = a_plan(risk=Risk.R3)
    given: dict[str, Any] = {"plan": plan, "mode": Mode.APPROVE, "by_person": True, "own_run": "run-1"}
    assert not ask("approval", approval=an_approval(plan, requested_by="night-shift"), **given).allow
    asked: dict[str, Any] = {"requested_by": "day-shift", "requested_as": (1002,)}
    assert ask("approval", approval=an_approval(plan, **asked), **given).allow


@pytest.mark.parametrize(
    "changes",
    [{"requested_as": (1001, 1900)}, {"requested_as": ()}, {"approved_as": ()}, {"requested_as": (1001,)}],
)
def test_two_names_are_one_person_where_their_accounts_do_not_tell_them_apart(changes: dict[str, Any]) -> None:
    plan = a_plan(risk=Risk.R3)
    asked: dict[str, Any] = {"requested_by": "day-shift", "requested_as": (1002,), **changes}
    given: dict[str, Any] = {"plan": plan, "mode": Mode.APPROVE, "own_run": "run-1"}
    verdict = ask("approval", approval=an_approval(plan, **asked), by_person=True, **given)
    assert verdict.reason == "night-shift and day-shift may be one person: somebody else must approve"
    assert ask("approval", approval=an_approval(plan, **asked), by_person=False, **given).allow


def test_an_approved_run_passes_the_whole_gate() -> None:
    case = a_case(mode=Mode.APPROVE, own_run="run-1", approval=an_approval())
    assert gate.allowed(gate.ask_all(case))


def test_before_the_lock_only_the_approval_is_missing() -> None:
    verdicts = gate.ask_before_lock(a_case(mode=Mode.APPROVE, rediagnosis=None))
    assert [verdict.guard for verdict in verdicts if not verdict.allow] == ["approval"]
