"""What is proven about a Galera member and its cluster, and what may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from remediator.integrations.galera import assess, fields
from remediator.integrations.galera import manifest as galera
from remediator.integrations.galera.facts import member as facts
from remediator.integrations.galera.logs import causes
from remediator.model.hosts import Host
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

UUID = "6c191011-e710-11f1-8064-067e3541b3e4"
REFUSED = Unknown("sql_refused")
SILENT = Unknown("sql_timeout")


def sql(
    status: str = "Primary", state: str = "Synced", size: int = 3, conf: str = "5", uuid: str = UUID
) -> dict[str, str]:
    """The variables that MariaDB 10.11 answers, as recorded in a lab."""
    return {
        "wsrep_cluster_status": status,
        "wsrep_local_state_comment": state,
        "wsrep_cluster_size": str(size),
        "wsrep_connected": "ON",
        "wsrep_ready": "ON" if status == "Primary" else "OFF",
        "wsrep_cluster_state_uuid": uuid,
        "wsrep_cluster_conf_id": conf,
        "wsrep_last_committed": "11",
        "wsrep_flow_control_paused": "0.25",
        "wsrep_local_recv_queue_avg": "0.166667",
    }


FILES = {
    "volume": "/v",
    "present": True,
    "grastate": {"uuid": UUID, "seqno": "-1", "safe_to_bootstrap": "0"},
    "gvwstate_bytes": 120,
    "sst_in_progress": False,
    "users": [],
}


def member(
    host: str, answer: Any, *, unit: dict[str, str] | None = None, runs: bool = True, **changes: Any
) -> HostReply:
    item = make.container("mariadb", health=None) if runs else make.down("mariadb", exit_code=137)
    units = {"mariadb": unit or make.unit()}
    sections = {"containers": make.containers(item, units=units), "galera": FILES, "disk": {}, **changes}
    return make.reply(host, galera_sql=answer, **sections)


def failed(host: str) -> HostReply:
    return member(host, REFUSED, runs=False, unit=make.CRASHED)


def gone(host: str, answer: Any = REFUSED) -> HostReply:
    return make.reply(host, reach=Reach.UNREACHABLE, galera_sql=answer, containers=Unknown("host_unreachable"))


def node(me: HostReply, *others: HostReply) -> Mapping[str, Any]:
    found = {one.target.text: one for one in assess.nodes(make.evidence(me, *others))}
    return found[f"galera/{me.host}"].data


def whole(*replies: HostReply, hosts: tuple[str, ...] = ()) -> Mapping[str, Any]:
    (one,) = assess.cluster(make.evidence(*replies, hosts=hosts))
    return one.data


GOOD = (member("ctl2", sql()), member("ctl3", sql()))


@pytest.mark.parametrize("me", [member("ctl1", sql()), failed("ctl1"), gone("ctl1"), member("ctl1", {"wsrep": "?"})])
def test_every_result_has_every_declared_field_and_no_other(me: HostReply) -> None:
    assert set(node(me, *GOOD)) == set(fields.NODE)
    assert set(whole(me, *GOOD)) == set(fields.CLUSTER)


def test_a_healthy_member_beside_healthy_others() -> None:
    data = node(member("ctl1", sql()), *GOOD)
    assert (data["sql"], data["cluster_status"], data["local_state"], data["cluster_size"]) == (
        "answered",
        "Primary",
        "Synced",
        3,
    )
    assert (data["flow_control_paused"], data["recv_queue_avg"], data["conf_id"]) == (0.25, 0.166667, 5)
    assert (data["others_primary"], data["quorum_without_me"], data["any_donor_or_joiner"]) == (2, True, False)
    assert (data["process_running"], data["stopped"], data["unit_failed"], data["split"]) == (True, False, False, False)


def test_a_member_that_failed_is_absent_not_unknown_and_the_others_prove_a_quorum() -> None:
    data = node(failed("ctl1"), *GOOD)
    assert (data["sql"], data["stopped"], data["unit_failed"], data["operator_stopped"]) == (
        "refused",
        True,
        True,
        False,
    )
    assert [data[name] for name in assess.WSREP] == [None] * len(assess.WSREP)
    assert (data["others_primary"], data["others_all_known"], data["quorum_without_me"]) == (2, True, True)
    assert (data["exit_code"], data["start_limit_hit"], data["systemd_busy"]) == (137, False, False)


def test_an_operators_stop_is_told_from_a_failure() -> None:
    stopped = member("ctl1", REFUSED, runs=False, unit=make.STOPPED)
    killed = member("ctl1", REFUSED, runs=False, unit=make.KILLED_AT_STOP)
    assert [node(one, *GOOD)["operator_stopped"] for one in (stopped, killed, failed("ctl1"))] == [True, True, False]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (REFUSED, "refused"),
        (SILENT, "timeout"),
        (Unknown("sql_denied"), "denied"),
        (Unknown("sql_error:1927"), "error"),
    ],
)
def test_a_running_member_that_does_not_answer_is_unknown(answer: Unknown, word: str) -> None:
    data = node(member("ctl1", answer), *GOOD)
    assert (data["sql"], data["stopped"], data["cluster_status"]) == (word, False, answer)


def test_an_unreachable_host_that_refuses_sql_may_still_be_primary() -> None:
    data = node(gone("ctl1"), *GOOD)
    assert (data["stopped"], data["cluster_status"]) == (Unknown("host_unreachable"), REFUSED)
    assert whole(gone("ctl1"), *GOOD)["may_be_primary"] == 3


def test_sql_counts_also_when_ssh_fails() -> None:
    assert whole(gone("ctl1", sql()), *GOOD)["proven_primary"] == 3


def test_sql_that_answers_in_another_shape_is_unknown() -> None:
    data = node(member("ctl1", {**sql(), "wsrep_cluster_size": "many"}), *GOOD)
    assert (data["sql"], data["cluster_status"]) == ("error", Unknown("sql_error:ValueError"))


@pytest.mark.parametrize(
    ("others", "primary", "known", "quorum"),
    [
        ((member("ctl2", sql()), member("ctl3", sql())), 2, True, True),
        ((member("ctl2", sql()), failed("ctl3")), 1, True, False),
        ((member("ctl2", sql()), member("ctl3", SILENT)), 1, False, SILENT),
        ((member("ctl2", SILENT), failed("ctl3")), 0, False, False),
        ((member("ctl2", sql("non-Primary", "Initialized", 1)), member("ctl3", sql())), 1, True, False),
    ],
)
def test_a_quorum_without_me_counts_proven_members_only(
    others: tuple[HostReply, HostReply], primary: int, known: bool, quorum: Any
) -> None:
    data = node(failed("ctl1"), *others)
    assert (data["others_primary"], data["others_all_known"], data["quorum_without_me"]) == (primary, known, quorum)


@pytest.mark.parametrize("state", ["Donor/Desynced", "Joining", "Joining: receiving State Transfer", "Joined"])
def test_a_state_transfer_among_the_others_is_seen(state: str) -> None:
    data = node(failed("ctl1"), member("ctl2", sql(state=state)), member("ctl3", SILENT))
    assert data["any_donor_or_joiner"] is True


def test_a_silent_other_may_be_a_joiner() -> None:
    assert node(failed("ctl1"), member("ctl2", sql()), member("ctl3", REFUSED))["any_donor_or_joiner"] == REFUSED


def test_a_member_nobody_asked_is_unknown_and_may_be_primary() -> None:
    data = whole(*GOOD, hosts=("ctl1", "ctl2", "ctl3"))
    assert (data["members"], data["proven_primary"], data["may_be_primary"]) == (3, 2, 3)
    assert (data["all_members_known"], data["uuids_agree"]) == (False, Unknown("not_asked"))


def test_a_lost_primary_is_proven_only_when_every_member_is_known() -> None:
    lost = whole(failed("ctl1"), failed("ctl2"), member("ctl3", sql("non-Primary", "Initialized", 1, str(2**64 - 1))))
    assert (lost["proven_primary"], lost["may_be_primary"], lost["all_members_known"]) == (0, 0, True)
    assert (lost["proven_stopped"], lost["conf_ids_agree"]) == (2, None)
    assert whole(failed("ctl1"), failed("ctl2"), gone("ctl3"))["may_be_primary"] == 1


def test_all_stopped_leaves_nothing_to_agree_about() -> None:
    data = whole(failed("ctl1"), failed("ctl2"), failed("ctl3"))
    assert (data["proven_stopped"], data["uuids_agree"], data["split"]) == (3, None, False)


def test_different_cluster_uuids_are_a_split() -> None:
    other = sql(uuid="11111111-e710-11f1-8064-067e3541b3e4", size=1)
    data = whole(member("ctl1", other), *GOOD)
    assert (data["uuids_agree"], data["split"]) == (False, True)


@pytest.mark.parametrize(
    ("first", "second", "split"),
    [((1, "7"), (2, "9"), True), ((3, "6"), (2, "5"), False), ((3, "5"), (3, "5"), False)],
)
def test_different_views_are_a_split_only_when_they_fit_side_by_side(
    first: tuple[int, str], second: tuple[int, str], split: bool
) -> None:
    views = [
        sql(size=first[0], conf=first[1]),
        sql(size=second[0], conf=second[1]),
        sql(size=second[0], conf=second[1]),
    ]
    replies = [member(f"ctl{number}", view) for number, view in enumerate(views, 1)]
    assert whole(*replies)["split"] is split
    assert node(*replies)["split"] is split


def partition(*told: tuple[int, str]) -> tuple[HostReply, ...]:
    """Return Primary members of one uuid, each with the size and the conf id that it tells."""
    return tuple(member(f"ctl{number}", sql(size=size, conf=conf)) for number, (size, conf) in enumerate(told, 1))


@pytest.mark.parametrize(
    ("told", "split"),
    [
        # a majority goes on as 8, and a minority that is made Primary by hand counts on to 8 as well
        ([(2, "8"), (2, "8"), (1, "8")], True),
        ([(3, "8"), (3, "8"), (3, "8"), (2, "8"), (2, "8")], True),
        # of each side only one member answers
        ([(2, "8"), (1, "8")], True),
        # equal halves: more members than the component can have
        ([(1, "8"), (1, "8")], True),
        ([(2, "8"), (2, "8"), (2, "8"), (2, "8")], True),
        ([(2, "8"), (2, "8"), (2, "8")], True),
        # one component, whole or as far as it answers
        ([(3, "8"), (3, "8"), (3, "8")], False),
        ([(2, "8"), (2, "8")], False),
        ([(3, "8")], False),
        # asked before and after one change of view
        ([(3, "7"), (2, "8"), (2, "8")], False),
        ([(2, "8"), (2, "8"), (3, "9")], False),
        ([(5, "7"), (5, "7"), (4, "8"), (4, "8"), (4, "8")], False),
    ],
)
def test_one_conf_id_in_two_components_is_a_split(told: list[tuple[int, str]], split: bool) -> None:
    replies = partition(*told)
    data = whole(*replies)
    assert data["split"] is split
    assert data["conf_ids_agree"] is (not split and len({conf for _size, conf in told}) == 1)
    assert {node(*replies)["split"], node(*replies[1:], replies[0])["split"]} == {split}


def test_a_split_of_one_conf_id_is_proven_while_another_member_is_silent() -> None:
    data = whole(*partition((2, "8"), (1, "8")), member("ctl3", SILENT))
    assert (data["split"], data["conf_ids_agree"]) == (True, False)


def test_the_table_says_what_is_known_of_each_member() -> None:
    lines = whole(member("ctl1", sql()), failed("ctl2"), gone("ctl3"))["table"].splitlines()
    assert lines == [
        f"ctl1: Primary/Synced, size 3, conf 5, committed 11, uuid {UUID}; process runs; grastate {UUID}:-1"
        " safe_to_bootstrap 0, gvwstate.dat",
        f"ctl2: SQL refused; proven stopped; grastate {UUID}:-1 safe_to_bootstrap 0, gvwstate.dat",
        "ctl3: SQL refused; whether it runs is UNKNOWN (host_unreachable); data directory UNKNOWN (host_unreachable)",
    ]


@pytest.mark.parametrize(
    ("grastate", "expected"),
    [
        ({"uuid": UUID, "seqno": "42", "safe_to_bootstrap": "1"}, (UUID, 42, True)),
        ({"uuid": UUID}, (UUID, None, None)),
        ({}, (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_grastate_is_taken_as_far_as_it_goes(grastate: Any, expected: tuple[Any, ...]) -> None:
    files = {"volume": "/v", "present": True, "grastate": grastate, "gvwstate_bytes": None, "sst_in_progress": True}
    data = node(member("ctl1", sql(), galera=files), *GOOD)
    assert (data["grastate_uuid"], data["grastate_seqno"], data["safe_to_bootstrap"]) == expected
    assert (data["gvwstate"], data["sst_in_progress"]) == (False, True)


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("2026 [ERROR] InnoDB: Database page corruption on disk", "innodb_corruption"),
        ("[ERROR] Found 3 prepared transactions! It means that server was not shut down properly", "xa_prepared"),
        ("[Warning] Found 1 prepared XA transactions", "xa_prepared"),
        ("[Note] Found 1 prepared transaction(s) in InnoDB", None),
        ("InnoDB: Plugin initialization aborted with error Data structure corruption", "innodb_corruption"),
        ("Local state seqno (9) is greater than group seqno (7): states diverged. Aborting", "diverged"),
        ("[ERROR] WSREP: Inconsistency detected: Inconsistent by consensus", "inconsistent"),
        ("It may not be safe to bootstrap the cluster from this node.", "not_safe_to_bootstrap"),
        ("mariadbd: ready for connections", None),
    ],
)
def test_causes_that_only_galera_has(line: str, cause: str | None) -> None:
    me = failed("ctl1")
    containers = make.containers(
        make.down("mariadb", exit_code=137), units={"mariadb": make.CRASHED}, logs={"mariadb": line}
    )
    me = make.reply("ctl1", containers=containers, galera_sql=REFUSED)
    assert node(me, *GOOD)["cause"] == cause


def test_a_full_disk_of_the_host_is_seen() -> None:
    full = {"/": {"total": 9, "used": 9, "available": 0, "inodes": 9, "inodes_free": 1}}
    assert node(member("ctl1", sql(), disk=full), *GOOD)["disk_full"] is True


def test_only_members_have_its_sections_and_the_password_is_taken_out_of_its_wrapper_late() -> None:
    one = galera.build({"group": "db", "password": "hush"})
    assert one.applies is not None
    assert one.applies(Host(name="a", address="a", groups=("db",)))
    assert not one.applies(Host(name="a", address="a", groups=("mariadb",)))
    assert "hush" not in repr(one)


def test_without_a_password_sql_is_unknown() -> None:
    (sql_section,) = galera.build({}).direct
    assert sql_section.fetch(Host(name="a", address="192.0.2.1", groups=())) == Unknown("sql_not_configured")


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ValueError, match=r"integrations\.galera: unknown setting 'pasword'"):
        galera.build({"pasword": "x"})


def test_an_empty_group_gives_no_result() -> None:
    assert assess.cluster(make.evidence()) == []


def log_file(text: str | None) -> HostReply:
    me = failed("ctl1")
    files = {**FILES, "log_tail": text}
    return make.reply("ctl1", containers=me.section("containers"), galera=files, galera_sql=REFUSED)


def test_the_servers_own_log_names_a_cause_too() -> None:
    assert node(log_file("InnoDB: Database page corruption on disk"), *GOOD)["cause"] == "innodb_corruption"
    assert node(log_file("ready for connections"), *GOOD)["cause"] is None


def test_without_any_log_nobody_knows_whether_a_start_would_do_harm() -> None:
    assert node(log_file(None), *GOOD)["cause"] == Unknown("no_log")
    assert node(member("ctl1", sql()), *GOOD)["cause"] is None


def status(**changes: str) -> facts.Status | Unknown:
    return facts.member("ctl1", member("ctl1", {**sql(), **changes})).status


def test_what_an_older_answer_does_not_have_is_absent() -> None:
    found = status()
    assert isinstance(found, facts.Status)
    assert (found.version, found.evs_state, found.incoming_addresses, found.desync) == (None, None, None, None)
    assert (found.recv_queue, found.received_bytes, found.replicated_bytes) == (None, None, None)
    assert (found.flow_control_active, found.flow_control_sent, found.gcomm_uuid) == (None, None, None)


def test_what_a_member_says_of_its_version_its_peers_and_its_progress() -> None:
    found = status(
        version="10.11.19-MariaDB-0+deb12u1",
        wsrep_incoming_addresses="10.77.0.12:3306,10.77.0.11:3306",
        wsrep_evs_state="OPERATIONAL",
        wsrep_flow_control_active="true",
        wsrep_flow_control_sent="4",
        wsrep_local_recv_queue="7",
        wsrep_received_bytes="960",
        wsrep_replicated_bytes="0",
        wsrep_gcomm_uuid="75c6b9d6-e710-11f1-9a8f-ff0e9fec9ff5",
    )
    assert isinstance(found, facts.Status)
    assert (found.version, found.evs_state) == ("10.11.19-MariaDB-0+deb12u1", "OPERATIONAL")
    assert found.incoming_addresses == ("10.77.0.12:3306", "10.77.0.11:3306")
    assert (found.flow_control_active, found.flow_control_sent) == (True, 4)
    assert (found.recv_queue, found.received_bytes, found.replicated_bytes) == (7, 960, 0)
    assert found.gcomm_uuid == "75c6b9d6-e710-11f1-9a8f-ff0e9fec9ff5"


@pytest.mark.parametrize(
    ("answer", "desync"),
    [
        ({"wsrep_desync": "OFF", "wsrep_desync_count": "0"}, False),
        ({"wsrep_desync": "ON"}, True),
        ({"wsrep_desync": "OFF", "wsrep_desync_count": "1"}, True),
        ({"wsrep_desync_count": "0"}, False),
    ],
)
def test_a_member_taken_out_of_flow_control(answer: dict[str, str], desync: bool) -> None:
    found = status(**answer)
    assert isinstance(found, facts.Status)
    assert found.desync is desync


def test_a_count_that_is_none_makes_the_answer_unknown() -> None:
    assert status(wsrep_received_bytes="many") == Unknown("sql_error:ValueError")


def test_sql_that_is_up_over_an_engine_that_is_down_has_its_own_word() -> None:
    data = node(member("ctl1", Unknown("sql_engine:error:1030")), *GOOD)
    assert (data["sql"], data["cluster_status"]) == ("engine", Unknown("sql_engine:error:1030"))


def test_a_host_that_does_not_answer_leaves_how_it_is_started_unknown() -> None:
    assert facts.member("ctl1", None).launch == Unknown("not_asked")
    assert facts.member("ctl1", gone("ctl1")).launch == gone("ctl1").section("galera")


def test_the_signs_are_told_apart() -> None:
    assert causes.signs(
        ["mariadbd: ready for connections", "IST didn't contain all write sets, expected last: 12"]
    ) == {"ist_race", "restart_asked"}
    assert causes.signs([]) == frozenset()
