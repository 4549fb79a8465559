"""When a run that has done its steps counts as a cure, and what ends the wait.

A cure needs two OK samples from after the last step, over the quiet period.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.checks.series import Series
from remediator.model.content.judging import CheckResult, State
from remediator.model.records.records import RunState, StateType
from remediator.runs import verification
from remediator.runs.verification import Verified
from tests.builders.runs import intended, verifying
from tests.unit.safety.cases import TARGET, at

pytestmark = pytest.mark.unit


def sample(state: State, second: float) -> CheckResult:
    return CheckResult(check="container-state", target=TARGET, state=state, output="", data={}, asked_at=at(second))


def verified(samples: list[tuple[State, float]], now: float) -> Verified:
    run = verification.verifying(intended(), at(10))
    newest = None
    for state, second in samples:
        newest = sample(state, second)
        run = verification.sampled(run, newest)
    return verification.judged(run, newest, at(now))


@pytest.mark.parametrize(
    ("samples", "now", "verdict"),
    [
        ([(State.OK, 9)], 80, Verified.WAITING),
        ([(State.OK, 12), (State.OK, 71.9)], 72, Verified.WAITING),
        ([(State.OK, 12), (State.OK, 72)], 72, Verified.QUIET),
        ([(State.OK, 12), (State.UNKNOWN, 40), (State.OK, 72)], 72, Verified.QUIET),
        ([(State.OK, 12), (State.CRITICAL, 40), (State.OK, 72)], 72, Verified.WAITING),
        ([(State.OK, 12), (State.CRITICAL, 40), (State.OK, 60), (State.OK, 72)], 72, Verified.WAITING),
        ([(State.OK, 12), (State.OK, 60)], 80, Verified.WAITING),
        ([(State.OK, 9), (State.OK, 10), (State.OK, 69.9)], 75, Verified.WAITING),
        ([(State.OK, 9), (State.OK, 12), (State.OK, 70)], 70, Verified.WAITING),
        ([(State.OK, 12), (State.OK, 60), (State.UNKNOWN, 73)], 74, Verified.WAITING),
        ([(State.CRITICAL, 12)], 131, Verified.FAILED),
        ([], 131, Verified.FAILED),
        ([(State.OK, 12), (State.CRITICAL, 100), (State.OK, 200)], 251, Verified.FAILED),
    ],
)
def test_verification(samples: list[tuple[State, float]], now: float, verdict: Verified) -> None:
    assert verified(samples, now) is verdict


@pytest.mark.parametrize("state", [State.OK, State.CRITICAL])
@pytest.mark.parametrize("asked", [-600, 9, 10])
def test_a_sample_asked_before_the_last_step_ended_says_nothing(state: State, asked: float) -> None:
    run = verification.verifying(intended(), at(10))
    assert verification.sampled(run, sample(state, asked)) == run


def test_one_ok_sample_is_never_enough() -> None:
    run = verification.sampled(verification.verifying(intended(), at(10)), sample(State.OK, 12))
    assert verification.judged(replace(run, ok_since=at(-500)), sample(State.OK, 12), at(13)) is Verified.WAITING


def series(state: State, bad_s: float | None, state_type: StateType = StateType.HARD) -> Series:
    since = at(bad_s) if bad_s is not None else None
    return Series(
        state=state,
        state_type=state_type,
        attempt=3,
        counted_at=at(0),
        bad_since=since,
        ok_since=None,
        ok_samples=0,
        samples=9,
        history=(),
    )


def seen(**changes: Any) -> verification.Seen:
    nothing = verification.Seen(newest=None, series=None, attempts=3, failed=False, in_group=False)
    return replace(nothing, **changes)


CRITICAL = sample(State.CRITICAL, 40)


@pytest.mark.parametrize(
    ("changes", "known", "now", "words"),
    [
        ({}, seen(), 20, None),
        ({}, seen(), 131, "was not OK within 120 s"),
        ({"bad_samples": 3}, seen(newest=CRITICAL, failed=True), 50, "was CRITICAL in 3 samples after the last step"),
        ({"bad_samples": 2}, seen(newest=CRITICAL, failed=True), 50, None),
        ({"bad_samples": 3}, seen(newest=CRITICAL), 50, None),
        ({"bad_samples": 3}, seen(newest=sample(State.UNKNOWN, 40), failed=True), 50, None),
        (
            {"was_ok": True, "ok_since": at(20)},
            seen(series=series(State.CRITICAL, 30), in_group=True),
            50,
            "fell once more in its quiet period",
        ),
        ({"was_ok": True, "ok_since": at(20)}, seen(series=series(State.CRITICAL, 30)), 50, None),
        ({"was_ok": True, "ok_since": at(20)}, seen(series=series(State.CRITICAL, 9), in_group=True), 50, None),
        (
            {"was_ok": True, "ok_since": at(20)},
            seen(series=series(State.CRITICAL, 30, StateType.SOFT), in_group=True),
            50,
            None,
        ),
        ({"ok_since": at(20)}, seen(series=series(State.CRITICAL, 30), in_group=True), 50, None),
        ({"ok_since": at(20)}, seen(series=series(State.CRITICAL, -500)), 100, None),
    ],
)
def test_what_ends_a_verification_before_its_time(
    changes: dict[str, Any], known: verification.Seen, now: float, words: str | None
) -> None:
    transition = verification.watched(replace(verifying(), **changes), known, at(now))
    assert (transition.run.reason if transition is not None else None) == words or (
        words is not None and transition is not None and words in transition.run.reason
    )
    assert transition is None or transition.run.state is RunState.FAILED


def test_a_check_that_stays_critical_for_five_minutes_is_hopeless_however_long_its_runbook_waits() -> None:
    run = verifying()
    patient = replace(run, plan=replace(run.plan, verify_within_s=3600.0))
    known = seen(series=series(State.CRITICAL, -1000))
    assert verification.watched(patient, known, at(310)) is None
    over = verification.watched(patient, known, at(311))
    assert over is not None
    assert over.run.reason == "container-state has been CRITICAL without a break for 301 s since the last step"


def test_two_ok_samples_that_held_are_a_cure_and_one_entry_says_so() -> None:
    run = verifying()
    for second in (12, 72):
        run = verification.sampled(run, sample(State.OK, second))
    cured = verification.watched(run, seen(newest=sample(State.OK, 72)), at(72))
    assert cured is not None
    assert (cured.run.state, [type(item).__name__ for item in cured.then]) == (RunState.SUCCEEDED, ["Succeeded"])
