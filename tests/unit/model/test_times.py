"""Two clocks: a wait is the shorter of what they say passed, an age the longer; what came later is told by
CLOCK_BOOTTIME."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from remediator.model.times import Instant

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def at(wall_s: float, boot_s: float, boot_id: str = "boot") -> Instant:
    return Instant(START + timedelta(seconds=wall_s), boot_s, boot_id)


@pytest.mark.parametrize(
    ("now", "waited", "age"),
    [
        (at(60, 60), 60, 60),
        (at(3660, 60), 60, 3660),
        (at(-3540, 60), 0, 60),
        (at(60, 3660), 60, 3660),
        (at(60, 5, "another boot"), 60, 60),
        (at(-60, 5, "another boot"), 0, 0),
    ],
    ids=["even", "wall-ahead", "wall-back", "wall-stood", "rebooted", "rebooted-and-set-back"],
)
def test_a_wait_is_the_shorter_and_an_age_the_longer(now: Instant, waited: float, age: float) -> None:
    before = at(0, 0)
    assert (now.since(before), now.at_most_since(before)) == (waited, age)


@pytest.mark.parametrize(
    ("later", "is_after"),
    [
        (at(-3600, 1), True),
        (at(3600, -1), False),
        (at(1, -1, "another"), True),
        (at(-1, 1, "another"), False),
        (at(0, 0), False),
    ],
)
def test_what_came_later_is_told_by_the_clock_that_is_never_set(later: Instant, is_after: bool) -> None:
    assert later.after(at(0, 0)) is is_after
