"""How long an incident lasted, who has it in hand, and what a cancelled run leaves of its ladder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.incidents import lifecycle
from remediator.model.records.records import Incident, IncidentState
from remediator.model.times import clock, exactly
from tests.builders.incidents import OPEN, START, at
from tests.builders.stored import again, body_of, record_of

pytestmark = pytest.mark.unit


def test_down_is_from_the_first_bad_sample_to_the_ok_that_held() -> None:
    cured = replace(OPEN, acted_at=at(127), cured_at=at(149), closed_at=at(170), state=IncidentState.RESOLVED)
    found = lifecycle.durations(cured)
    assert (found["detect_s"], found["decide_s"], found["cure_s"], found["down_s"]) == (22.0, 105.0, 22.0, 149.0)


def test_one_that_is_not_over_has_no_end_and_one_that_was_closed_ends_then() -> None:
    assert lifecycle.durations(OPEN)["down_s"] is None
    assert lifecycle.durations(lifecycle.closed(OPEN, None, at(60), "by itself").incident)["down_s"] == 60.0


@pytest.mark.parametrize(
    ("kinds", "seconds"),
    [
        ([], None),
        ([("opened", 0)], None),
        ([("waits", 10), ("approved", 91)], 81.0),
        ([("waits", 10), ("refused", 20), ("waits", 30), ("cancelled", 45)], 25.0),
        ([("waits", 10)], None),
    ],
)
def test_time_that_people_were_asked(kinds: list[tuple[str, int]], seconds: float | None) -> None:
    assert lifecycle.asked_s([(kind, at(when).wall) for kind, when in kinds]) == seconds


def test_an_acknowledgement_is_kept_in_the_store() -> None:
    acked = lifecycle.acknowledged(OPEN, "root", "raising its limit", at(60)).incident
    assert lifecycle.acknowledgement(again(acked)) == {
        "by": "root",
        "at": "2026-01-05T03:01:00.000Z",
        "reason": "raising its limit",
    }
    assert lifecycle.acknowledgement(OPEN) is None


def test_a_row_of_the_release_before_has_neither_acknowledgement_nor_account() -> None:
    row = body_of(OPEN)
    for new in ("accounted", "acked_at", "acked_by", "ack_reason"):
        del row[new]
    assert record_of(Incident, row) == OPEN


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0.4 s"),
        (42, "42 s"),
        (119.6, "2 min"),
        (149, "2 min 29 s"),
        (120, "2 min"),
        (7200, "2 h"),
        (11100, "3 h 5 min"),
    ],
)
def test_a_duration_keeps_its_seconds(seconds: float, text: str) -> None:
    assert exactly(seconds) == text


def test_a_moment_of_this_day_is_short() -> None:
    assert clock(START) == "03:00:00 UTC"
