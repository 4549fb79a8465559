"""What is set aside is left alone for longer and longer, told once for each reason, and forgotten when it works
again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from remediator.daemon.state.asides import LONGEST_WAIT_S, About, Asides, told
from remediator.model.times import Instant

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
RUN = About(kind="run", name="run-7")
STORM = About(kind="part", name="storm")


def at(seconds: float) -> Instant:
    return Instant(START + timedelta(seconds=seconds), 100.0 + seconds, "boot")


def waits_s(asides: Asides, about: About, since: float) -> float:
    return next(float(s) for s in range(1, 2000) if not asides.left_alone(about, at(since + s)))


def test_it_is_left_alone_for_twice_as_long_each_time_up_to_a_limit() -> None:
    asides, now, waits = Asides(), 0.0, []
    for _ in range(8):
        asides.failed(RUN, KeyError("x"), at(now))
        waits.append(waits_s(asides, RUN, now))
        now += waits[-1]
    assert waits == [30.0, 60.0, 120.0, 240.0, 480.0, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S]


def test_what_works_again_begins_anew() -> None:
    asides = Asides()
    for _ in range(5):
        asides.failed(RUN, KeyError("x"), at(0))
    asides.worked(RUN)
    assert not asides.left_alone(RUN, at(0))
    assert asides.failed(RUN, KeyError("x"), at(0)).times == 1


def test_nobody_else_is_left_alone() -> None:
    asides = Asides()
    asides.failed(RUN, KeyError("x"), at(0))
    assert not asides.left_alone(About(kind="run", name="run-8"), at(1))
    assert not asides.left_alone(About(kind="incident", name="run-7"), at(1))


def test_only_a_part_that_the_gate_rests_on_holds_all() -> None:
    asides = Asides()
    asides.failed(RUN, KeyError("x"), at(0))
    assert asides.vital == ()
    asides.failed(STORM, KeyError("x"), at(0), holds_all=True)
    assert len(asides.vital) == 1
    assert "storm" in asides.vital[0].text
    asides.worked(STORM)
    assert asides.vital == ()


def test_it_is_told_once_for_each_reason() -> None:
    asides = Asides()
    asides.failed(RUN, KeyError("x"), at(0))
    asides.were_told(asides.untold())
    asides.failed(RUN, KeyError("x"), at(40))
    assert asides.untold() == []
    asides.failed(RUN, ValueError("y"), at(200))
    assert [each.why for each in asides.untold()] == ["ValueError: y"]


def test_what_failed_for_another_reason_meanwhile_is_not_told_yet() -> None:
    asides = Asides()
    asides.failed(RUN, KeyError("x"), at(0))
    seen = asides.untold()
    asides.failed(RUN, ValueError("y"), at(40))
    asides.were_told(seen)
    assert [each.why for each in asides.untold()] == ["ValueError: y"]


def test_a_reason_is_one_short_line_that_can_be_stored() -> None:
    said = told(ValueError("a\nb \ud800" + "x" * 1000))
    assert "\n" not in said
    assert len(said) <= 300
    said.encode()
