"""One stopped member beside a living Primary: its position is read before it is started, and one that is ahead is left to a person."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from remediator.model import targets
from remediator.model.content import ActionInput
from remediator.model.values import Unknown
from tests.unit.integrations import galera_world as world

pytestmark = pytest.mark.unit

FAILED: dict[str, Any] = {
    "has_unit": True, "unit_state": "failed", "stopped": True, "operator_stopped": False, "cause": None, "disk_full": False,
    "abs_clock_offset_s": 0.1, "quorum_without_me": True, "any_donor_or_joiner": False, "split": False,
}  # fmt: skip
START = ("systemctl", "start", "kolla-mariadb-container.service")


def order(position: dict[str, Any] | None, **changes: Any) -> ActionInput:
    """Return the order to start ctl3 beside two Primary members that stand at 77, after its position was read."""
    asked = world.order(
        "ctl3",
        world.running("ctl1", world.sql(at=70)),
        world.running("ctl2", world.sql(at=77)),
        world.stopped("ctl3"),
    )
    results = {} if position is None else {"position": position}
    return dataclasses.replace(asked, target=targets.galera_member("ctl3"), data={**FAILED, **changes}, results=results)


def started(asked: ActionInput) -> list[tuple[str, ...]]:
    return [command.argv for command in world.ACTIONS["galera.start_member"].commands(asked)]


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
    with pytest.raises(ValueError, match=words):
        started(order(position))


@pytest.mark.parametrize("said", [True, Unknown("x")])
@pytest.mark.parametrize("action", ["galera.read_member", "galera.start_member"])
def test_nothing_is_started_into_a_split(action: str, said: bool | Unknown) -> None:
    with pytest.raises(ValueError, match="two Primary components exist"):
        world.argvs(action, order(world.read(77), split=said))


def marked(body: Any) -> ActionInput:
    """Return the order beside a cluster whose kept mark is `body`."""
    others = [world.running(host, world.sql(at=77)) for host in ("ctl1", "ctl2")]
    seen = world.evidence(*others, world.stopped("ctl3"), marks={"galera.cluster": body})
    return dataclasses.replace(order(world.read(70)), evidence=seen)


@pytest.mark.parametrize("action", ["galera.read_member", "galera.start_member"])
def test_beside_a_cluster_that_lost_something_nothing_is_started_until_a_person_accepts_it(action: str) -> None:
    """The others were at 77, formed again at 60 and are at 77 again: what ctl3 holds up to 70 need not be what they hold."""
    lost = world.mark(77, behind=17, reformed_at=60)
    with pytest.raises(ValueError, match=r"17 transactions possibly lost, seen at 60.*baseline accept group/galera"):
        world.ACTIONS[action].commands(marked(lost))
    assert world.ACTIONS[action].commands(marked({**lost, "behind": None, "reformed_at": None}))


def test_a_mark_that_cannot_be_read_starts_nothing_and_none_stands_in_nobodys_way() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        started(marked({"uuid": "x"}))
    assert started(marked(None)) == [START]


def test_nothing_is_read_of_a_member_that_may_not_be_started() -> None:
    with pytest.raises(ValueError, match="make room first"):
        world.argvs("galera.read_member", order(None, disk_full=True))
    (found,) = world.argvs("galera.read_member", order(None))
    assert found[1][3] == "galera-read-position"
