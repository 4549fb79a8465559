"""From replies to the picture: each fact known, absent, or UNKNOWN with its reason; nothing supposed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from remediator.integrations.galera.facts.recovered_position import Position
from remediator.integrations.galera.judgement import build_picture, decision, member_state
from remediator.integrations.galera.judgement.outcome import Procedure
from remediator.integrations.galera.judgement.picture import NIL, ClusterPicture, HighWaterMark, MemberPicture
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world
from tests.integrations.galera.unit.world import HOSTS, UUID
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

SILENT = Unknown("timeout:galera")
GVWSTATE = "my_uuid: {0}1\n#vwbeg\nview_id: 3 {0}1 4\nbootstrap: 0\n{members}#vwend\n"


def view(members: int, **changes: str) -> dict[str, Any]:
    one = "6c191011-e710-11f1-8064-067e3541b3e"
    text = GVWSTATE.format(one, members="".join(f"member: {one}{number} 0\n" for number in range(1, members + 1)))
    for old, new in changes.items():
        text = text.replace(old, new)
    return {"gvwstate_text": text, "gvwstate_bytes": len(text), "gvwstate_mtime": 1.0}


def whole(*replies: HostReply | None, positions: Any = None, **known: Any) -> ClusterPicture:
    return build_picture.picture(world.evidence(*replies, **known), positions)


def one(reply: HostReply, position: Any = None, *others: HostReply) -> MemberPicture:
    rest = others or tuple(world.stopped(host) for host in HOSTS[1:])
    return whole(reply, *rest, positions={"ctl1": position} if position is not None else {}).members[0]


def fact(found: Any, wanted: Any) -> None:
    """UNKNOWN compares by its reason, True and 1 are not the same."""
    assert (type(found), found) == (type(wanted), wanted)


# one member
# -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reply", "wanted"),
    [
        ("reached", world.stopped("ctl1"), True),
        ("stopped", world.stopped("ctl1"), True),
        ("stopped", world.running("ctl1"), False),
        ("stopped", world.stopped("ctl1", containers=Unknown("timeout:containers")), Unknown("timeout:containers")),
        ("stopped", world.stopped("ctl1", containers=make.containers(engine_state="hung")), Unknown("engine_hung")),
        ("port", world.stopped("ctl1"), "refused"),
        ("port", world.running("ctl1"), "answered"),
        ("port", world.running("ctl1", Unknown("sql_timeout")), "timeout"),
        ("port", world.running("ctl1", Unknown("sql_not_configured")), "error"),
        ("port", world.running("ctl1", Unknown("sql_error:1927")), "error"),
        ("cluster_status", world.running("ctl1"), "Primary"),
        ("cluster_status", world.stopped("ctl1"), None),
        ("cluster_status", world.running("ctl1", Unknown("sql_timeout")), Unknown("sql_timeout")),
        ("local_state", world.running("ctl1", world.sql(state="Joining")), "Joining"),
        ("unit", world.stopped("ctl1"), "failed"),
        ("unit", world.stopped("ctl1", unit=make.STOPPED), "inactive"),
        ("unit", world.running("ctl1"), "active"),
        ("unit", world.stopped("ctl1", unit=make.RESTARTING), "restarting"),
        ("unit", world.stopped("ctl1", unit=make.STOPPED, hold=world.held()), "masked"),
        ("unit", world.stopped("ctl1", hold=world.held("run-1")), "masked"),
        ("unit", world.stopped("ctl1", galera=SILENT), SILENT),
        ("uuid", world.running("ctl1", world.sql(uuid=world.OTHER)), world.OTHER),
        ("uuid", world.stopped("ctl1"), UUID),
        ("uuid", world.stopped("ctl1", grastate_text=None, grastate=None), None),
        ("uuid", world.stopped("ctl1", grastate_text=world.grastate(NIL)), NIL),
        (
            "uuid",
            world.stopped("ctl1", grastate_text="# GALERA saved state\nuuid: 6c1"),
            Unknown("grastate_half_written"),
        ),
        ("uuid", world.stopped("ctl1", galera=SILENT), SILENT),
        ("uuid", world.stopped("ctl1", present=False), Unknown("no_data_directory")),
        ("seqno", world.running("ctl1"), 77),
        ("seqno", world.running("ctl1", world.sql(at=2**64 - 1)), -1),
        ("seqno", world.stopped("ctl1", grastate_text=world.grastate(seqno=77)), Unknown("not_read")),
        ("position_read", world.stopped("ctl1"), False),
        ("xa", world.stopped("ctl1"), Unknown("not_read")),
        ("xa", world.running("ctl1"), False),
        ("safe_to_bootstrap", world.stopped("ctl1"), False),
        ("safe_to_bootstrap", world.stopped("ctl1", grastate_text=world.grastate(safe=1)), True),
        ("safe_to_bootstrap", world.stopped("ctl1", grastate_text=None, grastate=None), None),
        ("safe_to_bootstrap", world.stopped("ctl1", grastate_text=""), Unknown("grastate_empty")),
        ("view", world.stopped("ctl1"), "absent"),
        ("view", world.stopped("ctl1", gvwstate_text="", gvwstate_bytes=0), "empty"),
        ("view", world.stopped("ctl1", **view(3)), "all"),
        ("view", world.stopped("ctl1", **view(2)), "rest"),
        ("view", world.stopped("ctl1", **view(3, **{"#vwend\n": ""})), "stale"),
        ("view", world.stopped("ctl1", galera=SILENT), SILENT),
        ("sst", world.stopped("ctl1"), False),
        ("sst", world.stopped("ctl1", sst_in_progress=True), True),
        ("sst", world.stopped("ctl1", sst_process=None), Unknown("too_many_processes")),
        ("sst", world.stopped("ctl1", present=False), Unknown("no_data_directory")),
        ("trouble", world.stopped("ctl1"), None),
        ("trouble", world.stopped("ctl1", log_tail="InnoDB: Database page corruption on disk"), "innodb_corruption"),
        (
            "trouble",
            world.stopped("ctl1", log_tail="It may not be safe to bootstrap the cluster from this node."),
            None,
        ),
        ("trouble", world.stopped("ctl1", log_tail=None), Unknown("no_log")),
        ("trouble", world.stopped("ctl1", log_tail=" \n"), Unknown("empty_log")),
        ("trouble", world.running("ctl1", log_tail=""), None),
        ("trouble", world.running("ctl1", log_tail=None), None),
        ("trouble", world.stopped("ctl1", disk=Unknown("timeout:disk")), Unknown("timeout:disk")),
        ("space", world.stopped("ctl1"), "enough"),
        ("space", world.stopped("ctl1", free_bytes=11 << 20), "enough"),
        ("space", world.stopped("ctl1", free_bytes=(11 << 20) - 1), "short"),
        ("space", world.stopped("ctl1", free_bytes=None), Unknown("not_told")),
        ("space", world.stopped("ctl1", present=False), Unknown("no_data_directory")),
        ("clock_true", world.stopped("ctl1"), True),
    ],
)
def test_each_fact_of_a_member(name: str, reply: HostReply, wanted: Any) -> None:
    fact(getattr(one(reply), name), wanted)


def test_a_full_disk_and_a_data_directory_of_unknown_size() -> None:
    full = {"/": {"total": 9, "used": 9, "available": 0, "inodes": 9, "inodes_free": 1}}
    assert one(world.stopped("ctl1", disk=full)).space == "full"
    uncounted = [world.stopped(host, data_bytes=None) for host in HOSTS]
    fact(whole(*uncounted).members[0].space, Unknown("size_of_data"))


@pytest.mark.parametrize("off_s", [2.5, -2.5])
def test_a_clock_that_is_off(off_s: float) -> None:
    reply = world.stopped("ctl1")
    assert reply.host_clock_s is not None
    assert one(dataclasses.replace(reply, host_clock_s=reply.host_clock_s + off_s)).clock_true is False


@pytest.mark.parametrize(
    ("position", "read", "xa", "seqno", "uuid"),
    [
        (Position(uuid=UUID, seqno=9, xa=False), True, False, 9, UUID),
        (Position(uuid=None, seqno=None, xa=False), True, False, None, NIL),
        (
            Position(uuid=Unknown("xa_prepared"), seqno=Unknown("xa_prepared"), xa=True),
            True,
            True,
            Unknown("xa_prepared"),
            UUID,
        ),
        (Unknown("position_cut"), False, Unknown("not_read"), Unknown("position_cut"), UUID),
    ],
)
def test_a_position_of_this_run_goes_before_the_file(position: Any, read: bool, xa: Any, seqno: Any, uuid: Any) -> None:
    found = one(world.stopped("ctl1", grastate_text=world.grastate(seqno=5)), position)
    fact((found.position_read, found.xa, found.seqno, found.uuid), (read, xa, seqno, uuid))


ZERO: dict[str, Any] = {"grastate_text": world.grastate(NIL)}
NO_FILE: dict[str, Any] = {"grastate_text": None, "grastate": None}
HALF: dict[str, Any] = {"grastate_text": "# GALERA saved state\nuuid: 6c1"}


@pytest.mark.parametrize(
    ("files", "read", "uuid"),
    [
        ({}, UUID, UUID),
        ({}, None, NIL),
        ({}, world.OTHER, Unknown("grastate_contradicts")),
        ({"grastate_text": world.grastate(world.OTHER)}, UUID, Unknown("grastate_contradicts")),
        (ZERO, UUID, NIL),
        (ZERO, None, NIL),
        (ZERO, Unknown("xa_prepared"), NIL),
        (ZERO, world.OTHER, world.OTHER),
        (NO_FILE, UUID, None),
        (NO_FILE, None, None),
        (NO_FILE, world.OTHER, world.OTHER),
        (HALF, UUID, UUID),
        (HALF, None, NIL),
        (HALF, Unknown("xa_prepared"), Unknown("grastate_half_written")),
    ],
)
def test_a_position_counts_only_for_the_history_that_grastate_names(
    files: dict[str, Any], read: Any, uuid: Any
) -> None:
    """Galera starts with no history where they differ: `--wsrep-new-cluster` would begin a new one there."""
    seqno = read if isinstance(read, Unknown) else None if read is None else 99
    found = one(world.stopped("ctl1", **files), Position(uuid=read, seqno=seqno, xa=isinstance(read, Unknown)))
    fact(found.uuid, uuid)
    fact(found.seqno, seqno)
    if isinstance(found.safe_to_bootstrap, Unknown):
        return
    fact(member_state.standing(found), member_state.Standing.STOPPED)
    assert (member_state.history(found) == UUID) is (files == {} and read == UUID)


def test_the_zero_uuid_of_a_file_is_no_mark_of_ours_without_a_mark() -> None:
    positions = {host: Position(uuid=UUID, seqno=77, xa=False) for host in HOSTS}
    fact(whole(world.stopped("ctl1", **ZERO), *DOWN[1:], positions=positions, mark=None).members[0].uuid, NIL)


def test_two_that_agree_are_bootstrapped_and_not_the_one_whose_file_has_no_history() -> None:
    """A member that found itself inconsistent has the zero uuid in grastate.dat, and its old position in its tables."""
    positions = {host: Position(uuid=UUID, seqno=77, xa=False) for host in HOSTS}
    held = {host: world.stopped(host, hold=world.held(), unit=make.STOPPED) for host in HOSTS}
    for file in (ZERO, NO_FILE):
        first = world.stopped("ctl1", hold=world.held(), unit=make.STOPPED, **file)
        found = decision.decide(whole(first, held["ctl2"], held["ctl3"], positions=positions))
        assert (found.procedure, found.candidate, found.alone) == (Procedure.BOOTSTRAP, "ctl2", False)
        assert found.alone_why == "GB-9: ctl1 brings no position"
    other = world.stopped("ctl1", hold=world.held(), unit=make.STOPPED, grastate_text=world.grastate(world.OTHER))
    refused = decision.decide(whole(other, held["ctl2"], held["ctl3"], positions=positions))
    assert (refused.procedure, refused.rule) == (Procedure.PAGE, "GB-5")
    assert "grastate_contradicts" in refused.why


@pytest.mark.parametrize(
    ("reply", "why"), [(None, "not_asked"), (make.reply("ctl1", reach=Reach.UNREACHABLE), "host_unreachable")]
)
def test_of_a_host_that_was_not_reached_nothing_is_known(reply: HostReply | None, why: str) -> None:
    found = whole(reply, *(world.stopped(host) for host in HOSTS[1:])).members[0]
    assert not found.reached
    for name in (
        "stopped",
        "cluster_status",
        "unit",
        "uuid",
        "seqno",
        "xa",
        "safe_to_bootstrap",
        "view",
        "sst",
        "trouble",
        "space",
    ):
        fact(getattr(found, name), Unknown(why))
    fact(found.powered_off, Unknown("no_bmc"))


# the cluster
# -------------------------------------------------------------------------------------------------------------------

DOWN = tuple(world.stopped(host) for host in HOSTS)


GOOD = world.past(done=("galera.bootstrap",))


def with_first(**changes: Any) -> ClusterPicture:
    return whole(world.stopped("ctl1", **changes), *DOWN[1:])


@pytest.mark.parametrize(
    ("name", "picture", "wanted"),
    [
        ("mark", whole(*DOWN), HighWaterMark(uuid=UUID, seqno=77, conf_id=5)),
        ("mark", whole(*DOWN, mark=None), None),
        ("mark", whole(*DOWN, mark={"torn": 1}), Unknown("mark:KeyError")),
        ("version", whole(*DOWN), "below"),
        ("version", whole(*DOWN, mark=world.mark(version="11.2.2-MariaDB")), "at"),
        ("version", whole(*DOWN, mark=world.mark(version="11.4.3-MariaDB")), "above"),
        ("version", whole(*DOWN, mark=world.mark(version=None)), Unknown("version")),
        ("version", whole(world.running("ctl1", world.sql(version="11.4.3-MariaDB")), *DOWN[1:]), "above"),
        ("pc_recovery", whole(*DOWN), True),
        ("pc_recovery", whole(*DOWN, mark=world.mark(pc_recovery=False)), False),
        ("pc_recovery", whole(*DOWN, mark=None), Unknown("pc_recovery")),
        ("leftover_bootstrap", whole(*DOWN), False),
        ("leftover_bootstrap", with_first(process_bootstrap=True), True),
        ("leftover_bootstrap", with_first(config={"bootstrap": True, "addresses": None}), True),
        ("leftover_bootstrap", with_first(galera=SILENT), SILENT),
        ("leftover_bootstrap", with_first(process_bootstrap=None), Unknown("too_many_processes")),
        ("primary_elsewhere", whole(*DOWN), False),
        ("primary_elsewhere", with_first(group_port={"listening": True, "peers": ["127.0.0.12", "10.9.9.9"]}), True),
        ("primary_elsewhere", with_first(group_port={"listening": True, "peers": ["127.0.0.12", "192.0.2.13"]}), False),
        ("primary_elsewhere", with_first(group_port=None), Unknown("too_many_connections")),
        ("primary_elsewhere", with_first(galera=SILENT), SILENT),
        ("deploying", whole(*DOWN), False),
        (
            "deploying",
            with_first(host_section=make.host(ansible=[{"pid": 7, "start": 1, "what": "kolla-ansible deploy"}])),
            True,
        ),
        ("deploying", with_first(host_section=Unknown("timeout:host")), Unknown("timeout:host")),
        ("deploying", with_first(host_section={}), Unknown("error:host: KeyError: 'engine_unit'")),
        ("arbitrator", whole(*DOWN), False),
        ("arbitrator", whole(*DOWN, mark=world.mark(size=4)), True),
        ("arbitrator", whole(*DOWN, mark=None), Unknown("no_mark")),
        ("addresses_match", whole(*DOWN), True),
        ("addresses_match", with_first(config={"bootstrap": False, "addresses": ["ctl1", "ctl2"]}), False),
        (
            "addresses_match",
            with_first(config={"bootstrap": False, "addresses": ["ctl1", "ctl2", "ctl3", "ctl4"]}),
            False,
        ),
        ("addresses_match", with_first(config={"bootstrap": False, "addresses": None}), False),
        ("last_bootstrap", whole(*DOWN), "none"),
        ("last_bootstrap", whole(*DOWN, runs=(world.past(done=("galera.bootstrap",)),)), "recent"),
        (
            "last_bootstrap",
            whole(*DOWN, runs=(world.past(done=("galera.bootstrap",), age_s=90_000.0, ended_s=86_399.0),)),
            "recent",
        ),
        (
            "last_bootstrap",
            whole(*DOWN, runs=(world.past(done=("galera.bootstrap",), age_s=90_000.0, ended_s=86_400.0),)),
            "none",
        ),
        ("canaries_good", whole(*DOWN, runs=(GOOD,)), True),
        ("canaries_good", whole(*DOWN, runs=({**GOOD, "age_s": 90_000.0},)), True),
        ("canaries_good", whole(*DOWN, runs=({**GOOD, "age_s": 90_000.0, "ended_s": 86_400.0},)), None),
        (
            "canaries_good",
            whole(*DOWN, runs=(GOOD, {**GOOD, "age_s": 90_000.0, "ended_s": 20.0, "state": "failed"})),
            None,
        ),
        (
            "canaries_good",
            whole(*DOWN, runs=(GOOD, {**GOOD, "age_s": 90_000.0, "ended_s": None, "state": "running"})),
            None,
        ),
        ("last_bootstrap", whole(*DOWN, runs=(world.past(done=("galera.hold", "galera.decide")),)), "none"),
        (
            "last_bootstrap",
            whole(*DOWN, runs=(world.past(done=("galera.bootstrap",), state="in_doubt", ended_s=None),)),
            "in_doubt",
        ),
        (
            "last_bootstrap",
            whole(*DOWN, runs=(world.past(done=("galera.bootstrap",), state="running", ended_s=None),)),
            "none",
        ),
        ("tries_last_hour", whole(*DOWN), 0),
        ("tries_last_hour", whole(*DOWN, runs=(world.past(done=("galera.start_stopped",)),) * 2), 2),
        ("tries_last_hour", whole(*DOWN, runs=(world.past(done=("galera.start_stopped",), age_s=3601.0),)), 0),
        ("minutes_whole", whole(*DOWN), 0.0),
        ("minutes_whole", whole(*DOWN, runs=(world.past(done=("galera.start_stopped",), age_s=90.0),)), 1.5),
        ("minutes_whole", whole(*DOWN, runs=(world.past(done=("galera.start_stopped",), age_s=500.0),)), 0.0),
        ("minutes_whole", whole(*DOWN[:2], None, runs=(world.past(done=("galera.start_stopped",), age_s=90.0),)), 0.0),
        ("minutes_whole", whole(*(world.running(host) for host in HOSTS), mark=world.mark(age_s=90.0)), 1.5),
        ("minutes_whole", whole(*(world.running(host) for host in HOSTS), mark=world.mark(age_s=9000.0)), 50.0),
        ("minutes_whole", whole(*(world.running(host) for host in HOSTS), mark=None), 50.0),
    ],
)
def test_each_fact_of_the_cluster(name: str, picture: ClusterPicture, wanted: Any) -> None:
    fact(getattr(picture, name), wanted)


def ended(host: str, age_s: float) -> HostReply:
    """Return a stopped member whose container ended `age_s` before 3600 s."""
    item = make.down("mariadb", finished_at=make.stamp(age_s))
    return world.stopped(host, containers=make.containers(item, units={"mariadb": make.CRASHED}))


NEVER = make.containers(make.down("mariadb", finished_at="0001-01-01T00:00:00Z"), units={"mariadb": make.CRASHED})
LIVE = tuple(world.running(host, world.sql("non-Primary", "Initialized")) for host in HOSTS)


@pytest.mark.parametrize(
    ("replies", "mark", "wanted"),
    [
        (DOWN, world.mark(), 39.0),
        (DOWN, world.mark(age_s=1.0), 0.0),
        ((ended("ctl1", 60), ended("ctl2", 3000), ended("ctl3", 20)), world.mark(), 79.0),
        ((world.stopped("ctl1", containers=NEVER), *DOWN[1:]), world.mark(), Unknown("end_of:ctl1")),
        ((*DOWN[:2], world.stopped("ctl3", containers=make.containers())), world.mark(), Unknown("end_of:ctl3")),
        ((*DOWN[:2], world.stopped("ctl3", containers=SILENT)), world.mark(), Unknown("end_of:ctl3")),
        ((None, *DOWN[1:]), world.mark(), Unknown("end_of:ctl1")),
        (LIVE, world.mark(age_s=3000.0), 0.0),
        (LIVE, world.mark(age_s=3002.0), Unknown("restarted_since:ctl1")),
        (DOWN, None, Unknown("no_mark")),
    ],
)
def test_how_long_members_ran_after_the_newest_sample_of_the_mark(replies: Any, mark: Any, wanted: Any) -> None:
    found = whole(*replies, mark=mark)
    fact(found.unseen_s, wanted)
    fact(found.mark_at, None if mark is None else mark["at"])


def test_without_a_journal_what_it_would_know_is_unknown() -> None:
    found = build_picture.picture(make.evidence(*DOWN, hosts=HOSTS))
    for name in ("mark", "last_bootstrap", "tries_last_hour", "minutes_whole"):
        fact(getattr(found, name), Unknown("no_journal"))


def test_members_stand_in_the_order_of_the_inventory() -> None:
    assert [member.host for member in whole(*reversed(DOWN)).members] == list(HOSTS)


@pytest.mark.parametrize(("state", "starts"), [("succeeded", True), ("failed", False), ("cancelled", False)])
def test_a_start_that_worked_and_was_undone_later_is_no_failed_start(state: str, starts: bool) -> None:
    run = world.past(done=("galera.start_stopped",), state=state, age_s=600.0, ended_s=500.0)
    found = build_picture.picture(world.evidence(*(world.stopped(host) for host in world.HOSTS), runs=(run,)))
    found = dataclasses.replace(found, members=tuple(dataclasses.replace(one, view="all") for one in found.members))
    said = decision.decide(found)
    assert (said.procedure is Procedure.START_MEMBERS) is starts, said.why
    assert ("was started once in the last hour and did not stay up" in said.why) is not starts
