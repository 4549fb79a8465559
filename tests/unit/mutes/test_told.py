"""What senders tell of downtimes: which word counts, and what it makes of the one that stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.model.messages.hooks import Hint
from remediator.mutes import told
from remediator.mutes.told import Known, Word
from remediator.mutes.transition import Transition
from remediator.safety.case import Downtime
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

STANDING = Downtime(
    source="nagios",
    host="ctl1",
    service=None,
    depth=1,
    seen_at=at(0).wall,
    until=at(900).wall,
    name="ctl1",
    sender="a",
    told_at=100.0,
)
HINT = Hint(
    source="nagios",
    key="k",
    host="ctl1",
    service=None,
    state="UP",
    state_type="HARD",
    attempt=1,
    notification_type="PROBLEM",
    downtime_depth=None,
    output="",
    problem_id="1",
    raw={},
    sender="a",
)


def words(
    told_at: float, *standing: Downtime, newest: float = 0.0, guessed: bool = False, **hint: Any
) -> tuple[Word, ...]:
    known = Known(
        standing={(each.host, each.service or ""): each for each in standing}, newest=lambda host, service: newest
    )
    return told.words(replace(HINT, **hint), "ctl1", told_at, known, guessed=guessed)


@pytest.mark.parametrize(
    ("hint", "found"),
    [
        ({}, []),
        ({"downtime_depth": 0}, [("", 0)]),
        ({"downtime_depth": 2}, [("", 2)]),
        ({"notification_type": "DOWNTIMESTART", "downtime_depth": 0}, [("", 1)]),
        ({"notification_type": "DOWNTIMEEND"}, [("", 0)]),
        ({"service": "ssh", "downtime_depth": 1, "host_downtime_depth": 3}, [("ssh", 1), ("", 3)]),
        ({"host_downtime_depth": 3}, []),
    ],
)
def test_a_hint_has_a_word_of_the_host_and_one_of_its_service(hint: dict[str, Any], found: list[Any]) -> None:
    assert [(word.service, word.depth) for word in words(0.0, **hint)] == found


@pytest.mark.parametrize(
    ("told_at", "standing", "newest", "guessed", "hint", "kept"),
    [
        (150.0, STANDING, 100.0, False, {"downtime_depth": 0}, ""),
        (99.0, STANDING, 100.0, False, {"downtime_depth": 0}, "a later word about it was heard before"),
        (100.0, STANDING, 100.999, False, {"downtime_depth": 0}, ""),
        (0.0, STANDING, 100.0, False, {"downtime_depth": 0}, "it says no time (TIMET), and what was told with one"),
        (0.0, replace(STANDING, told_at=0.0), 0.0, False, {"downtime_depth": 0}, ""),
        (0.0, replace(STANDING, told_at=0.0, sender="b"), 0.0, False, {"downtime_depth": 0}, "and the sender b told"),
        (0.0, None, 0.0, True, {"downtime_depth": 0}, "none is known, and ctl1 may be another host"),
        (
            150.0,
            replace(STANDING, name="ctl1.x"),
            0.0,
            True,
            {"downtime_depth": 0},
            "ctl1 may be another host than ctl1.x",
        ),
        (
            100.0,
            STANDING,
            100.0,
            False,
            {"service": "ssh", "host_downtime_depth": 0},
            "only the host itself, or a word",
        ),
        (101.0, STANDING, 100.0, False, {"service": "ssh", "host_downtime_depth": 0}, ""),
    ],
)
def test_which_word_counts(
    told_at: float, standing: Downtime | None, newest: float, guessed: bool, hint: dict[str, Any], kept: str
) -> None:
    (word,) = words(told_at, *([standing] if standing else []), newest=newest, guessed=guessed, **hint)
    assert (word.kept == "") is (kept == "")
    assert kept in word.kept


def test_a_host_with_many_downtimes_of_services_has_one_for_all_further_ones() -> None:
    many = [replace(STANDING, service=f"s{n}") for n in range(told.MOST_SERVICES)]
    (further,) = words(150.0, *many, service="ssh", downtime_depth=1)
    (known,) = words(150.0, *many, service="s3", downtime_depth=1)
    assert (further.service, known.service) == (told.OTHERS, "s3")


def made(depth: int, standing: Downtime | None, told_at: float = 150.0) -> Transition:
    (word,) = words(told_at, *([standing] if standing else []), downtime_depth=depth)
    return told.taken(word, standing, at(30))


@pytest.mark.parametrize(
    ("depth", "standing", "kept", "ended", "entries"),
    [
        (0, None, 0, 0, 0),
        (0, STANDING, 0, 1, 1),
        (1, None, 1, 0, 1),
        (1, STANDING, 1, 0, 0),
        (3, STANDING, 1, 0, 1),
    ],
)
def test_what_a_word_makes_of_a_downtime(
    depth: int, standing: Downtime | None, kept: int, ended: int, entries: int
) -> None:
    found = made(depth, standing)
    assert (len(found.kept), len(found.ended), len(found.entries)) == (kept, ended, entries)
    assert [dict(entry.body()) for entry in found.entries] == [
        {"host": "ctl1", "service": "", "depth": depth}
    ] * entries
    assert {entry.actor for entry in found.entries} <= {"nagios"}


def test_a_downtime_is_believed_for_a_week_and_keeps_its_newest_time() -> None:
    (record,) = made(2, STANDING, told_at=50.0).kept
    assert isinstance(record, Downtime)
    assert record.until - record.seen_at == timedelta(days=7)
    assert record.told_at == 100.0


@pytest.mark.parametrize(
    ("kind", "told_at", "heard_at"),
    [
        ("DOWNTIMEEND", 200.0, 200.999),
        ("DOWNTIMEEND", 200.5, 200.5),
        ("PROBLEM", 200.0, 200.0),
        ("PROBLEM", 0.0, 150.0),
    ],
)
def test_the_end_of_a_downtime_outlasts_what_was_said_in_its_second(kind: str, told_at: float, heard_at: float) -> None:
    (word,) = words(told_at, newest=150.0, notification_type=kind, downtime_depth=0)
    assert told.heard_at(word) == heard_at
