"""What a container's state is called, from what the engine and systemd said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from remediator.integrations.container import assess, fields, manifest, memory
from remediator.integrations.container.kolla import catalogue
from remediator.model.content.judging import Assessed
from remediator.model.manifest.containers import OwnContainer
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit


def judged(*replies: HostReply, judge: Any = assess.state) -> dict[str, Assessed]:
    remembered = None
    for one in replies:
        remembered = memory.remember(remembered, one)
    found = judge(make.evidence(replies[-1], memories={"ctl1": remembered}))
    return {one.target.name: one for one in found}


def state(item: dict[str, Any] | None, unit: dict[str, str] | None = None, **changes: Any) -> Mapping[str, Any]:
    units = {} if unit is None else {"memcached": unit}
    data = make.containers(item, units=units, **changes)
    return judged(make.reply(containers=data))["memcached"].data


@pytest.mark.parametrize(("judge", "table"), [(assess.state, fields.STATE), (assess.health, fields.HEALTH)])
def test_every_result_has_every_declared_field_and_no_other(judge: Any, table: Mapping[str, Any]) -> None:
    good = make.reply(containers=make.containers(make.container()))
    for last in (
        good,
        make.reply(reach=Reach.UNREACHABLE),
        make.reply(containers=make.containers(engine_state="hung")),
    ):
        for one in judged(good, last, judge=judge).values():
            assert set(one.data) == set(table)


def test_a_running_container_is_none_of_the_bad_things() -> None:
    data = state(make.container(), make.unit())
    bad = ("missing", "crashed", "looping", "operator_stopped", "start_limit_hit", "unit_failed", "systemd_busy")
    assert [data[name] for name in bad] == [False] * len(bad)
    assert (data["running"], data["exit_code"], data["cause"], data["age_s"]) == (True, None, None, 3000.0)


def test_a_unit_that_hit_the_start_limit_is_crashed_and_nobody_will_start_it() -> None:
    data = state(make.down(), make.START_LIMIT)
    assert (data["crashed"], data["start_limit_hit"], data["unit_failed"]) == (True, True, True)
    assert (data["operator_stopped"], data["systemd_busy"], data["looping"]) == (False, False, False)


SYSTEMD_252 = {**make.START_LIMIT, "Result": "exit-code"}
"""It keeps the Result of the last crash when a restart is refused for the limit."""


@pytest.mark.parametrize(
    ("unit", "log", "hit"),
    [
        ({**SYSTEMD_252, "StartLimitBurst": "10"}, "", True),
        ({**SYSTEMD_252, "StartLimitBurst": "10", "NRestarts": "9"}, "", False),
        (SYSTEMD_252, "Started kolla-x\nunit: Start request repeated too quickly.", True),
        (SYSTEMD_252, "unit: Start request repeated too quickly.\nStarted kolla-x", False),
        ({**make.KILLED_AT_STOP, "StartLimitBurst": "10", "NRestarts": "40"}, "", False),
    ],
)
def test_a_start_limit_is_seen_also_where_systemd_keeps_the_result_of_the_last_crash(
    unit: dict[str, str], log: str, hit: bool
) -> None:
    data = state(make.down(), unit, logs={"memcached": log})
    assert (data["start_limit_hit"], data["unit_failed"]) == (hit, True)


def test_a_stop_between_two_restarts_is_an_operators() -> None:
    assert state(make.down(), {**make.STOPPED, "Result": "exit-code"})["operator_stopped"] is True


def test_a_clean_stop_is_an_operators() -> None:
    data = state(make.down(exit_code=143), make.STOPPED)
    assert (data["operator_stopped"], data["crashed"]) == (True, False)


def test_a_unit_whose_start_an_assertion_refused_is_given_up_and_nobody_stopped_it() -> None:
    """So a unit that is held looks once systemd has tried to start it again (systemd 252, after a loop of its own)."""
    held = {**make.STOPPED, "AssertResult": "no", "AssertTimestampMonotonic": "100"}
    data = state(make.down(exit_code=0), held)
    assert (data["unit_failed"], data["operator_stopped"], data["crashed"]) == (True, False, True)
    for never in ({"AssertTimestampMonotonic": "0"}, {"AssertResult": "yes"}):
        data = state(make.down(exit_code=0), {**held, **never})
        assert (data["unit_failed"], data["operator_stopped"]) == (False, True)


def test_a_unit_that_was_killed_at_its_stop_and_then_refused_a_start_is_held_and_nobody_stopped_it() -> None:
    """An inhibited member that ignored its stop looks like this (systemd 252). A recovery that remediator had begun was
    once left alone, since an operator seemed to have stopped such a member."""
    ended = int(make.KILLED_AT_STOP["ExecMainExitTimestampMonotonic"])
    for refused_at, operators in ((ended + 1, False), (ended - 1, True)):
        held = {**make.KILLED_AT_STOP, "AssertResult": "no", "AssertTimestampMonotonic": str(refused_at)}
        data = state(make.down(exit_code=137), held)
        assert (data["unit_failed"], data["operator_stopped"], data["crashed"]) == (True, operators, not operators)


def test_a_stop_that_ended_in_a_kill_is_an_operators_although_systemd_calls_it_failed() -> None:
    data = state(make.down(exit_code=137), make.KILLED_AT_STOP)
    assert (data["unit_failed"], data["operator_stopped"], data["crashed"]) == (True, True, False)


def test_a_process_that_fell_over_by_itself_is_no_operators_stop() -> None:
    data = state(make.down(exit_code=137), make.CRASHED)
    assert (data["unit_failed"], data["operator_stopped"], data["crashed"]) == (True, False, True)


@pytest.mark.parametrize(
    "unit",
    [
        make.RESTARTING,
        make.unit(ActiveState="deactivating"),
        make.unit(Job="712"),
        make.unit(SubState="auto-restart-queued"),
    ],
)
def test_systemd_at_work_is_left_alone(unit: dict[str, str]) -> None:
    assert state(make.container(), unit)["systemd_busy"] is True


@pytest.mark.parametrize(
    ("policy", "exit_code", "stopped", "crashed"),
    [
        ("unless-stopped", 1, True, False),
        ("always", 137, True, False),
        ("on-failure", 1, False, True),
        ("on-failure", 0, True, False),
        ("no", 1, False, True),
        ("", 137, Unknown("no_unit_no_policy"), Unknown("no_unit_no_policy")),
    ],
)
def test_without_a_unit_the_engines_restart_policy_tells_who_stopped_it(
    policy: str, exit_code: int, stopped: Any, crashed: Any
) -> None:
    data = state(make.down(restart_policy=policy, exit_code=exit_code))
    assert (data["has_unit"], data["operator_stopped"], data["crashed"]) == (False, stopped, crashed)


def test_a_unit_file_without_a_container_is_missing() -> None:
    data = state(None, make.START_LIMIT)
    assert (data["missing"], data["running"], data["status"], data["crashed"]) == (True, False, None, False)


def test_where_kolla_writes_units_a_leftover_configuration_is_not_missing() -> None:
    data = make.containers(make.container(), configs=["memcached", "gone_service"])
    assert set(judged(make.reply(containers=data))) == {"memcached"}


def test_without_any_units_a_configuration_is_what_is_expected() -> None:
    data = make.containers(make.container(), units={}, configs=["memcached", "redis"])
    found = judged(make.reply(containers=data))
    assert found["redis"].data["missing"] is True


def test_containers_that_kolla_did_not_configure_are_not_judged() -> None:
    data = make.containers(make.container(), make.container("neutron_keepalived_1"), units={"memcached": make.unit()})
    data["configs"] = ["memcached"]
    assert set(judged(make.reply(containers=data))) == {"memcached"}


def test_an_unreachable_host_makes_each_remembered_container_unknown() -> None:
    good = make.reply(containers=make.containers(make.container(), make.container("keystone")))
    found = judged(good, make.reply(reach=Reach.UNREACHABLE, containers=Unknown("host_unreachable")))
    assert set(found) == {"memcached", "keystone"}
    unknown = {name for name, value in found["keystone"].data.items() if value == Unknown("host_unreachable")}
    assert unknown == set(fields.STATE) - {"name", "stateful"}


def test_a_late_section_makes_them_unknown_with_its_reason() -> None:
    good = make.reply(containers=make.containers(make.container()))
    found = judged(good, make.reply(containers=Unknown("timeout:containers")))
    assert found["memcached"].data["running"] == Unknown("timeout:containers")


@pytest.mark.parametrize("engine_state", ["missing", "hung", "down"])
def test_an_engine_that_does_not_answer_leaves_what_systemd_knows(engine_state: str) -> None:
    good = make.reply(containers=make.containers(make.container()))
    data = make.containers(units={"memcached": make.START_LIMIT}, engine_state=engine_state)
    found = judged(good, make.reply(containers=data))["memcached"].data
    assert found["running"] == found["missing"] == found["crashed"] == Unknown(f"engine_{engine_state}")
    assert (found["unit_failed"], found["start_limit_hit"]) == (True, True)


def test_systemd_that_does_not_answer_leaves_what_the_engine_knows() -> None:
    data = make.containers(make.down(), units={"memcached": make.unit()})
    data |= {"units": None, "units_reason": "timeout:systemctl"}
    found = judged(make.reply(containers=data))["memcached"].data
    assert (found["running"], found["has_unit"]) == (False, True)
    assert found["unit_state"] == found["crashed"] == found["operator_stopped"] == Unknown("timeout:systemctl")


def test_a_section_of_another_shape_is_unknown_as_a_whole() -> None:
    good = make.reply(containers=make.containers(make.container()))
    broken = make.containers(make.container())
    del broken["containers"]["memcached"]["running"]
    found = judged(good, make.reply(containers=broken))
    assert found["memcached"].data["status"] == Unknown("error:containers: KeyError: 'running'")


@pytest.mark.parametrize(
    ("item", "unit", "changes", "cause"),
    [
        (make.down(oom_killed=True, exit_code=137), make.START_LIMIT, {}, "oom"),
        (make.down(), make.unit(ActiveState="failed", Result="oom-kill"), {}, "oom"),
        (make.down(), make.START_LIMIT, {"logs": {"memcached": "x: No space left on device"}}, "disk_full"),
        (
            make.down(),
            make.START_LIMIT,
            {"logs": {"memcached": "exceptions.MissingRequiredSource: /var"}},
            "config_missing",
        ),
        (make.down(), make.START_LIMIT, {"logs": {"memcached": "bind: Address already in use"}}, "port_in_use"),
        (make.down(exit_code=127), make.START_LIMIT, {}, "bad_command"),
        (make.down(exit_code=139), make.START_LIMIT, {}, "segfault"),
        (make.down(error="no such device"), make.START_LIMIT, {}, "engine_error"),
        (make.down(), make.START_LIMIT, {}, None),
        (make.container(oom_killed=True), make.unit(), {"logs": {"memcached": "No space left on device"}}, None),
    ],
)
def test_a_cause_is_named_on_evidence_only(
    item: dict[str, Any], unit: dict[str, str], changes: dict[str, Any], cause: str | None
) -> None:
    assert state(item, unit, **changes)["cause"] == cause


@pytest.mark.parametrize(
    ("available", "inodes_free", "cause"), [(0, 10, "disk_full"), (1, 0, "inode_full"), (1, 10, None)]
)
def test_a_full_file_system_is_the_cause_of_what_is_down(available: int, inodes_free: int, cause: str | None) -> None:
    mount = {"total": 100, "used": 90, "available": available, "inodes": 100, "inodes_free": inodes_free}
    data = make.containers(make.down(), units={"memcached": make.START_LIMIT})
    found = judged(make.reply(containers=data, disk={"/var/log/kolla": mount}))
    assert found["memcached"].data["cause"] == cause


def series(*steps: tuple[float, float | None, dict[str, str] | None]) -> Mapping[str, Any]:
    """Judge after polls given as (second, age of StartedAt or None when down, unit)."""
    replies = []
    for second, age_s, unit in steps:
        now_s = make.BOOTED.timestamp() + second
        item = make.down(started_at=make.stamp(70, now_s))
        if age_s is not None:
            item = make.container(started_at=make.stamp(age_s, now_s))
        data = make.containers(item, units={"memcached": unit or make.unit()})
        replies.append(make.reply(asked_s=second, containers=data))
    return judged(*replies)["memcached"].data


def test_three_starts_in_ten_minutes_are_a_loop() -> None:
    data = series((100, 5, None), (200, 5, None), (300, 5, None))
    assert (data["distinct_starts"], data["looping"]) == (3, True)


def test_two_starts_or_three_in_a_longer_time_are_none() -> None:
    assert series((100, 5, None), (200, 5, None))["looping"] is False
    assert series((100, 5, None), (500, 5, None), (900, 5, None))["looping"] is False


def test_the_same_start_seen_often_counts_once() -> None:
    data = series((100, 5, None), (110, 15, None), (120, 25, None))
    assert (data["distinct_starts"], data["looping"]) == (1, False)


def test_what_has_run_for_longer_than_the_start_limit_interval_loops_no_more() -> None:
    assert series((100, 5, None), (200, 5, None), (300, 5, None), (430, 135, None))["looping"] is False


def test_auto_restart_on_two_polls_is_a_loop() -> None:
    assert series((100, None, make.RESTARTING))["looping"] is False
    assert series((100, None, make.RESTARTING), (110, None, make.RESTARTING))["looping"] is True


def test_a_unit_that_gave_up_ended_its_loop_and_the_next_start_counts_anew() -> None:
    given_up = series((100, 5, None), (115, 5, None), (130, 5, None), (140, None, make.START_LIMIT))
    assert (given_up["distinct_starts"], given_up["looping"]) == (0, False)
    started = series((100, 5, None), (115, 5, None), (130, 5, None), (140, None, make.START_LIMIT), (150, 3, None))
    assert (started["distinct_starts"], started["looping"]) == (1, False)


def test_a_container_that_is_expected_no_more_is_forgotten() -> None:
    both = make.reply(containers=make.containers(make.container(), make.container("keystone")))
    one = make.reply(asked_s=3700, containers=make.containers(make.container()))
    assert set(judged(both, one)) == {"memcached"}


BULB = OwnContainer(name="bulb_db", settles_s=600.0)
"""A container that another integration declares."""
HEALTH = next(spec.judge for spec in manifest.knowing([BULB]).assessments if spec.name == "container.health")


def health(item: dict[str, Any]) -> Mapping[str, Any]:
    data = make.containers(item)
    return judged(make.reply(containers=data), judge=HEALTH)[item["name"]].data


def test_health_says_what_the_check_says() -> None:
    data = health(make.container(health="unhealthy", failing_streak=4, health_output="refused"))
    assert (data["health"], data["failing_streak"], data["last_health_output"]) == ("unhealthy", 4, "refused")
    assert (data["has_healthcheck"], data["false_alarm"]) == (True, False)


def test_without_a_check_or_when_it_does_not_run_there_is_no_health() -> None:
    none = health(make.container(health=None, failing_streak=None))
    assert (none["has_healthcheck"], none["health"]) == (False, None)
    assert health(make.down(health="unhealthy"))["health"] is None


@pytest.mark.parametrize(
    ("name", "age_s", "false_alarm"),
    [("nova_scheduler", 9000, True), ("bulb_db", 30, True), ("bulb_db", 9000, False), ("memcached", 30, False)],
)
def test_known_false_alarms_are_marked(name: str, age_s: float, false_alarm: bool) -> None:
    data = health(make.container(name, health="unhealthy", started_at=make.stamp(age_s)))
    assert data["false_alarm"] is false_alarm


def test_what_the_owner_of_a_container_declares_is_known_of_it() -> None:
    known = catalogue.Catalogue((OwnContainer(name="bulb.db", settles_s=60.0), OwnContainer(name="rabbitmq")))
    assert known.is_stateful("bulb.db")
    assert not known.is_stateful("bulbxdb")
    assert not catalogue.OF_KOLLA.is_stateful("bulb.db")
    assert (known.is_false_alarm("bulb.db", 59.0), known.is_false_alarm("bulb.db", 61.0)) == (True, False)
    assert not known.is_false_alarm("bulb.db", None)
    assert known.stateful.pattern == f"{catalogue.OF_KOLLA.stateful.pattern}|bulb\\.db"


@pytest.mark.parametrize(
    ("name", "stateful"),
    [
        ("mariadb", True),
        ("rabbitmq", True),
        ("ovn_nb_db", True),
        ("nova_libvirt", True),
        ("ceph_osd_3", True),
        ("memcached", False),
        ("mariadb_clustercheck", False),
        ("nova_api", False),
        ("redis_exporter", False),
    ],
)
def test_the_stateful_list(name: str, stateful: bool) -> None:
    data = make.containers(make.container(name))
    assert judged(make.reply(containers=data))[name].data["stateful"] is stateful


def test_the_identity_tells_this_instance_from_its_successor() -> None:
    one = judged(make.reply(containers=make.containers(make.container())))["memcached"]
    assert one.identity == {
        "boot_id": "boot-1",
        "unit": "kolla-memcached-container.service",
        "container_id": "c0ffee",
        "started_at": make.stamp(3000),
        "invocation_id": "i-1",
    }


@pytest.mark.parametrize(
    ("said", "status"), [("stopped", "exited"), ("configured", "created"), ("initialized", "created")]
)
def test_podmans_words_are_evened_out(said: str, status: str) -> None:
    assert state(make.down(status=said), make.STOPPED)["status"] == status
