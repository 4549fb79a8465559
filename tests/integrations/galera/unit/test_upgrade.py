"""What an upgrade, a join and a bootstrap leave behind on a member: each sign alone, beside the others, and not
known."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations.galera import assess, fields
from remediator.integrations.galera.facts import system_tables
from remediator.integrations.galera.facts.launch import BOOTSTRAP_HELPER, RECOVER_HELPER
from remediator.integrations.galera.facts.member import Member, member
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

UUID, OTHER = "6c191011-e710-11f1-8064-067e3541b3e4", "11111111-e710-11f1-8064-067e3541b3e4"
SERVER = "10.11.19-MariaDB-0+deb12u1"
GONE = object()
REFUSED, SILENT = Unknown("sql_refused"), Unknown("sql_timeout")
TABLE = (
    "[ERROR] Incorrect definition of table mysql.column_stats: expected column 'hist_type' at position 9 to have type "
    "enum('SINGLE_PREC_HB','DOUBLE_PREC_HB','JSON_HB'), found type enum('SINGLE_PREC_HB','DOUBLE_PREC_HB')."
)
STATISTICS = (
    "InnoDB: Column last_update in table mysql.innodb_table_stats is BINARY(4) NOT NULL but should be INT UNSIGNED"
)
RACE = "[ERROR] WSREP: IST didn't contain all write sets, expected last: 120 last received: 119"
HELPER = {"running": True, "status": "running", "exit_code": 0, "started_at": "x", "run": "run-7"}


def sql(**changes: str) -> dict[str, str]:
    return {
        "wsrep_cluster_status": "Primary",
        "wsrep_local_state_comment": "Synced",
        "wsrep_cluster_size": "3",
        "wsrep_connected": "ON",
        "wsrep_ready": "ON",
        "wsrep_cluster_state_uuid": UUID,
        "wsrep_cluster_conf_id": "5",
        "wsrep_last_committed": "11",
        "wsrep_flow_control_paused": "0",
        "wsrep_flow_control_sent": "0",
        "version": SERVER,
        **changes,
    }


OUT = sql(
    wsrep_cluster_status="Disconnected",
    wsrep_local_state_comment="Initialized",
    wsrep_connected="OFF",
    wsrep_cluster_size="0",
)


def reply(host: str = "ctl1", answer: Any = None, *, info: Any = None, runs: bool = True, **changes: Any) -> HostReply:
    """A member's reply; `changes` are parts of its section `galera`, and a part that is GONE is left out."""
    item = make.container("mariadb", health=None) if runs else make.down("mariadb", exit_code=137)
    given = {
        "volume": "/v",
        "present": True,
        "grastate": {"uuid": UUID, "seqno": "-1", "safe_to_bootstrap": "0"},
        "grastate_text": f"# GALERA saved state\nversion: 2.1\nuuid:    {UUID}\nseqno:   -1\nsafe_to_bootstrap: 0\n",
        "grastate_bytes": 110,
        "grastate_mtime": 1.0,
        "gvwstate_text": None,
        "gvwstate_bytes": 120,
        "gvwstate_mtime": 1.0,
        "sst_in_progress": False,
        "sst_process": False,
        "upgrade_info": info,
        "signs": [],
        "engine_reason": None,
        "container": {"env_names": ["PATH"], "env_bootstrap": False, "args_bootstrap": False},
        "helpers": {BOOTSTRAP_HELPER: None, RECOVER_HELPER: None},
        "config": {"bootstrap": False, "addresses": None},
        "process_bootstrap": False,
        "users": [],
        "log_tail": "ready for connections\n",
        "hold": {"exists": False, "line": None},
        "group_port": {"listening": True, "peers": []},
        "data_bytes": 1,
        "free_bytes": 9,
        **changes,
    }
    files = {name: value for name, value in given.items() if value is not GONE}
    units = {"mariadb": make.unit() if runs else make.CRASHED}
    containers = make.containers(item, units=units)
    return make.reply(
        host, galera_sql=sql() if answer is None else answer, containers=containers, galera=files, disk={}
    )


def seen(host: str = "ctl1", answer: Any = None, **given: Any) -> Member:
    return member(host, reply(host, answer, **given))


WHOLE = "10.11.6-MariaDB"
MATES = (seen("ctl2", info=WHOLE), seen("ctl3", info=WHOLE))
NO_RECORDS = (seen("ctl2"), seen("ctl3"))
FOREIGN = seen("ctl2", sql(wsrep_cluster_state_uuid=OTHER), info=WHOLE)

RECORDS: list[tuple[str, Any, tuple[Member, ...], Any, Any]] = [
    # what, the member, the others, needed, downgraded
    ("the same two numbers", seen(info="10.11.2-MariaDB"), NO_RECORDS, False, False),
    ("the same two numbers of a newer patch", seen(info="10.11.30-MariaDB"), NO_RECORDS, False, False),
    ("an older series", seen(info="10.6.16-MariaDB"), MATES, True, False),
    ("an older first number", seen(answer=sql(version="11.4.2-MariaDB"), info="10.11.2-MariaDB"), MATES, True, False),
    ("9 is below 10 as a number", seen(info="10.9.8-MariaDB"), MATES, True, False),
    ("a newer series", seen(info="11.4.2-MariaDB"), MATES, False, True),
    ("no record anywhere", seen(), NO_RECORDS, False, False),
    ("no record here, as after a state transfer", seen(), MATES, False, False),
    (
        "no record here, one on a member that is down",
        seen(),
        (seen("ctl2", REFUSED, info=WHOLE, runs=False),),
        False,
        False,
    ),
    ("no record here, and another series there", seen(), (seen("ctl2", info="10.6.16-MariaDB"),), True, False),
    ("no record here, one of another cluster", seen(), (FOREIGN, seen("ctl3")), False, False),
    ("no record here, and the log names a table", seen(signs=[TABLE]), MATES, True, False),
    ("no record here, and no log", seen(signs=None), MATES, Unknown("no_log"), False),
    ("no record here, and nobody knows about there", seen(), (member("ctl2", None),), False, False),
    ("an empty record", seen(info=""), MATES, True, False),
    (
        "a record that is no version",
        seen(info="yes"),
        MATES,
        Unknown("upgrade_info_garbled"),
        Unknown("upgrade_info_garbled"),
    ),
    (
        "a record that nobody read",
        seen(upgrade_info=GONE),
        MATES,
        Unknown("not_collected:galera.upgrade_info"),
        Unknown("not_collected:galera.upgrade_info"),
    ),
    ("no data directory", seen(present=False), MATES, Unknown("no_data_directory"), Unknown("no_data_directory")),
    ("it runs and is silent", seen(answer=SILENT, info=WHOLE), MATES, SILENT, SILENT),
    ("it is stopped", seen(answer=REFUSED, info=WHOLE, runs=False), MATES, None, None),
    (
        "a version that is none",
        seen(answer=sql(version="yes"), info=WHOLE),
        MATES,
        Unknown("version"),
        Unknown("version"),
    ),
]


@pytest.mark.parametrize(
    ("me", "others", "needed", "downgraded"), [row[1:] for row in RECORDS], ids=[row[0] for row in RECORDS]
)
def test_the_record_is_compared_with_the_server(
    me: Member, others: tuple[Member, ...], needed: Any, downgraded: Any
) -> None:
    found = system_tables.tables(me, others)
    assert (found.needed, found.downgraded) == (needed, downgraded)
    if needed is True or downgraded is True:
        assert isinstance(found.why, str)


def test_a_record_as_the_collector_cuts_it_is_read() -> None:
    assert system_tables.tables(seen(info="10.11.6-MariaDB\n\0"), ()).needed is False


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, False),
        ({"container": {"env_names": [], "env_bootstrap": True, "args_bootstrap": False}}, True),
        ({"container": {"env_names": [], "env_bootstrap": False, "args_bootstrap": True}}, True),
        ({"config": {"bootstrap": True, "addresses": None}}, True),
        ({"process_bootstrap": True}, True),
        ({"process_bootstrap": True, "helpers": {BOOTSTRAP_HELPER: HELPER, RECOVER_HELPER: None}}, False),
        (
            {
                "process_bootstrap": True,
                "helpers": {BOOTSTRAP_HELPER: {**HELPER, "running": False}, RECOVER_HELPER: None},
            },
            True,
        ),
        ({"config": {"bootstrap": True, "addresses": None}, "helpers": {BOOTSTRAP_HELPER: HELPER}}, True),
        ({"engine_reason": "timeout:engine"}, Unknown("timeout:engine")),
        ({"engine_reason": "timeout:engine", "process_bootstrap": True}, Unknown("timeout:engine")),
        ({"engine_reason": "timeout:engine", "config": {"bootstrap": True, "addresses": None}}, True),
    ],
)
def test_a_bootstrap_that_nobody_took_back(given: dict[str, Any], expected: Any) -> None:
    assert system_tables.left_over(seen(**given).launch, 3) == expected


def test_an_empty_list_of_members_is_a_leftover_bootstrap_in_every_group_but_that_of_one() -> None:
    """A group that grew from one: until its first member is reconfigured, a start of it makes a second cluster."""
    for listed in ([], ["0.0.0.0"], ["::"]):
        launch = seen(config={"bootstrap": False, "addresses": listed}).launch
        assert [system_tables.left_over(launch, members) for members in (1, 2, 3)] == [False, True, True]


@pytest.mark.parametrize(
    ("me", "others", "expected"),
    [
        (seen(answer=OUT, signs=[RACE]), MATES, True),
        (seen(answer=OUT, signs=[]), MATES, False),
        (seen(signs=[RACE]), MATES, False),
        (seen(answer=OUT, signs=[RACE]), (seen("ctl2", OUT),), False),
        (seen(answer=OUT, signs=[RACE]), (seen("ctl2", SILENT),), SILENT),
        (seen(answer=OUT, signs=[RACE]), (seen("ctl2", SILENT), seen("ctl3")), True),
        (seen(answer=OUT, signs=GONE), MATES, Unknown("not_collected:galera.signs")),
        (seen(answer=OUT, signs=None), MATES, Unknown("no_log")),
        (seen(answer=SILENT, signs=[RACE]), MATES, SILENT),
        (seen(answer=SILENT, signs=[]), MATES, False),
        (seen(answer=REFUSED, signs=[RACE], runs=False), MATES, False),
        (seen(answer=OUT, signs=[TABLE, RACE]), MATES, True),
    ],
)
def test_a_joiner_that_was_left_out(me: Member, others: tuple[Member, ...], expected: Any) -> None:
    assert system_tables.ist_race(me, others) == expected


def flow(paused: str, sent: str) -> dict[str, str]:
    return sql(wsrep_flow_control_paused=paused, wsrep_flow_control_sent=sent)


@pytest.mark.parametrize(
    ("me", "others", "expected"),
    [
        (flow("0.4", "90"), (flow("0.4", "2"), flow("0.4", "0")), True),
        (flow("0.4", "2"), (flow("0.4", "90"), flow("0.4", "0")), False),
        (flow("0.4", "0"), (flow("0.4", "0"),), False),
        (flow("0.05", "90"), (flow("0.05", "2"),), False),
        (flow("0.4", "90"), (flow("0.4", "2"), SILENT), SILENT),
        (SILENT, (flow("0.4", "2"),), SILENT),
    ],
)
def test_who_stops_the_others(me: Any, others: tuple[Any, ...], expected: Any) -> None:
    members = [seen(f"ctl{number}", answer) for number, answer in enumerate((me, *others), 1)]
    assert system_tables.slow(members[0], members) == expected


def test_a_member_that_tells_no_count_may_be_the_slow_one() -> None:
    answer = {name: value for name, value in flow("0.4", "1").items() if name != "wsrep_flow_control_sent"}
    me = seen(answer=answer)
    assert system_tables.slow(me, (me,)) == Unknown("flow_control_sent")


def test_the_fields_of_a_member() -> None:
    replies = (reply("ctl1", OUT, info="", signs=[TABLE, STATISTICS, RACE]), reply("ctl2", info=WHOLE), reply("ctl3"))
    data = next(one.data for one in assess.nodes(make.evidence(*replies)) if one.target.text == "galera/ctl1")
    assert set(data) == set(fields.NODE)
    assert {
        name: data[name]
        for name in ("upgrade_needed", "downgraded", "statistics_outdated", "ist_race", "bootstrap_left_over")
    } == {
        "upgrade_needed": True,
        "downgraded": False,
        "statistics_outdated": True,
        "ist_race": True,
        "bootstrap_left_over": False,
    }
    assert (data["upgrade_signs"], data["upgrade_info"], data["server_version"]) == (TABLE, "", SERVER)
    assert (data["slow"], data["slowest"]) == (False, None)


def test_of_a_stopped_member_nothing_is_compared() -> None:
    stopped = reply("ctl1", REFUSED, info="10.6.16-MariaDB", runs=False, signs=[TABLE, RACE])
    data = next(
        one.data for one in assess.nodes(make.evidence(stopped, reply("ctl2"))) if one.target.text == "galera/ctl1"
    )
    names = ("upgrade_needed", "downgraded", "upgrade_signs", "statistics_outdated", "server_version")
    assert [data[name] for name in names] == [None] * len(names)
    assert (data["ist_race"], data["slow"], data["bootstrap_left_over"]) == (False, False, False)
