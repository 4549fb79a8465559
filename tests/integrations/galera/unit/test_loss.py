"""A component that formed again behind the high-water mark: noticed at once, kept after it has passed the mark, and who
may end that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from remediator.integrations.galera import assess
from remediator.integrations.galera.watermark import marks
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

LOST = {"behind": 30, "reformed_at": 170}
UNDER_WAY = world.past(age_s=60.0, state="running", ended_s=None, done=("galera.bootstrap",))


def synced(
    at: int, *, asked_s: float = 3600.0, hosts: tuple[str, ...] = world.HOSTS, since_s: float = 1.0, **more: Any
) -> list[HostReply]:
    """Return members that were started again `since_s` before they were asked."""
    fresh = world.started(since_s, asked_s)
    return [world.running(host, world.sql(at=at, **more), asked_s=asked_s, **fresh) for host in hosts]


def fold(before: Any, *replies: HostReply | None, now_s: float = 3601.0, runs: Any = ()) -> Any:
    return marks.fold(before, world.evidence(*replies, now_s=now_s, runs=runs))


def loss(body: Any) -> tuple[int, int] | None:
    kept = marks.parse(body)
    assert isinstance(kept, marks.Kept)
    return None if kept.loss is None else (kept.loss.behind, kept.loss.reformed_at)


def data(body: Any, *replies: HostReply | None, now_s: float = 3601.0) -> Mapping[str, Any]:
    (one,) = assess.cluster(world.evidence(*replies, now_s=now_s, mark=body))
    return one.data


def test_a_loss_is_not_forgotten_once_the_cluster_has_written_past_the_mark() -> None:
    mark = world.mark(200)
    for second, at in enumerate((170, 185, 199, 205, 4000)):
        asked_s = 3600.0 + 15.0 * second
        mark = fold(mark, *synced(at, asked_s=asked_s), now_s=asked_s + 1.0)
        said = data(mark, *synced(at, asked_s=asked_s), now_s=asked_s + 1.0)
        assert (said["behind_mark"], said["reformed_at"]) == (30, 170)
    assert mark["seqno"] == 4000
    assert marks.fold(mark, world.evidence()) is mark
    assert data(mark)["behind_mark"] == 30


def test_of_two_losses_the_larger_number_and_the_lower_place_are_kept() -> None:
    mark = fold(world.mark(200), *synced(170))
    mark = fold(mark, *synced(300, asked_s=3630.0), now_s=3631.0)
    mark = fold(mark, *synced(260, asked_s=3660.0), now_s=3661.0)
    assert loss(mark) == (40, 170)
    mark = fold(mark, *synced(310, asked_s=3690.0), now_s=3691.0)
    assert loss(fold(mark, *synced(305, asked_s=3720.0), now_s=3721.0)) == (40, 170)


@pytest.mark.parametrize("at", [200, 201])
def test_what_is_not_behind_is_no_loss(at: int) -> None:
    body = fold(world.mark(200), *synced(at))
    assert loss(body) is None
    assert (body["behind"], body["reformed_at"]) == (None, None)
    assert data(body, *synced(at))["reformed_at"] is None


def test_an_answer_from_before_the_marks_sample_is_none() -> None:
    """The member that stood furthest was asked a moment ago and is gone: what the others said before it is no proof of
    anything."""
    before = world.mark(200, age_s=2.0)
    old = synced(198, asked_s=3598.0, hosts=("ctl1",))
    assert loss(fold(before, *old, *synced(199, hosts=("ctl2",)), world.stopped("ctl3"))) is None
    assert loss(fold(before, *synced(199, hosts=("ctl1", "ctl2")), world.stopped("ctl3"))) == (1, 199)


def test_who_runs_since_before_the_marks_sample_has_lost_nothing_and_only_lags() -> None:
    """The member that stood furthest has just been killed: the others had received its commits, and have not applied
    all of them."""
    before = world.mark(1011, age_s=2.0)
    others = synced(1007, hosts=("ctl2", "ctl3"), since_s=500.0)
    body = fold(before, world.stopped("ctl1"), *others)
    assert loss(body) is None
    assert data(before, world.stopped("ctl1"), *others)["behind_mark"] == 0
    again = fold(before, world.stopped("ctl1"), others[0], *synced(1007, hosts=("ctl3",), since_s=1.0))
    assert loss(again) == (4, 1007)
    assert loss(fold(before, world.stopped("ctl1"), *synced(1007, hosts=("ctl2", "ctl3"), since_s=3.0))) == (4, 1007)


@pytest.mark.parametrize("missing", [{}, {"engine_state": "down"}])
def test_a_member_whose_own_container_is_not_shown_to_run_is_not_taken_for_one_that_never_ended(
    missing: Mapping[str, str],
) -> None:
    """A bootstrap container answers in its place, or the engine says nothing."""
    whole = make.containers(engine_state=missing.get("engine_state", "ok"), units={"mariadb": make.unit()})
    replies = [world.running(host, world.sql(at=170), containers=whole) for host in world.HOSTS]
    assert loss(fold(world.mark(200), *replies)) == (30, 170)


def test_a_member_that_still_stands_at_the_mark_proves_that_nothing_is_lost() -> None:
    assert loss(fold(world.mark(200), *synced(190, hosts=("ctl1", "ctl2")), *synced(200, hosts=("ctl3",)))) is None


def test_no_known_position_is_no_loss() -> None:
    assert loss(fold(world.mark(200), *synced(-1))) is None
    assert loss(fold(world.mark(None), *synced(5))) is None


@pytest.mark.parametrize(
    ("replies", "found"),
    [
        # by others: one member was made Primary alone, the others get a state transfer for an hour
        ([*synced(170, hosts=("ctl1",), size=1), world.stopped("ctl2"), world.stopped("ctl3")], (30, 170)),
        ([*synced(170, hosts=("ctl1",), size=1), None, None], (30, 170)),
        # not all of the component answers: the one that does not may be the furthest
        ([*synced(170, hosts=("ctl1",), size=2), world.running("ctl2", Unknown("sql_timeout")), None], None),
        ([*synced(170, hosts=("ctl1",), size=1), *synced(250, hosts=("ctl2", "ctl3"), size=2)], None),
        ([*synced(170, hosts=("ctl1",), size=1, uuid=world.OTHER), None, None], None),
        ([*synced(200, hosts=("ctl1",), size=1), None, None], None),
    ],
)
def test_a_component_of_less_than_a_majority_tells_of_a_loss_when_all_of_it_answers(
    replies: list[HostReply | None], found: tuple[int, int] | None
) -> None:
    before = world.mark(200)
    body = fold(before, *replies)
    assert loss(body) == found
    changed = {"behind": None, "reformed_at": None, "formed": {}}
    assert {**body, **changed} == {**before, **changed}
    assert found is not None or body is before


def test_a_person_ends_it() -> None:
    lost = world.mark(205, **LOST)
    body = marks.accepted(world.evidence(*synced(210), mark=lost))
    assert loss(body) is None
    assert body["seqno"] == 210


@pytest.mark.parametrize(
    "runs", [(), (world.past(age_s=60.0, runbook="galera-start-members"),), (world.past(age_s=500.0),)]
)
def test_nothing_else_ends_it(runs: Any) -> None:
    assert loss(fold(world.mark(205, **LOST), *synced(210), runs=runs)) == (30, 170)


@pytest.mark.parametrize("state", ["verifying", "succeeded"])
def test_a_bootstrap_of_ours_from_that_very_mark_ends_it_for_its_number_was_approved(state: str) -> None:
    run = world.past(age_s=60.0, state=state, ended_s=None)
    body = fold(world.mark(200, **LOST), *synced(180), runs=(run,))
    assert (loss(body), body["seqno"]) == (None, 180)
    assert loss(fold(world.mark(200, **LOST), *synced(230), runs=(run,))) is None


def test_a_later_bootstrap_of_ours_does_not_end_a_loss_that_it_never_told() -> None:
    run = world.past(age_s=60.0, state="verifying", ended_s=None)
    assert loss(fold(world.mark(205, **LOST), *synced(205), runs=(run,))) == (30, 170)


def test_what_a_bootstrap_of_ours_told_is_no_loss_while_it_still_brings_the_others_back() -> None:
    alone = [*synced(170, hosts=("ctl1",), size=1), None, None]
    assert loss(fold(world.mark(200), *alone, runs=(UNDER_WAY,))) is None
    mark = fold(world.mark(200), *synced(180, hosts=("ctl1", "ctl2"), size=2), runs=(UNDER_WAY,))
    assert loss(mark) is None
    verifying = world.past(age_s=90.0, state="verifying", ended_s=None, done=("galera.bootstrap",))
    mark = fold(mark, *synced(190, asked_s=3630.0), now_s=3631.0, runs=(verifying,))
    assert (loss(mark), mark["seqno"]) == (None, 190)


@pytest.mark.parametrize(
    "change",
    [
        {"done": ("galera.hold",)},
        {"ended_s": 5.0, "state": "failed"},
        {"age_s": 500.0},
        {"runbook": "galera-start-members", "done": ("galera.start_stopped",)},
    ],
)
def test_any_other_run_of_ours_has_told_nothing(change: dict[str, Any]) -> None:
    assert loss(fold(world.mark(200), *synced(170), runs=({**UNDER_WAY, **change},))) == (30, 170)


def test_a_mark_from_before_losses_were_kept_has_none() -> None:
    assert "behind" not in world.mark(200)
    assert loss(world.mark(200)) is None


@pytest.mark.parametrize(
    "bad", [{"behind": "many", "reformed_at": 1}, {"behind": 3}, {"behind": 3, "reformed_at": None}]
)
def test_half_a_loss_is_unknown(bad: dict[str, Any]) -> None:
    assert isinstance(marks.parse(world.mark(200, **bad)), Unknown)


def test_it_is_written_at_once() -> None:
    before = fold(None, *synced(200))
    assert loss(fold(before, *synced(170, asked_s=3601.0), now_s=3601.5)) == (30, 170)


def test_it_is_told_while_nobody_is_primary_too() -> None:
    said = data(world.mark(205, **LOST), *(world.stopped(host) for host in world.HOSTS))
    assert (said["behind_mark"], said["reformed_at"], said["proven_primary"]) == (30, 170, 0)
    assert data(world.mark(205, **LOST), *synced(100))["behind_mark"] == 105
