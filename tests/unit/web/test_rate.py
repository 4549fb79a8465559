"""The token bucket, with time handed in."""

from __future__ import annotations

import pytest

from remediator.web.rate import Limiter, Rate

pytestmark = pytest.mark.unit


def test_a_burst_passes_then_the_rate_holds() -> None:
    limiter = Limiter(Rate(per_s=2.0, burst=3.0))
    assert [limiter.take("a", 0.0) for _ in range(4)] == [0, 0, 0, 1]
    assert limiter.take("a", 0.5) == 0
    assert limiter.take("a", 0.5) == 1


def test_names_do_not_share_a_bucket() -> None:
    limiter = Limiter(Rate(per_s=1.0, burst=1.0))
    assert [limiter.take("a", 0.0), limiter.take("b", 0.0), limiter.take("a", 0.0)] == [0, 0, 1]


def test_the_wait_is_what_is_missing() -> None:
    limiter = Limiter(Rate(per_s=0.1, burst=1.0))
    assert limiter.take("a", 0.0) == 0
    assert limiter.take("a", 5.0) == 5
    assert limiter.take("a", 10.0) == 0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    limiter = Limiter(Rate(per_s=1.0, burst=1.0))
    assert limiter.take("a", 100.0) == 0
    assert limiter.take("a", 50.0) > 0


def test_thousands_a_second_are_sustained_by_default() -> None:
    limiter = Limiter(Rate())
    assert all(limiter.take("a", number / 4000.0) == 0 for number in range(40_000))
