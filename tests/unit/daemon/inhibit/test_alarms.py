"""One page for an outage of the store: late enough, once, again when the notifier failed, and anew for the next
outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from remediator.daemon.inhibit import alarms
from remediator.daemon.inhibit.alarms import StoreAlarm
from remediator.model.times import Instant

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def at(seconds: float, wall_ahead_s: float = 0.0) -> Instant:
    return Instant(START + timedelta(seconds=seconds + wall_ahead_s), 100.0 + seconds, "boot")


def failing(alarm: StoreAlarm, start: int, end: int) -> list[int]:
    """Return the seconds at which a page left while the store failed in every second of the span."""
    return [second for second in range(start, end) if alarm.failed("cloud", "it is locked", at(second)) is not None]


def working(alarm: StoreAlarm, start: int, end: int) -> None:
    for second in range(start, end):
        alarm.worked(at(second))


def test_a_moment_is_no_outage() -> None:
    alarm = StoreAlarm()
    assert failing(alarm, 0, 5) == []
    working(alarm, 5, 8)
    assert failing(alarm, 8, 13) == [], "what came and went before does not add up"


def test_one_page_with_the_reason_for_an_outage_of_hours() -> None:
    alarm = StoreAlarm()
    assert failing(alarm, 0, 5) == []
    page = alarm.failed("cloud", "it is locked", at(5))
    assert page is not None
    assert (page.n, page.body["cloud"]) == (alarms.OF_THE_STORE, "cloud")
    assert "it is locked" in page.body["text"]
    assert "2026-01-05T03:00:00.000Z" in page.body["text"]
    alarm.delivered("", at(6))
    assert failing(alarm, 7, 20_000) == []


def test_a_notifier_that_fails_is_asked_again_with_longer_waits_until_it_takes_the_page() -> None:
    alarm = StoreAlarm()
    left = []
    for second in range(1000):
        if alarm.failed("cloud", "it is gone", at(second)) is not None:
            left.append(second)
            alarm.delivered("connection refused" if len(left) < 5 else "", at(second))
    assert left == [5, 15, 35, 75, 155]


def test_a_page_on_its_way_is_not_sent_twice_and_one_that_was_lost_is() -> None:
    assert failing(StoreAlarm(), 0, 305) == [5]
    assert failing(StoreAlarm(), 0, 306) == [5, 305]


def test_a_store_that_comes_and_goes_is_one_outage_and_the_next_one_pages_again() -> None:
    alarm = StoreAlarm()
    assert failing(alarm, 0, 10) == [5]
    alarm.delivered("", at(10))
    working(alarm, 10, 60)
    assert failing(alarm, 60, 100) == []
    working(alarm, 100, 161)
    assert alarm.since is None
    assert failing(alarm, 200, 220) == [205]


def test_a_clock_set_back_does_not_keep_the_page() -> None:
    alarm = StoreAlarm()
    assert alarm.failed("cloud", "it is gone", at(0)) is None
    assert alarm.failed("cloud", "it is gone", at(6, wall_ahead_s=-3600)) is not None
