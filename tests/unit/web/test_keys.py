"""When two calls are the same call, and when they are not: a lost downtime would let us act in it."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.web.hooks import hints

pytestmark = pytest.mark.unit
PROBLEM = {
    "type": "PROBLEM",
    "host": "ctl2",
    "service": "memcached",
    "state": "CRITICAL",
    "state_type": "HARD",
    "attempt": "3/3",
    "event_id": "7",
    "problem_id": "4",
    "last_change": "1795410491",
    "notification_id": "11",
    "timet": "1795410500",
}
NO_IDS = {"type": "PROBLEM", "host": "ctl2", "service": "memcached", "state": "CRITICAL"}


def key(body: dict[str, Any], sender: str = "nagios", now_s: float = 0.0, given: str = "") -> str:
    return hints.from_nagios(body, sender=sender, now_s=now_s, given_key=given).key


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"output": "another text"},
        {"notification_id": "12", "notification_number": "2", "timet": "1795414100"},
        {"attempt": 3},
        {"type": "problem"},
    ],
)
def test_the_same_call(again: dict[str, Any]) -> None:
    assert key(PROBLEM) == key({**PROBLEM, **again}, now_s=9999.0)


@pytest.mark.parametrize(
    "other",
    [
        {"host": "ctl1"},
        {"service": "haproxy"},
        {"service": "", "state": "DOWN"},
        {"event_id": "8"},
        {"problem_id": "5"},
        {"last_change": "1795419999"},
        {"state_type": "SOFT"},
        {"attempt": "2/3"},
        {"type": "ACKNOWLEDGEMENT"},
        {"kind": "event_handler"},
    ],
)
def test_another_call(other: dict[str, Any]) -> None:
    assert key(PROBLEM) != key({**PROBLEM, **other})


def test_two_senders_never_share_a_key() -> None:
    assert key(PROBLEM, sender="one") != key(PROBLEM, sender="two")
    assert key(PROBLEM, sender="one", given="k") != key(PROBLEM, sender="two", given="k")


def test_a_given_key_is_all_that_counts() -> None:
    assert key(PROBLEM, given="k") == key({**PROBLEM, "host": "ctl1"}, given="k")
    assert key(PROBLEM, given="k") != key(PROBLEM, given="l")


@pytest.mark.parametrize("kind", ["DOWNTIMESTART", "DOWNTIMEEND", "ACKNOWLEDGEMENT", "CUSTOM", "FLAPPINGSTART"])
@pytest.mark.parametrize("differs", [{"notification_id": "12"}, {"notification_id": "", "timet": "1795410600"}])
def test_what_may_come_often_in_one_state_differs_by_notification(kind: str, differs: dict[str, Any]) -> None:
    first = {**PROBLEM, "type": kind}
    assert key(first) == key(dict(first))
    assert key(first) != key({**first, **differs})


OFTEN = {"host": "ctl2", "service": "memcached", "state": "OK", "event_id": "7", "notification_number": "0"}


@pytest.mark.parametrize("kind", ["DOWNTIMESTART", "DOWNTIMEEND", "DOWNTIMEREMOVED", "ACKNOWLEDGEMENT"])
def test_a_second_downtime_of_one_state_is_heard_although_its_sender_gives_no_time(kind: str) -> None:
    body = {**OFTEN, "type": kind}
    assert key(body, now_s=1000.0) != key(body, now_s=1100.0)
    assert key(body, now_s=1000.0) == key(body, now_s=1010.0), "the same call, sent again"
    dated = {**body, "LONGDATETIME": "2026-01-05 03:00:00 +0000"}
    assert key(dated, now_s=1000.0) == key(dated, now_s=1100.0)
    assert key(dated) != key({**dated, "LONGDATETIME": "2026-01-05 03:01:00 +0000"})


@pytest.mark.parametrize("depth", [{"HOSTDOWNTIME": "1"}, {"SERVICEDOWNTIME": "1"}, {"in_downtime": True}])
def test_another_word_about_a_downtime_is_another_call(depth: dict[str, Any]) -> None:
    handled = {**PROBLEM, "type": "", "SERVICEDOWNTIME": "0", "HOSTDOWNTIME": "0"}
    assert key(handled) != key({**handled, **depth})
    assert key(handled) == key({**handled, "SERVICEDOWNTIME": 0.0})


def test_without_any_id_it_is_the_same_for_ten_minutes() -> None:
    assert key(NO_IDS, now_s=601.0) == key(NO_IDS, now_s=1199.0)
    assert key(NO_IDS, now_s=599.0) != key(NO_IDS, now_s=601.0)
    assert key({**NO_IDS, "timet": "1"}, now_s=0.0) == key({**NO_IDS, "timet": "1"}, now_s=9999.0)
