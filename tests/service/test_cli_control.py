"""Commands as an operator runs them: a real process against a control socket, its exit code, its two streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.service.control_server import ControlServer, answers

pytestmark = pytest.mark.service
REMEDIATOR = str(Path(sys.executable).with_name("remediator"))
RESULT: dict[str, Any] = {
    "check": "container-state", "target": "container/ctl2/memcached", "state": "CRITICAL", "output": "exited (137)",
    "data": {}, "perfdata": {"restarts": {"value": 3, "uom": "", "warn": None, "crit": None}}, "unknown": [], "age_s": 1.0,
}  # fmt: skip
HEALTHY = {**RESULT, "target": "container/ctl1/memcached", "state": "OK", "output": "running"}
CHECK = {"cloud": "lab", "at": "2026-11-23T03:12:45.000Z", "took_ms": 12.0, "results": [RESULT, HEALTHY]}
STATUS = {
    "cloud": "lab", "at": "2026-11-23T03:12:45.000Z", "paused": False, "open": [], "curing": [], "waiting": [],
    "muted": [], "checks": {"ok": 1, "warning": 0, "critical": 1, "unknown": 0},
}  # fmt: skip


@dataclass
class Site:
    directory: Path

    @property
    def config(self) -> Path:
        return self.directory / "config.yaml"

    @property
    def pause_file(self) -> Path:
        return self.directory / "PAUSE"

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [REMEDIATOR, "--config", str(self.config), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **environment},
            check=False,
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    (tmp_path / "state").mkdir()
    made.config.write_text(
        "cloud: lab\n"
        "inventory: {hosts: {ctl2: {address: 127.0.0.1, port: 1}}}\n"
        f"state_dir: {tmp_path}/state\n"
        f"audit: {{checkpoints: {tmp_path}/audit/checkpoints.jsonl}}\n"
        f"pause_file: {made.pause_file}\n",
        "utf-8",
    )
    made.config.chmod(0o644)
    return made


def test_nagios_reads_the_last_results(site: Site) -> None:
    with ControlServer(site.directory / "state", answers(results={"data": CHECK})) as control:
        done = site.run("check", "--format", "nagios")
    assert done.returncode == 2
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "REMEDIATOR CRITICAL: 1 critical, 0 unknown, 0 warning, 1 ok - container/ctl2/memcached: exited (137)"
        " | 'container/ctl2/memcached.restarts'=3 'container/ctl1/memcached.restarts'=3",
        "CRITICAL container-state container/ctl2/memcached: exited (137)",
    ]
    assert control.asked == [("results", {"names": [], "target": None})]


def test_live_and_cached_choose_the_request(site: Site) -> None:
    with ControlServer(site.directory / "state", answers(results={"data": CHECK}, check={"data": CHECK})) as control:
        for arguments in (["--format", "json"], ["--cached"], ["--live", "--format", "nagios"]):
            assert site.run("check", *arguments).returncode == 2
    assert [op for op, _ in control.asked] == ["check", "results", "check"]


def test_no_match_is_unknown_with_a_suggestion(site: Site) -> None:
    empty = {"exit": 64, "error": "no check matches"}
    with ControlServer(site.directory / "state", answers(check=empty, results={"data": CHECK})):
        done = site.run("check", "--target", "container/ctl2/memcache")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr == (
        "remediator: no result matches --target container/ctl2/memcache (did you mean container/ctl2/memcached?)\n"
    )


def test_json_is_json_and_tables_have_no_colour_off_a_terminal(site: Site) -> None:
    with ControlServer(site.directory / "state", answers(check={"data": CHECK}, status={"data": STATUS})):
        assert json.loads(site.run("check", "--format", "json").stdout) == CHECK
        assert json.loads(site.run("status", "--format", "json").stdout) == STATUS
        table = site.run("check", FORCE_COLOR="").stdout
    assert "\x1b" not in table
    assert table.splitlines()[1].split() == [
        "CRITICAL",
        "container-state",
        "container/ctl2/memcached",
        "exited",
        "(137)",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["incidents", "close", "inc-1", "--reason", "x"],
        ["runs", "cancel", "run-1", "--reason", "x"],
        ["runs", "resolve", "run-1", "--outcome", "applied", "--reason", "x"],
        ["baseline", "show"],
        ["baseline", "accept", "all", "--reason", "x"],
        ["status"],
    ],
)
def test_without_a_daemon_it_is_5_with_the_remedy(site: Site, arguments: list[str]) -> None:
    done = site.run(*arguments)
    assert done.returncode == 5
    assert done.stderr.startswith("remediator: daemon not reachable on ")
    assert "start it with" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_refusal_is_4_and_shows_the_verdicts(site: Site) -> None:
    plan = {"runbook": "container-start", "risk": "R1", "target": "container/ctl2/memcached", "hash": "ab", "steps": []}
    verdicts = [{"guard": "pause", "allow": False, "reason": "paused", "inputs": {}, "until": None}]
    refused = {"exit": 4, "data": {"plan": plan, "verdicts": verdicts}, "error": "pause: paused"}
    with ControlServer(site.directory / "state", answers(execute=refused)) as control:
        done = site.run("execute", "container-start", "--target", "container/ctl2/memcached", "--reason", "test")
    assert done.returncode == 4
    assert "refused by pause: paused" in done.stdout
    assert done.stderr == "remediator: pause: paused\n"
    assert control.asked[0][1] == {"runbook": "container-start", "target": "container/ctl2/memcached", "reason": "test"}


def test_a_baseline_that_is_refused_lists_why(site: Site) -> None:
    refused = {"exit": 4, "data": {"refused": ["a: x", "b: y"]}, "error": "not settled: a: x (and 1 more)"}
    with ControlServer(site.directory / "state", answers(baseline_accept=refused)):
        done = site.run("baseline", "accept", "all", "--reason", "x")
    assert (done.returncode, done.stdout) == (4, "a: x\nb: y\n")


@pytest.mark.parametrize("reply", [b"", b"{", b"[]\n", b'{"exit": "x"}\n', b"not json\n"])
def test_an_answer_that_is_cut_is_1(site: Site, reply: bytes) -> None:
    with ControlServer(site.directory / "state", lambda _op, _args: reply):
        done = site.run("runs", "cancel", "run-1", "--reason", "x")
    assert done.returncode == 1
    assert done.stderr == "remediator: the daemon's answer to 'cancel' was cut or is not JSON; see its log\n"


def test_pause_and_resume_by_the_file(site: Site) -> None:
    done = site.run("pause", "--reason", "deploying")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"paused by the file {site.pause_file}; no daemon is reachable\n"
    assert site.pause_file.read_text("utf-8").endswith(": deploying\n")
    assert "which was there already" in site.run("pause").stdout
    assert site.run("resume").returncode == 0
    assert not site.pause_file.exists()
    assert site.run("resume").returncode == 1


def test_pause_goes_through_the_daemon_and_falls_back_to_the_file(site: Site) -> None:
    with ControlServer(site.directory / "state", answers(pause={"data": {"paused": True}})):
        assert site.run("pause", "--reason", "x").stdout.startswith("paused: ")
        assert not site.pause_file.exists()
    with ControlServer(site.directory / "state", answers(pause={"exit": 1, "error": "the store is full"})):
        assert "the daemon said: the store is full" in site.run("pause", "--reason", "x").stdout
        assert site.pause_file.exists()


def test_a_pause_that_cannot_be_written_is_no_pause(site: Site) -> None:
    text = site.config.read_text("utf-8").replace(str(site.pause_file), "/does/not/exist/PAUSE")
    site.config.write_text(text, "utf-8")
    done = site.run("pause", "--reason", "x")
    assert done.returncode == 1
    assert done.stderr.startswith("remediator: NOT PAUSED: cannot write /does/not/exist/PAUSE")


def test_help_is_fast_and_imports_nothing_heavy(site: Site) -> None:
    code = (
        "import sys; from remediator.cli import main; main.main(['--help'])\n"
        "heavy = {'pydantic', 'sqlalchemy', 'paramiko', 'fastapi', 'rich', 'remediator.daemon.main'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    took = []
    for _ in range(3):
        before = time.monotonic()
        site.run("--help")
        took.append(time.monotonic() - before)
    print(f"--help: {min(took):.3f} s")
    assert min(took) < 1.0
