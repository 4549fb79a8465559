"""Who is asked now: hosts that answer never wait for those that do not, and nothing is ordered without a place."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from remediator.collect import places
from remediator.collect.places import PATIENCE_S, Lane, UnderWay
from remediator.daemon.process import pools
from remediator.model.messages.replies import HostReply, Reach
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

QUICK, SLOW = Lane.QUICK, Lane.SLOW
EACH = 4


def _call(lane: Lane, ago_s: float = 0.0) -> UnderWay:
    return UnderWay(lane=lane, since=make.at(100.0 - ago_s), judged_at=make.at(100.0 - ago_s))


def _seated(quick: int, slow: int, *calls: UnderWay) -> tuple[int, int]:
    """Return how many of so many waiting hosts of each lane have a place."""
    waiting = [(f"s{n}", SLOW) for n in range(slow)] + [(f"q{n}", QUICK) for n in range(quick)]
    found = places.seated(waiting, calls, EACH, make.at(100.0))
    return sum(host[0] == "q" for host in found), sum(host[0] == "s" for host in found)


def test_each_lane_has_places_of_its_own() -> None:
    assert _seated(9, 9) == (EACH, EACH)
    assert _seated(9, 9, *[_call(SLOW)] * EACH) == (EACH, 0)
    assert _seated(9, 9, *[_call(QUICK)] * EACH) == (0, EACH)


def test_a_call_that_takes_long_gives_its_quick_place_to_the_next() -> None:
    long = _call(QUICK, PATIENCE_S + 1)
    assert _seated(9, 0, *[_call(QUICK)] * EACH) == (0, 0)
    assert _seated(9, 0, *[long] * EACH) == (EACH, 0)
    assert _seated(0, 9, *[long] * EACH) == (0, 0)


def test_slow_calls_beyond_their_places_take_quick_ones() -> None:
    long = _call(QUICK, PATIENCE_S + 1)
    assert _seated(9, 9, *[long] * (EACH + 1)) == (EACH - 1, 0)
    assert _seated(9, 9, *[long] * (2 * EACH)) == (0, 0)


def test_who_is_first_in_the_list_is_seated_first() -> None:
    waiting = [(name, QUICK) for name in "abcdef"]
    assert places.seated(waiting, [_call(QUICK)], EACH, make.at(100.0)) == ["a", "b", "c"]


def test_who_waits_longest_is_first_and_one_that_was_asked_for_waits_since_its_last_sample() -> None:
    due_s = {"new": 0.0, "late": 60.0, "due": 90.0, "asked": 100.0, "late too": 60.0}
    every_s = dict.fromkeys(due_s, 15.0)
    order = places.in_order(["due", "late", "new", "late too"], {"asked"}, due_s, every_s)
    assert order == ["new", "late", "late too", "asked", "due"]
    assert places.in_order(["due"], {"due"}, due_s, every_s) == ["due"]


def test_there_are_never_more_calls_than_places() -> None:
    chance = random.Random(3)
    calls: dict[str, UnderWay] = {}
    for second in range(2000):
        now = make.at(float(second))
        for name in [name for name in calls if chance.random() < 0.1]:
            del calls[name]
        waiting = [(f"h{chance.randrange(200)}", chance.choice(list(Lane))) for _ in range(9)]
        waiting = [each for each in dict(waiting).items() if each[0] not in calls]
        for host in places.seated(waiting, calls.values(), EACH, now):
            calls[host] = UnderWay(lane=dict(waiting)[host], since=now, judged_at=now)
        assert len(calls) <= 2 * EACH


@pytest.mark.parametrize(("hosts", "each"), [(1, 16), (128, 16), (129, 17), (1000, 125), (5000, 256)])
def test_places_grow_with_the_cloud(hosts: int, each: int) -> None:
    assert places.of_each(hosts) == each
    assert 2 * each <= pools.Kind.COLLECT.value, "each place is a thread"


def _reply(took_s: float, reach: Reach = Reach.OK) -> HostReply:
    return replace(make.reply(reach=reach, asked_s=10.0), received_at=make.at(10.0 + took_s))


@pytest.mark.parametrize(
    ("newest", "lane"),
    [
        (None, QUICK),
        (_reply(0.2), QUICK),
        (_reply(PATIENCE_S + 1), SLOW),
        *[(_reply(0.2, reach), SLOW) for reach in Reach if reach is not Reach.OK],
    ],
)
def test_where_a_host_waits_is_what_its_newest_reply_was_like(newest: HostReply | None, lane: Lane) -> None:
    assert places.lane_of(newest) is lane
