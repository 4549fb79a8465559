"""Containers without a unit, as kolla made them before 2023.1: the engine starts them again, and nobody else tells why
they died."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from typing import Any

import pytest

from remediator.content import load_content
from remediator.integrations import registry
from remediator.integrations.container import assess, memory, remote
from remediator.model import targets
from remediator.model.values import Unknown
from remediator.rules import advice
from tests.unit.integrations import section as make
from tests.unit.integrations.engine import Host, Stuck, inspected, stamp

pytestmark = pytest.mark.unit

MISSING = "oslo_config.cfg.ConfigFilesNotFoundError: Failed to find some config files"
POLICY = {"restart_policy": "unless-stopped"}
WAITING: dict[str, Any] = {**POLICY, "status": "restarting", "running": False, "exit_code": 1, "health": None}


def judged(*sections: Mapping[str, Any], name: str = "glance_api") -> Mapping[str, Any]:
    remembered = None
    for number, data in enumerate(sections):
        last = make.reply(containers=data, asked_s=data["clock"] - make.BOOTED.timestamp() + number)
        remembered = memory.remember(remembered, last)
    found = assess.state(make.evidence(last, memories={"ctl1": remembered}))
    return next(one.data for one in found if one.target.name == name)


def test_what_waits_to_be_started_again_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(inspected(), said=[(20.0, "err", MISSING)])
    data = judged(host.section(monkeypatch))
    assert (data["status"], data["running"], data["exit_code"], data["restart_count"]) == ("restarting", False, 1, 44)
    assert (data["systemd_busy"], data["crashed"], data["operator_stopped"]) == (True, False, False)
    assert data["last_log"] == MISSING


def test_two_polls_of_it_are_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    section = Host(inspected()).section(monkeypatch)
    assert judged(section)["looping"] is False
    assert judged(section, section)["looping"] is True


def test_an_oom_kill_is_seen_by_the_engines_flag_or_by_the_kernels_words(monkeypatch: pytest.MonkeyPatch) -> None:
    flagged = Host(inspected(OOMKilled=True, ExitCode=137))
    assert judged(flagged.section(monkeypatch))["cause"] == "oom"
    assert ["dmesg"] not in flagged.asked
    uptime = time.clock_gettime(time.CLOCK_MONOTONIC)
    killed = (
        f"[{uptime - 19:.3f}] oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/docker/{'ab' * 32},task=glance-api\n"
    )
    data = judged(Host(inspected(ExitCode=137), dmesg=killed).section(monkeypatch))
    assert (data["oom_killed"], data["cause"]) == (True, "oom")
    assert judged(Host(inspected(ExitCode=137)).section(monkeypatch))["cause"] is None


def test_both_streams_of_its_log_are_read_and_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(
        inspected(started_s=20.0),
        said=[
            (80.0, "err", "bind: Address already in use"),  # of an earlier life: not what this one died of
            (19.9, "out", "Running command: 'glance-api'"),
            (19.5, "err", MISSING),
            (19.4, "out", "bye"),
        ],
    )  # fmt: skip
    data = judged(host.section(monkeypatch))
    assert data["last_log"].splitlines() == ["Running command: 'glance-api'", MISSING, "bye"]
    assert data["cause"] == "config_missing"


def test_a_time_that_the_engine_cut_is_no_word_of_the_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker gave such a line in a loop: the beginning of its time was missing, and a page showed the rest."""
    found = []
    for text in (f"30T10:21:04.522817000Z {MISSING}", "bound at 10:21:04.5Z"):
        answers = functools.partial(_says, text)
        found.append(remote._engine_log("docker", inspected_item(), answers, 1.5))
    assert found == [MISSING, "bound at 10:21:04.5Z"]


def _says(text: str, *_asked: Any) -> tuple[int, str, str]:
    return 0, f"{text}\n", ""


def inspected_item() -> dict[str, Any]:
    return {"name": "glance_api", "started_at": stamp(20.0), "running": False, "restart_count": 0, "status": "exited"}


def test_caught_alive_it_still_says_what_its_life_before_died_of(monkeypatch: pytest.MonkeyPatch) -> None:
    alive = {"Status": "running", "Running": True, "Restarting": False, "ExitCode": 0}
    host = Host(
        inspected(started_s=5.0, **alive),
        said=[(6.0, "err", MISSING), (4.0, "out", "Running command: 'glance-api'")],
    )
    data = judged(host.section(monkeypatch))
    assert (data["running"], data["last_log"], data["cause"]) == (True, MISSING, "config_missing")


@pytest.mark.parametrize(("restarts", "started_s"), [(0, 5.0), (44, 900.0)])
def test_of_one_that_runs_as_it_should_no_log_is_fetched(
    monkeypatch: pytest.MonkeyPatch, restarts: int, started_s: float
) -> None:
    alive = {"Status": "running", "Running": True, "Restarting": False, "ExitCode": 0}
    host = Host(inspected(restarts=restarts, started_s=started_s, **alive), said=[(6.0, "err", MISSING)])
    data = judged(host.section(monkeypatch))
    assert (data["last_log"], data["cause"]) == (None, None)
    assert not [argv for argv in host.asked if "logs" in argv]


def test_an_engine_that_writes_no_times_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old(Host):
        def run(self, argv: list[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
            return (0, MISSING, "") if argv[1:2] == ["logs"] else super().run(argv, timeout_s, limit)

    assert judged(Old(inspected()).section(monkeypatch))["last_log"] == MISSING


def test_a_loop_that_its_engine_gave_up_is_over() -> None:
    looping = [
        make.containers(make.container("glance_api", started_at=make.stamp(5 + ago), **POLICY), units={})
        for ago in (40, 20)
    ]
    gone = make.containers(make.down("glance_api", restart_policy="on-failure", exit_code=1), units={})
    data = judged(*looping, gone)
    assert (data["distinct_starts"], data["looping"], data["crashed"]) == (0, False, True)


@pytest.mark.parametrize("status", ["exited", "created"])
def test_what_the_engine_could_not_start_was_stopped_by_nobody(status: str) -> None:
    """After a boot with a device or a mount missing: its policy would have started it, and it says why it could not."""
    item = make.down(
        "glance_api", status=status, exit_code=128, error="error while creating mount source path", **POLICY
    )
    data = judged(make.containers(item, units={}))
    assert (data["operator_stopped"], data["crashed"], data["cause"]) == (False, True, "engine_error")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (  # a loop as Docker 20 shows it
            {"Status": "restarting", "Running": True, "Restarting": True, "ExitCode": 1},
            {"running": False, "systemd_busy": True, "crashed": False, "operator_stopped": False, "cause": None},
        ),
        (  # a bind mount or a device is gone: Docker does not try again
            {
                "Status": "exited",
                "Running": False,
                "Restarting": False,
                "ExitCode": 128,
                "Error": "error gathering device information",
            },
            {"running": False, "crashed": True, "operator_stopped": False, "cause": "engine_error"},
        ),
        (  # after a restart of Docker it could not be started again
            {
                "Status": "exited",
                "Running": False,
                "Restarting": False,
                "ExitCode": 255,
                "Error": 'container "b7" already exists',
            },
            {"running": False, "crashed": True, "operator_stopped": False, "cause": "engine_error"},
        ),
        (  # likewise, and Docker does not say so
            {"Status": "exited", "Running": False, "Restarting": False, "ExitCode": 255},
            {"operator_stopped": Unknown("engine_lost_it"), "crashed": Unknown("engine_lost_it")},
        ),
        (  # its very first start failed
            {
                "Status": "created",
                "Running": False,
                "Restarting": False,
                "ExitCode": 127,
                "Error": "oci runtime error: exec failed",
            },
            {"running": False, "crashed": True, "operator_stopped": False, "cause": "bad_command"},
        ),
        (  # somebody's `docker stop` of a loop: `docker ps` may still say that it restarts
            {"Status": "exited", "Running": False, "Restarting": False, "ExitCode": 1},
            {"running": False, "crashed": False, "operator_stopped": True},
        ),
        (
            {"Status": "paused", "Running": True, "Paused": True, "Restarting": False, "ExitCode": 0},
            {"running": True, "crashed": False, "operator_stopped": False},
        ),
    ],
    ids=["loop", "mount-gone", "already-exists", "lost", "never-started", "stopped", "paused"],
)
def test_what_docker_says_of_a_container_without_a_unit(
    monkeypatch: pytest.MonkeyPatch, state: dict[str, Any], expected: dict[str, Any]
) -> None:
    data = judged(Host(inspected(**state)).section(monkeypatch))
    assert {name: data[name] for name in expected} == expected


def test_one_that_hangs_in_its_wait_is_not_told_as_starting_over_and_over(monkeypatch: pytest.MonkeyPatch) -> None:
    content, _ = load_content(None, registry.load({}), None, None)
    assert content is not None
    section = Host(inspected(started_s=3700.0, ExitCode=-1)).section(monkeypatch)
    data = judged(section, section)
    assert (data["looping"], data["distinct_starts"]) == (True, 0)
    told = advice.advise(content.rules["container-looping"], targets.container("ctl1", "glance_api"), data)
    assert told.startswith("glance_api on ctl1 waits to be started again by its engine, and was not for 10 min")
    assert told.endswith("docker restart glance_api")


def test_a_stop_by_hand_stays_an_operators() -> None:
    data = judged(make.containers(make.down("glance_api", exit_code=0, **POLICY), units={}))
    assert (data["operator_stopped"], data["crashed"]) == (True, False)


RULES = (
    "container-removed", "container-no-room", "container-looping", "container-stateful-down", "container-crashed",
    "container-out-of-memory", "container-misconfigured",
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_no_remedy_names_a_unit_where_there_is_none(rule: str) -> None:
    content, mistakes = load_content(None, registry.load({}), None, None)
    assert content is not None, mistakes
    logs = {"logs": {"glance_api": MISSING}}
    data = judged(make.containers(make.container("glance_api", **WAITING), units={}, **logs))
    told = advice.advise(content.rules[rule], targets.container("ctl1", "glance_api"), data)
    assert "none" not in told
    assert "systemctl" not in told
    assert "journalctl -u" not in told
    assert "UNKNOWN" not in told
    with_unit = judged(make.containers(make.down("glance_api"), units={"glance_api": make.START_LIMIT}))
    told = advice.advise(content.rules[rule], targets.container("ctl1", "glance_api"), with_unit)
    assert "docker" not in told


def test_the_checks_line_names_no_unit_either() -> None:
    content, _ = load_content(None, registry.load({}), None, None)
    assert content is not None
    stopped = judged(make.containers(make.down("glance_api", exit_code=0, **POLICY), units={}))
    assert content.checks["container-state"].output.render(stopped) == "stopped by an operator (exited): left alone"
    waiting = judged(make.containers(make.container("glance_api", **WAITING), units={}))
    assert content.checks["container-state"].output.render(waiting) == "restarting, exit code 1, no unit, cause none"


def test_a_missing_container_is_told_with_the_tags_of_the_release_around_it() -> None:
    content, _ = load_content(None, registry.load({}), None, None)
    assert content is not None
    for version, tags in (("20.0.0", "common"), ("21.1.0", "fluentd"), (None, "common,fluentd")):
        there = make.container("glance_api", kolla_version=version)
        data = judged(
            make.containers(there, units={"glance_api": make.unit(), "fluentd": make.STOPPED}), name="fluentd"
        )
        told = advice.advise(content.rules["container-removed"], targets.container("ctl1", "fluentd"), data)
        assert f"--tags {tags}\n" in told
    assert "/etc/kolla/fluentd away" in told


def test_the_switchs_database_is_expected_under_its_own_name() -> None:
    """kolla calls the directory openvswitch-db-server and the container openvswitch_db, in every release."""
    data = make.containers(make.container("openvswitch_db"), units={}, configs=["openvswitch_db_server", "glance_api"])
    assert judged(data, name="openvswitch_db")["missing"] is False
    assert judged(data, name="glance_api")["missing"] is True
    gone = judged(make.containers(units={}, configs=["openvswitch_db_server"]), name="openvswitch_db")
    assert (gone["missing"], gone["config_directory"]) == (True, "/etc/kolla/openvswitch-db-server")


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (
            "ERROR:__main__:MissingRequiredSource: /var/lib/kolla/config_files/glance-api.conf file is not found",
            "config_missing",
        ),
        (
            "ERROR:__main__:InvalidConfig: Invalid json file found at /var/lib/kolla/config_files/config.json",
            "config_missing",
        ),
        ("ERROR:__main__:UserNotFound: user not found", "config_missing"),
        ("IOError: [Errno 2] No such file or directory: '/var/lib/kolla/config_files/config.json'", "config_missing"),
        ("FileNotFoundError: [Errno 2] No such file or directory: '/run_command'", "config_missing"),
        (MISSING, "config_missing"),
        ("oslo_config.cfg.ConfigFileParseError: Failed to parse /etc/nova/nova.conf: at :12", "config_missing"),
        (
            "oslo_config.cfg.ConfigFileValueError: Value for option workers from LocationInfo is not valid",
            "config_missing",
        ),
        ("iscsid: Can not bind IPC socket", "port_in_use"),
        ("OSError: [Errno 98] Address already in use", "port_in_use"),
        ("OSError: [Errno 28] No space left on device", "disk_full"),
        ("FileNotFoundError: [Errno 2] No such file or directory: '/var/log/kolla/x'", None),
        ("INFO:__main__:Copying /var/lib/kolla/config_files/glance-api.conf to /etc/glance/glance-api.conf", None),
        ("Cookie file /var/lib/rabbitmq/.erlang.cookie must be accessible by owner only", None),
    ],
)
def test_what_containers_of_kolla_say_when_they_cannot_start(line: str, cause: str | None) -> None:
    item = make.container("glance_api", **WAITING)
    logs = {"glance_api": f"+ sudo -E kolla_set_configs\n{line}"}
    assert judged(make.containers(item, units={}, logs=logs))["cause"] == cause


@pytest.mark.parametrize("stuck", ["cron", "mariadb"])
def test_one_that_cannot_be_inspected_costs_itself_alone(monkeypatch: pytest.MonkeyPatch, stuck: str) -> None:
    host = Stuck(inspected(), stuck=stuck)
    section = host.section(monkeypatch)
    section["configs"] = [*section["configs"], stuck]
    assert section["engine"]["state"] == "ok"
    assert judged(section)["running"] is False
    why = Unknown(f"not_inspected: {Stuck.SAID}")
    data = judged(section, name=stuck)
    for field in ("running", "missing", "status", "crashed", "operator_stopped", "cause", "systemd_busy", "looping"):
        assert data[field] == why, field


def test_one_that_says_nothing_of_its_state_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {**inspected(), "Id": "cd" * 32, "Name": "/cron"}
    del odd["State"]["Status"]
    host = Stuck(inspected(), odd, stuck="cron")
    section = host.section(monkeypatch)
    assert (list(section["containers"]), list(section["unread"])) == (["glance_api"], ["cron"])
    assert "Status" in section["unread"]["cron"]


def test_where_the_stuck_one_has_no_name_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="does not name them"):
        Stuck(inspected(), stuck="cron", named=False).section(monkeypatch)
