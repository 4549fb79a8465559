"""Working hours: what is read, what is refused and how, and the changes of daylight saving."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.model.content import hours
from remediator.model.content.hours import BadHours

pytestmark = pytest.mark.unit

ZURICH = ZoneInfo("Europe/Zurich")
WEEK = {
    "Mon-Fri": {0, 1, 2, 3, 4},
    "mon,WED,Fri": {0, 2, 4},
    "Sat-Sun": {5, 6},
    "Sat-Mon": {5, 6, 0},
    "Mon-Wed,Sun": {0, 1, 2, 6},
    "Thu": {3},
    "DAILY": set(range(7)),
}
SPANS = {
    "09-17": (540, 1020),
    "9-17": (540, 1020),
    "09:30-17:15": (570, 1035),
    "22-06": (1320, 360),
    "22-00": (1320, 0),
    "00-24": (0, 1440),
    "00:00-24:00": (0, 1440),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "days"), WEEK.items())
def test_days(text: str, days: set[int]) -> None:
    assert hours.parse(f"{text} 09-17 UTC").days == days


@pytest.mark.parametrize(("text", "minutes"), SPANS.items())
def test_spans(text: str, minutes: tuple[int, int]) -> None:
    read = hours.parse(f"daily {text} UTC")
    assert (read.from_minute, read.to_minute) == minutes


def test_the_text_is_kept_with_single_spaces() -> None:
    assert hours.parse("  Mon-Fri   09-17\tEurope/Zurich ").text == "Mon-Fri 09-17 Europe/Zurich"


NO_DAY = "is not a day: days are Mon, Tue, Wed, Thu, Fri, Sat, Sun and daily"
NO_ZONE = "is not a time zone: write its name in the tz database, like Europe/Zurich"
WRONG = {
    "": ("", "'' should be days, a span and a time zone, like Mon-Fri 09-17 Europe/Zurich"),
    "09-17 UTC": ("09-17 UTC", "'09-17 UTC' should be days, a span and a time zone, like Mon-Fri 09-17 Europe/Zurich"),
    "Mon-Fry 09-17 UTC": ("Fry", f"'Fry' {NO_DAY} (did you mean Fri?)"),
    "Monday 09-17 UTC": ("Monday", f"'Monday' {NO_DAY} (did you mean Mon?)"),
    "dayly 09-17 UTC": ("dayly", f"'dayly' {NO_DAY} (did you mean daily?)"),
    "Mon,,Fri 09-17 UTC": ("", f"'' {NO_DAY}"),
    "Mon-Wed-Fri 09-17 UTC": ("Wed-Fri", f"'Wed-Fri' {NO_DAY} (did you mean Wed?)"),
    "Mon 09 UTC": ("09", "'09' is not a span of time: write 09-17, 09:30-17:15 or, over midnight, 22-06"),
    "Mon 09-5pm UTC": ("5pm", "'5pm' is not a time of day: write 9, 09 or 09:30, up to 24"),
    "Mon 09-17-18 UTC": ("17-18", "'17-18' is not a time of day: write 9, 09 or 09:30, up to 24"),
    "Mon ٠٩-17 UTC": ("٠٩", "'٠٩' is not a time of day: write 9, 09 or 09:30, up to 24"),
    "Mon 25:00-26:00 UTC": ("25:00", "'25:00' is not a time of day: a day ends at 24:00"),
    "Mon 09-24:01 UTC": ("24:01", "'24:01' is not a time of day: a day ends at 24:00"),
    "Mon 09:60-17 UTC": ("09:60", "'09:60' is not a time of day: an hour has the minutes 00 to 59"),
    "Mon 24-06 UTC": ("24-06", "'24-06' begins at 24:00, which only ends a span (did you mean 00-06?)"),
    "Mon 09-09 UTC": ("09-09", "'09-09' is a span of no length; for the whole day write 00-24"),
    "Mon 09-09:00 UTC": ("09-09:00", "'09-09:00' is a span of no length; for the whole day write 00-24"),
    "Mon 09-17 Europe/Zurch": ("Europe/Zurch", f"'Europe/Zurch' {NO_ZONE} (did you mean Europe/Zurich?)"),
    "Mon 09-17 Nuremberg/Nowhere": ("Nuremberg/Nowhere", f"'Nuremberg/Nowhere' {NO_ZONE}"),
    "Mon 09-17 zurich": ("zurich", f"'zurich' {NO_ZONE} (did you mean Europe/Zurich?)"),
    "Mon 09-17 Europe": ("Europe", f"'Europe' {NO_ZONE}"),
    "Mon 09-17 ../../../etc/passwd": ("../../../etc/passwd", f"'../../../etc/passwd' {NO_ZONE}"),
    "Mon 09-17 /etc/localtime": ("/etc/localtime", f"'/etc/localtime' {NO_ZONE}"),
    "Mon 09-17 localtime": ("localtime", f"'localtime' {NO_ZONE}"),
    "Mon 09-17 right/Europe/Zurich": (
        "right/Europe/Zurich",
        f"'right/Europe/Zurich' {NO_ZONE} (did you mean Europe/Zurich?)",
    ),
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=WRONG.keys())
def test_what_is_wrong_names_its_part(text: str, said: tuple[str, str]) -> None:
    with pytest.raises(BadHours) as caught:
        hours.parse(text)
    error = caught.value
    assert (error.part, str(error)) == said
    assert isinstance(error, ValueError)
    assert str(error) == (f"{error.why} (did you mean {error.hint}?)" if error.hint else error.why)


def test_a_machine_without_time_zones_is_told_what_is_missing(tmp_path: Path) -> None:
    reset_tzpath([str(tmp_path)])
    ZoneInfo.clear_cache()
    try:
        with pytest.raises(BadHours, match=re.escape("there are no time zones here; install tzdata")):
            hours.parse("daily 09-17 Europe/Paris")
    finally:
        reset_tzpath()
        ZoneInfo.clear_cache()


def test_a_span_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday = hours.parse("Fri 22-06 UTC")
    opens = {
        at: friday.open(utc(at))
        for at in ("2026-05-01T05:59", "2026-05-01T21:59", "2026-05-01T22:00", "2026-05-02T05:59")
    }
    assert list(opens.values()) == [False, False, True, True]
    assert not friday.open(utc("2026-05-02T06:00"))
    assert not friday.open(utc("2026-05-02T22:00"))


NEXT = {
    "inside: now": ("Mon-Fri 09-17 Europe/Zurich", "2026-05-06T08:00:30", "2026-05-06T08:00:30"),
    "before": ("Mon-Fri 09-17 Europe/Zurich", "2026-05-06T03:12:45", "2026-05-06T07:00"),
    "at the end": ("Mon-Fri 09-17 Europe/Zurich", "2026-05-06T15:00", "2026-05-07T07:00"),
    "over the weekend": ("Mon-Fri 09-17 Europe/Zurich", "2026-05-08T15:00", "2026-05-11T07:00"),
    "the same day next week": ("Wed 09-10 UTC", "2026-05-06T10:00", "2026-05-13T09:00"),
    "over midnight": ("Mon 22-06 UTC", "2026-05-05T06:00", "2026-05-11T22:00"),
    "over midnight, still inside": ("Mon 22-06 UTC", "2026-05-05T05:59:59", "2026-05-05T05:59:59"),
    "winter to summer": ("Mon-Fri 09-17 Europe/Zurich", "2026-03-27T16:00", "2026-03-30T07:00"),
    "summer to winter": ("Mon-Fri 09-17 Europe/Zurich", "2026-10-23T15:00", "2026-10-26T08:00"),
    # 2026-03-29: 02:00 to 03:00 does not exist in Zurich; 01:00Z is 03:00 there.
    "an opening that does not exist": ("Sun 02:30-05 Europe/Zurich", "2026-03-28T12:00", "2026-03-29T01:00"),
    "from just before the gap": ("Sun 02:30-05 Europe/Zurich", "2026-03-29T00:59:59", "2026-03-29T01:00"),
    "skipped whole": ("Sun 02-03 Europe/Zurich", "2026-03-28T12:00", "2026-04-05T00:00"),
    "skipped whole, daily": ("daily 02-03 Europe/Zurich", "2026-03-28T12:00", "2026-03-30T00:00"),
    # 2026-10-25: 02:00 to 03:00 comes twice in Zurich, from 00:00Z and from 01:00Z.
    "an opening that comes twice, first": ("Sun 02:30-04 Europe/Zurich", "2026-10-24T12:00", "2026-10-25T00:30"),
    "an opening that comes twice, again": ("Sun 02:30-04 Europe/Zurich", "2026-10-25T01:10", "2026-10-25T01:30"),
    "an end that comes twice": ("Sun 01-02:30 Europe/Zurich", "2026-10-25T00:45", "2026-10-25T01:00"),
    "a zone of half hours": ("Mon 09-10 Asia/Kolkata", "2026-05-10T12:00", "2026-05-11T03:30"),
    "a gap at midnight": ("Sun 00-01:30 Asia/Beirut", "2026-03-28T12:00", "2026-03-28T22:00"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "at", "then"), NEXT.values(), ids=NEXT.keys())
def test_the_next_opening(text: str, at: str, then: str) -> None:
    found = hours.parse(text).next_open(utc(at))
    assert found == utc(then)
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_no_opening_within_the_search_is_none() -> None:
    assert hours.parse("Sun 02-03 Europe/Zurich").next_open(utc("2026-03-22T02:00")) is None


def test_the_zone_of_the_moment_asked_does_not_matter() -> None:
    weekdays = hours.parse("Mon-Fri 09-17 Europe/Zurich")
    moment = datetime(2026, 5, 9, 12, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert weekdays.next_open(moment) == weekdays.next_open(moment.astimezone(UTC)) == utc("2026-05-11T07:00")


def test_the_skipped_hour_is_never_open_and_the_repeated_one_twice() -> None:
    early = hours.parse("daily 02-03 Europe/Zurich")
    assert _open_minutes(early, datetime(2026, 3, 29, tzinfo=ZURICH)) == 0
    assert _open_minutes(early, datetime(2026, 5, 3, tzinfo=ZURICH)) == 60
    assert _open_minutes(early, datetime(2026, 10, 25, tzinfo=ZURICH)) == 120


def _open_minutes(asked: hours.Hours, begin: datetime) -> int:
    first = begin.astimezone(UTC)
    return sum(asked.open(first + timedelta(minutes=minute)) for minute in range(6 * 60))


AROUND_CHANGES = st.sampled_from(["2026-03-27T00:00", "2026-10-23T00:00", "2026-06-01T00:00"])
MINUTES = st.integers(min_value=0, max_value=1439)


@settings(deadline=None)
@given(
    AROUND_CHANGES,
    st.integers(min_value=0, max_value=4 * 1440),
    st.frozensets(st.integers(0, 6), min_size=1),
    MINUTES,
    MINUTES,
    st.sampled_from(["Europe/Zurich", "Asia/Beirut", "Australia/Lord_Howe", "America/New_York"]),
)
def test_the_next_opening_is_what_asking_every_minute_finds(
    start: str, ahead: int, days: frozenset[int], begin: int, end: int, zone: str
) -> None:
    if begin == end:
        end = 1440
    asked = hours.Hours(days=days, from_minute=begin, to_minute=end, zone=ZoneInfo(zone), text="")
    at = utc(start) + timedelta(minutes=ahead)
    every = (at + timedelta(minutes=minute) for minute in range(8 * 1440 + 1))
    assert asked.next_open(at) == next((moment for moment in every if asked.open(moment)), None)
