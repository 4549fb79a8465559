"""One stopped member beside a living Primary: its position is read before it is started, and one that is ahead is left
to a person."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from remediator.integrations.galera import assess
from remediator.integrations.galera.steps import scripts
from remediator.model import targets
from remediator.model.content.actions import StepInput
from remediator.model.content.declined import Refused
from remediator.model.values import Unknown
from tests.builders.declined import built, declines
from tests.integrations.galera.unit import world

pytestmark = pytest.mark.unit

FAILED: dict[str, Any] = {
    "has_unit": True,
    "unit_state": "failed",
    "stopped": True,
    "operator_stopped": False,
    "cause": None,
    "disk_full": False,
    "abs_clock_offset_s": 0.1,
    "quorum_without_me": True,
    "any_donor_or_joiner": False,
    "split": False,
    "bootstrap_left_over": False,
}
START = scripts.START.argv()


def order(position: dict[str, Any] | None, **changes: Any) -> StepInput:
    """Return the order to start ctl3 beside two Primary members that stand at 77, after its position was read."""
    asked = world.order(
        "ctl3",
        world.running("ctl1", world.sql(at=70)),
        world.running("ctl2", world.sql(at=77)),
        world.stopped("ctl3"),
    )
    results = {} if position is None else {"position": position}
    return dataclasses.replace(
        asked, target=targets.member("galera", "ctl3"), data={**FAILED, **changes}, bound=results
    )


EXCHANGE, LATER = "815a94d2-e7a8-11f1-b342-7f4042f87a7a", "91111111-e7a8-11f1-b342-7f4042f87a7a"


def life(at: int, exchange: str, conf_id: int, position: int = 50, uuid: str = world.UUID) -> dict[str, Any]:
    """Return the beginning of a life of the server that came into a component at `at`."""
    formed = {"exchange": exchange, "conf_id": conf_id, "act_id": at, "uuid": uuid}
    return {"uuid": world.UUID, "position": position, "cache_uuid": None, "received": None, "formed": formed}


def beside_formed(seqno: int, others: list[dict[str, Any]], own: Any) -> StepInput:
    """Return the order to start ctl3, read at `seqno`, beside members of which ctl1 tells of `others`."""
    asked = world.order(
        "ctl3",
        world.running("ctl1", world.sql(at=9000), starts=others),
        world.running("ctl2", world.sql(at=9000)),
        world.stopped("ctl3", starts=own),
    )
    return dataclasses.replace(
        asked, target=targets.member("galera", "ctl3"), data=FAILED, bound={"position": world.read(seqno)}
    )


FORMED = life(60, EXCHANGE, 0)


@pytest.mark.parametrize(
    "own",
    [
        [],  # its log does not say
        None,
        "garbage",
        [life(40, LATER, 4)],  # it came into what was there before
        [life(60, LATER, 3)],
        [life(61, LATER, 3, uuid=world.OTHER)],
        [{**life(61, LATER, 3), "formed": None}],
    ],
)
def test_one_that_went_on_without_the_others_is_not_started_however_far_they_are_by_now(own: Any) -> None:
    """The others were brought back from 60 while it held 65 and was stopped; they have written up to 9,000 since."""
    with declines(Refused, match=r"the others formed again at 60, and ctl3 stands at 65.*GB-10"):
        built(started(beside_formed(65, [FORMED], own)))


@pytest.mark.parametrize(
    ("seqno", "others", "own"),
    [
        (60, [FORMED], [life(40, LATER, 4)]),  # all that it has, they have
        (65, [FORMED], [life(61, LATER, 3)]),  # it joined them
        (65, [FORMED], [life(40, LATER, 4), life(61, LATER, 3), {**FORMED, "formed": None}]),
        (65, [FORMED], [FORMED]),  # it formed with them
        (65, [life(60, EXCHANGE, 2)], []),  # they went on from what was there
        (65, [life(60, EXCHANGE, 0, uuid=world.OTHER)], []),
        (65, [], []),
    ],
)
def test_one_that_was_part_of_it_is_started(seqno: int, others: Any, own: Any) -> None:
    assert started(beside_formed(seqno, others, own)) == [START]


def started(asked: StepInput) -> list[tuple[str, ...]]:
    return [argv for _, argv in world.argvs("galera.start_member", asked)]


@pytest.mark.parametrize("seqno", [0, 76, 77])
def test_a_member_that_is_not_ahead_is_started(seqno: int) -> None:
    assert started(order(world.read(seqno))) == [START]


def test_one_without_history_takes_a_whole_copy() -> None:
    given = {"uuid": None, "seqno": None, "xa": False}
    assert started(order(given)) == [START]


@pytest.mark.parametrize(
    ("position", "words"),
    [
        (world.read(78), "stands at 78, and the Primary at 77"),
        (world.read(10, uuid=world.OTHER), "of another cluster"),
        ({"unknown": True, "reason": "position_cut"}, r"not known \(position_cut\)"),
        ({"unknown": True, "reason": "xa_prepared", "xa": True}, "prepared transactions"),
        ({"uuid": world.UUID, "seqno": 3, "xa": True}, "prepared transactions"),
        (None, r"not known \(not_read\)"),
    ],
)
def test_what_may_be_ahead_is_left_to_a_person(position: dict[str, Any] | None, words: str) -> None:
    with declines(Refused, match=words):
        built(started(order(position)))


@pytest.mark.parametrize("said", [True, Unknown("x")])
@pytest.mark.parametrize("action", ["galera.read_member", "galera.start_member"])
def test_nothing_is_started_into_a_split(action: str, said: bool | Unknown) -> None:
    with declines(Refused, match="two Primary components exist"):
        built(world.argvs(action, order(world.read(77), split=said)))


def marked(body: Any) -> StepInput:
    """Return the order beside a cluster whose kept mark is `body`."""
    others = [world.running(host, world.sql(at=77)) for host in ("ctl1", "ctl2")]
    seen = world.evidence(*others, world.stopped("ctl3"), marks={"galera.cluster": body})
    return dataclasses.replace(order(world.read(70)), evidence=seen)


@pytest.mark.parametrize("action", ["galera.read_member", "galera.start_member"])
def test_beside_a_cluster_that_lost_something_nothing_is_started_until_a_person_accepts_it(action: str) -> None:
    """The others were at 77, formed again at 60, and are at 77 again. What ctl3 holds after 60 need not be what they
    hold."""
    lost = world.mark(77, behind=17, reformed_at=60)
    with declines(Refused, match=r"17 transactions possibly lost, seen at 60.*baseline accept group/galera"):
        built(world.ACTIONS[action].when.commands(marked(lost)))
    assert built(world.ACTIONS[action].when.commands(marked({**lost, "behind": None, "reformed_at": None})))


def test_a_mark_that_cannot_be_read_starts_nothing_and_none_stands_in_nobodys_way() -> None:
    with declines(Refused, match="cannot be read"):
        built(started(marked({"uuid": "x"})))
    assert started(marked(None)) == [START]


# a member of whom its own log says that it has what the others do not have
OWN_WORDS = [
    "[ERROR] WSREP: ./gcs/src/gcs_group.cpp:group_post_state_exchange():434: Reversing history: 640 -> "
    "610, this member has applied 30 more "
    "events than the primary component.Data loss is possible. Aborting.",
    "[ERROR] WSREP: ./gcs/src/gcs_group.cpp:group_post_state_exchange():452: Reversing history: 640 -> "
    "-1, this member has applied 641 more "
    "events than the primary component.Data loss is possible. Must abort.",
    "[ERROR] WSREP: Local state seqno (640) is greater than group seqno (610): states diverged. "
    "Aborting to avoid potential data loss.",
]


@pytest.mark.parametrize("action", ["galera.read_member", "galera.start_member"])
@pytest.mark.parametrize("others_at", [610, 640, 4000])
@pytest.mark.parametrize("line", OWN_WORDS)
def test_one_that_says_that_history_was_reversed_is_left_to_a_person_wherever_the_others_are_by_now(
    line: str, others_at: int, action: str
) -> None:
    """Its position is behind theirs by now and no log of theirs tells of that time: its own words alone forbid the
    start."""
    well = [world.running(host, world.sql(size=2, at=others_at)) for host in ("ctl1", "ctl2")]
    seen = world.evidence(
        *well, world.stopped("ctl3", log_tail=f"2026-11-23  6:50:00 0 {line}\n"), mark=world.mark(4000)
    )
    (data,) = (judged.data for judged in assess.nodes(seen) if judged.target.text == "galera/ctl3")
    assert data["cause"] == "diverged"
    asked = dataclasses.replace(order(world.read(600)), data=data, evidence=seen)
    with declines(Refused, match=r"diverged: a start could make that worse \(GB-17\); .*save its data directory"):
        built(world.ACTIONS[action].when.commands(asked))


def test_the_same_member_without_those_words_is_started() -> None:
    well = [world.running(host, world.sql(size=2, at=4000)) for host in ("ctl1", "ctl2")]
    seen = world.evidence(
        *well, world.stopped("ctl3", log_tail="[Note] WSREP: Shutdown complete\n"), mark=world.mark(4000)
    )
    (data,) = (judged.data for judged in assess.nodes(seen) if judged.target.text == "galera/ctl3")
    assert started(dataclasses.replace(order(world.read(600)), data=data, evidence=seen)) == [START]


def test_nothing_is_read_of_a_member_that_may_not_be_started() -> None:
    with declines(Refused, match="make room first"):
        built(world.argvs("galera.read_member", order(None, disk_full=True)))
    (found,) = world.argvs("galera.read_member", order(None))
    assert found[1][3] == "galera-read-position"
