"""What docker 20.10, podman 4.3 and systemd 252 really say, and what it is called (tests/golden/container, recorded in
a lab)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from remediator.integrations.container import assess
from remediator.model.values import Unknown
from tests.unit.integrations import golden
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

EXPECTED: Mapping[str, Mapping[str, Any]] = {
    "running": {"running": True, "status": "running", "unit_state": "active", "crashed": False, "exit_code": None},
    "auto-restart": {"running": False, "systemd_busy": True, "crashed": False, "cause": "port_in_use", "exit_code": 1},
    "start-limit": {"start_limit_hit": True, "crashed": True, "systemd_busy": False, "cause": "port_in_use"},
    "operator-stop": {"operator_stopped": True, "crashed": False, "unit_state": "inactive", "cause": None},
    "oom": {"oom_killed": True, "cause": "oom", "crashed": True, "exit_code": 137},
    "unhealthy": {"running": True, "oom_killed": False, "crashed": False, "cause": None},
    "removed": {"missing": True, "running": False, "status": None, "unit_failed": True, "crashed": False},
}


def test_every_recording_says_where_it_comes_from() -> None:
    for case in golden.CASES:
        provenance = golden.recording(case)["provenance"]
        assert provenance["kind"] == "recorded"
        assert provenance["versions"]
        assert provenance["command"].startswith("python -m tests.golden.record ")


@pytest.mark.parametrize("engine", ["docker", "podman"])
@pytest.mark.parametrize("state", EXPECTED)
def test_each_state_is_told_alike_for_both_engines(engine: str, state: str) -> None:
    data = golden.judged(f"{engine}-{state}").data
    expected = {**EXPECTED[state], "engine": engine, "has_unit": True, "operator_stopped": state == "operator-stop"}
    assert {name: data[name] for name in expected} == expected
    assert not [name for name, value in data.items() if isinstance(value, Unknown)]


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_health_is_told_alike_for_both_engines(engine: str) -> None:
    sick = golden.judged(f"{engine}-unhealthy", assess.health).data
    assert (sick["health"], sick["has_healthcheck"], sick["false_alarm"]) == ("unhealthy", True, False)
    assert sick["failing_streak"] >= 2
    assert "does not answer on port 11211" in sick["last_health_output"]
    well = golden.judged(f"{engine}-running", assess.health).data
    assert (well["health"], well["failing_streak"]) == ("healthy", 0)


def test_podman_s_missing_flag_is_made_good_by_the_kernels_log() -> None:
    section = golden.section_of("podman-oom")
    assert section["containers"]["memcached"]["oom_killed"] is False
    del section["containers"]["memcached"]["oom_ago_s"]
    reply = golden.reply_of("podman-oom", section)
    (one,) = assess.state(make.evidence(reply))
    assert (one.data["oom_killed"], one.data["cause"]) == (False, None)


def test_an_oom_of_an_earlier_run_is_not_this_runs_cause() -> None:
    section = golden.section_of("podman-oom")
    section["containers"]["memcached"]["oom_ago_s"] += 60
    (one,) = assess.state(make.evidence(golden.reply_of("podman-oom", section)))
    assert one.data["oom_killed"] is False


def test_only_the_listed_fields_leave_the_host() -> None:
    allowed = {*make.container(), "oom_ago_s"}
    for case in golden.CASES:
        for item in golden.section_of(case)["containers"].values():
            assert set(item) <= allowed
            assert item["env_names"]
            assert not [name for name in item["env_names"] if "=" in name]


@pytest.mark.parametrize("case", ["docker-running", "podman-start-limit"])
@pytest.mark.parametrize("which", ["inspect", "systemctl"])
@pytest.mark.parametrize("part", [0.0, 0.01, 0.1, 0.5, 0.9, 0.99])
def test_a_cut_answer_of_a_tool_is_never_taken_for_a_state(case: str, which: str, part: float) -> None:
    answers = copy.deepcopy(golden.recording(case)["answers"])
    cut = next(item for item in answers if which in item["argv"])
    cut["out"] = cut["out"][: int(part * len(cut["out"]))]
    try:
        section = golden.section_of(case, answers)
    except (ValueError, KeyError, IndexError):
        return  # the runner makes that ``error:containers: ...``
    found = assess.state(make.evidence(golden.reply_of(case, section)))
    whole = golden.judged(case).data
    for one in found:
        wrong = {name for name in whole if one.data[name] != whole[name] and not isinstance(one.data[name], Unknown)}
        assert wrong <= {"last_log", "distinct_starts", "cause"}, wrong


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"code": None, "out": ""}, "hung"),
        ({"code": 1, "out": "", "err": "Cannot connect to the Docker daemon at unix:///var/run/docker.sock."}, "down"),
    ],
)
@pytest.mark.parametrize("which", ["ps", "inspect"])
def test_an_engine_that_hangs_or_is_down_says_so(changes: dict[str, Any], state: str, which: str) -> None:
    answers = copy.deepcopy(golden.recording("docker-running")["answers"])
    for item in answers:
        if which in item["argv"]:
            item.update(changes)
    if which == "inspect" and state == "down":
        answers = [*answers[:2], *answers[:2], *answers[2:]]  # it lists and asks once more
    engine = golden.section_of("docker-running", answers)["engine"]
    assert (engine["state"], bool(engine["reason"])) == (state, True)


def test_an_engine_that_is_not_there_says_so() -> None:
    def run(argv: Any, timeout_s: float, limit: int = 0) -> Any:
        raise FileNotFoundError(argv[0])

    assert golden.remote()["_containers"]("podman", run) == ("missing", "there is no podman on this host", None, {})


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("connecting with password=hunter2 to db", "connecting with password=*** to db"),
        ('{"api_key": "abc", "x": 1}', '{"api_key": *** "x": 1}'),
        ("mysql://nova:hunter2@10.0.0.1/nova", "mysql://nova:***@10.0.0.1/nova"),
        ("an ordinary line: port 11211", "an ordinary line: port 11211"),
    ],
)
def test_secrets_in_log_lines_stay_on_the_host(line: str, kept: str) -> None:
    assert golden.remote()["_redact"](line) == kept
