"""The high-water mark: who may raise it, what never replaces it, when it goes back, and how often it is written."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations.galera.watermark import marks
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit


def synced(
    at: int = 100, *, asked_s: float = 3600.0, hosts: tuple[str, ...] = world.HOSTS, **more: Any
) -> list[HostReply]:
    return [world.running(host, world.sql(at=at, **more), asked_s=asked_s) for host in hosts]


def fold(before: Any, *replies: HostReply | None, now_s: float = 3601.0, runs: Any = ()) -> Any:
    return marks.fold(before, world.evidence(*replies, now_s=now_s, runs=runs))


def test_the_first_healthy_majority_stores_it() -> None:
    kept = marks.parse(fold(None, *synced(100)))
    assert isinstance(kept, marks.Kept)
    assert (kept.mark.uuid, kept.mark.seqno, kept.mark.conf_id, kept.size) == (world.UUID, 100, 5, 3)
    assert (kept.version, kept.pc_recovery, kept.data_bytes) == ("10.11.19-MariaDB-0+deb12u1", True, 10 << 20)
    assert marks.age_s(kept, make.at(3610.0)) == 10.0


def test_the_furthest_of_the_members_counts_and_the_newest_sample() -> None:
    replies = [world.running("ctl1", world.sql(at=90), asked_s=3590.0), *synced(100, hosts=("ctl2", "ctl3"))]
    body = fold(None, *replies)
    assert (body["seqno"], body["at"], body["members"]) == (100, fold(None, *synced(100))["at"], list(world.HOSTS))


@pytest.mark.parametrize(
    "replies",
    [
        [world.running("ctl1", world.sql())],
        [world.running("ctl1", world.sql()), world.stopped("ctl2"), world.stopped("ctl3")],
        [world.running(host, world.sql(state="Joined")) for host in world.HOSTS],
        [world.running("ctl1", world.sql(state="Donor/Desynced")), *synced(hosts=("ctl2",), state="Joining")],
        [world.running(host, world.sql("non-Primary", "Initialized")) for host in world.HOSTS],
        [world.running(host, Unknown("sql_timeout")) for host in world.HOSTS],
        [world.running("ctl1", world.sql(uuid=world.OTHER)), *synced(hosts=("ctl2", "ctl3"))],
        [world.running("ctl1", world.sql(state="Joining", uuid=world.OTHER)), *synced(hosts=("ctl2", "ctl3"))],
        [world.running("ctl1", world.sql(size=1)), *synced(hosts=("ctl2", "ctl3"), size=2)],
        synced(hosts=("ctl1", "ctl2", "ctl3"), size=2),
        [],
    ],
)
@pytest.mark.parametrize("before", [None, world.mark(50)])
def test_less_than_a_synced_majority_of_one_uuid_says_nothing(replies: list[HostReply], before: Any) -> None:
    assert fold(before, *replies) is before


@pytest.mark.parametrize(
    "joiner", [world.sql(state="Joining: receiving State Transfer", at=-1), Unknown("sql_refused")]
)
def test_a_donor_has_all_data_so_a_state_transfer_of_hours_does_not_freeze_it(joiner: Any) -> None:
    donor = world.running("ctl2", world.sql(state="Donor/Desynced", at=100))
    body = fold(world.mark(50), *synced(99, hosts=("ctl1",)), donor, world.running("ctl3", joiner))
    assert (body["seqno"], body["members"]) == (100, ["ctl1", "ctl2"])


def test_it_is_raised_and_keeps_the_largest_size() -> None:
    body = fold(world.mark(50), *synced(100, size=2, hosts=("ctl1", "ctl2")))
    assert (body["seqno"], body["size"]) == (100, 3)


@pytest.mark.parametrize("runs", [(), (world.past(age_s=1.0),)])
def test_a_foreign_uuid_never_replaces_it(runs: Any) -> None:
    before = world.mark(50)
    assert fold(before, *synced(100, uuid=world.OTHER), runs=runs) is before


def test_a_lower_component_does_not_lower_it() -> None:
    assert fold(world.mark(200), *synced(100))["seqno"] == 200


@pytest.mark.parametrize(
    ("run", "seqno"),
    [
        (world.past(age_s=60.0, state="succeeded"), 100),
        (world.past(age_s=60.0, state="verifying", ended_s=None), 100),
        (world.past(age_s=60.0, state="failed"), 200),
        (world.past(age_s=60.0, state="in_doubt", ended_s=None), 200),
        (world.past(age_s=60.0, state="running", ended_s=None), 200),
        (world.past(age_s=60.0, runbook="galera-start-members"), 200),
        (world.past(age_s=500.0), 200),
    ],
)
def test_only_our_own_bootstrap_since_then_that_ended_well_lowers_it(run: dict[str, Any], seqno: int) -> None:
    assert fold(world.mark(200, age_s=100.0), *synced(100), runs=(run,))["seqno"] == seqno


def test_it_is_lowered_although_a_majority_was_synced_while_the_run_still_went_on() -> None:
    """A joiner that is Synced makes a majority before the last one has joined: that must not use up what our bootstrap
    lowers."""
    mark = world.mark(200, age_s=400.0)
    under_way = world.past(age_s=300.0, state="running", ended_s=None)
    for second in range(0, 60, 5):
        run = {**under_way, "age_s": 300.0 + second}
        mark = fold(
            mark,
            *synced(100, size=2, hosts=("ctl1", "ctl2"), asked_s=3600.0 + second),
            now_s=3601.0 + second,
            runs=(run,),
        )
    verifying = world.past(age_s=365.0, state="verifying", ended_s=None)
    assert fold(mark, *synced(101, asked_s=3665.0), now_s=3666.0, runs=(verifying,))["seqno"] == 101


@pytest.mark.parametrize(("later_s", "written"), [(1.0, False), (9.0, False), (10.0, True), (60.0, True)])
def test_progress_alone_is_written_every_ten_seconds_at_most(later_s: float, written: bool) -> None:
    before = fold(None, *synced(100))
    after = fold(before, *synced(101, asked_s=3600.0 + later_s), now_s=3600.0 + later_s)
    assert (after is not before) is written
    assert after["seqno"] == (101 if written else 100)


def test_a_new_view_is_written_at_once() -> None:
    before = fold(None, *synced(100))
    assert fold(before, *synced(101, conf=6, asked_s=3601.0), now_s=3601.5)["conf_id"] == 6


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "x",
        7,
        {"uuid": "u"},
        {**world.mark(), "size": "many"},
        {**world.mark(), "canaries": None},
        {**world.mark(), "canaries": {"a": "x"}},
        {name: value for name, value in world.mark().items() if name != "seqno"},
    ],
)
def test_what_cannot_be_read_is_unknown_and_is_not_written_over(body: Any) -> None:
    assert isinstance(marks.parse(body), Unknown)
    assert fold(body, *synced(100)) is body


def test_none_was_stored_is_no_unknown() -> None:
    assert marks.parse(None) is None


def test_what_was_unknown_when_it_was_stored_stays_so() -> None:
    kept = marks.parse(world.mark(pc_recovery=None))
    assert isinstance(kept, marks.Kept)
    assert isinstance(kept.pc_recovery, Unknown)


def test_a_person_accepts_a_foreign_history_and_a_lower_one_but_no_half_cluster() -> None:
    foreign = marks.accepted(world.evidence(*synced(3, uuid=world.OTHER), mark=world.mark(200)))
    assert (foreign["uuid"], foreign["seqno"]) == (world.OTHER, 3)
    assert marks.accepted(world.evidence(*synced(3, hosts=("ctl1",)), mark=world.mark(200))) is None
    assert marks.accepted(world.evidence(make.reply("ctl1", reach=Reach.UNREACHABLE))) is None


def test_canaries_are_the_smallest_count_and_are_kept_while_nobody_counts() -> None:
    counts = [{"a.b": 5, "a.c": 9}, {"a.b": 4, "a.c": Unknown("sql_denied")}, {}]
    replies = [
        world.running(host, world.sql(at=100), galera_canaries=rows)
        for host, rows in zip(world.HOSTS, counts, strict=True)
    ]
    assert fold(None, *replies)["canaries"] == {"a.b": 4, "a.c": 9}
    assert fold(world.mark(50, canaries={"a.b": 4}), *synced(100))["canaries"] == {"a.b": 4}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pc.recovery = true", True),
        ("a; pc.recovery=false; b", False),
        ("pc.recovery = 1", True),
        ("pc.wait_prim = no", None),
        ("", None),
    ],
)
def test_the_provider_option(text: str, said: bool | None) -> None:
    found = marks.pc_recovery(world.running("ctl1", world.sql(wsrep_provider_options_pc=text)))
    assert found is said or (said is None and isinstance(found, Unknown))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("10.11.19-MariaDB-0+deb12u1", (10, 11, 19)),
        ("5.5.5-11.4.2-MariaDB", (11, 4, 2)),
        ("11.2", None),
        ("", None),
        ("x10.1.1", None),
    ],
)
def test_the_numbers_of_a_version(text: str, numbers: tuple[int, int, int] | None) -> None:
    assert marks.version_numbers(text) == numbers
