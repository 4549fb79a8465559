"""SOFT and HARD, attempts and retry, unbroken series, flapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.checks import flapping, series
from remediator.checks.series import Changed, Series
from remediator.model.content.judging import CheckResult, State
from remediator.model.records.records import StateType
from remediator.model.targets import container
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

OK, WARN, CRIT, UNK = State.OK, State.WARNING, State.CRITICAL, State.UNKNOWN


def result(state: State, second: float) -> CheckResult:
    return CheckResult(check="c", target=container("h", "x"), state=state, output="", data={}, asked_at=at(second))


def play(samples: list[tuple[State, float]], attempts: int = 3, retry_s: float = 5.0) -> tuple[Series, list[Changed]]:
    now: Series | None = None
    changes = []
    for state, second in samples:
        now, changed = series.advance(now, result(state, second), attempts, retry_s)
        if changed is not None:
            changes.append(changed)
    assert now is not None
    return now, changes


def test_three_bad_samples_at_retry_make_it_hard() -> None:
    now, changes = play([(OK, 0), (CRIT, 5), (CRIT, 10), (CRIT, 15)])
    assert now.state_type is StateType.HARD
    assert [(c.state, c.state_type, c.attempt) for c in changes] == [
        (CRIT, StateType.SOFT, 1),
        (CRIT, StateType.HARD, 3),
    ]


def test_a_forced_sample_refreshes_but_does_not_count() -> None:
    now, _ = play([(CRIT, 0), (CRIT, 1), (CRIT, 2), (CRIT, 3)])
    assert now.attempt == 1
    assert now.state_type is StateType.SOFT


def test_the_bad_series_runs_from_its_first_sample_of_that_state() -> None:
    now, _ = play([(OK, 0), (CRIT, 5), (CRIT, 10), (CRIT, 15)])
    assert now.bad_since == at(5)
    worse, _ = play([(WARN, 0), (WARN, 600), (CRIT, 605)])
    assert worse.bad_since == at(605), "a warning of long ago is no persistence of the critical problem"


def test_unknown_breaks_both_series() -> None:
    now, _ = play([(CRIT, 0), (UNK, 5), (CRIT, 10)])
    assert now.bad_since == at(10)
    good, _ = play([(OK, 0), (UNK, 5), (OK, 10)])
    assert good.ok_since == at(10)
    assert good.ok_samples == 1


def test_unknown_has_attempts_of_its_own() -> None:
    now, changes = play([(CRIT, 0), (CRIT, 5), (CRIT, 10), (UNK, 15)])
    assert (now.state, now.state_type, now.attempt) == (UNK, StateType.SOFT, 1)
    assert changes[-1].previous is CRIT


def test_a_first_ok_is_no_event_and_a_recovery_is_one() -> None:
    _, none = play([(OK, 0), (OK, 5)])
    assert none == []
    _, changes = play([(CRIT, 0), (OK, 5)])
    assert (changes[-1].state, changes[-1].previous) == (OK, CRIT)


def test_a_change_of_severity_while_hard_stays_hard() -> None:
    now, changes = play([(CRIT, 0), (CRIT, 5), (CRIT, 10), (WARN, 15)])
    assert now.state_type is StateType.HARD
    assert changes[-1].state is WARN


def test_one_attempt_is_hard_at_once() -> None:
    now, _ = play([(CRIT, 0)], attempts=1)
    assert now.state_type is StateType.HARD


def test_a_restored_problem_is_hard_but_has_served_no_wait() -> None:
    start = series.restored(CRIT, 3, at(0))
    now, changed = series.advance(start, result(CRIT, 1), 3, 5.0)
    assert now.state_type is StateType.HARD
    assert now.bad_since == at(1)
    assert changed is None


def test_flapping_by_the_formula_of_nagios() -> None:
    alternating = [CRIT if n % 2 else OK for n in range(21)]
    assert flapping.percent_change(alternating) == pytest.approx(100.0, abs=0.01)
    one_change_now = [OK] * 20 + [CRIT]
    assert flapping.percent_change(one_change_now) == pytest.approx(1.25 * 5, abs=0.01)
    assert not flapping.flapping(False, one_change_now)
    assert flapping.flapping(False, alternating)
    assert flapping.flapping(True, one_change_now)
    assert not flapping.flapping(True, [OK] * 21)


@given(
    st.lists(st.tuples(st.sampled_from(list(State)), st.floats(0.1, 20)), min_size=1, max_size=60), st.integers(1, 5)
)
def test_invariants_over_any_history(steps: list[tuple[State, float]], attempts: int) -> None:
    second, now = 0.0, None
    for state, gap in steps:
        second += gap
        before = now
        now, changed = series.advance(now, result(state, second), attempts, 5.0)
        assert 1 <= now.attempt <= attempts
        assert (now.bad_since is not None) == (state in (CRIT, WARN))
        assert (now.ok_since is not None) == (state is OK)
        if (
            before is not None
            and before.state is state
            and before.state_type is now.state_type
            and before.flapping is now.flapping
        ):
            assert changed is None
