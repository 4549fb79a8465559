"""Commands as an operator runs them: a real process against a control socket, its exit code, its two streams."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.service.control_server import ControlServer, Reply, answers

pytestmark = pytest.mark.service
REMEDIATOR = str(Path(sys.executable).with_name("remediator"))
RESULT: dict[str, Any] = {
    "check": "container-state",
    "target": "container/ctl2/memcached",
    "state": "CRITICAL",
    "output": "exited (137)",
    "data": {},
    "perfdata": {"restarts": {"value": 3, "uom": "", "warn": None, "crit": None}},
    "unknown": [],
    "age_s": 1.0,
}
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


def test_a_plugin_where_a_letter_cannot_be_shown_loses_nothing(site: Site) -> None:
    foreign = {**CHECK, "results": [{**RESULT, "output": "exited \u2013 d\u00e9sol\u00e9 \u65e5"}]}
    with ControlServer(site.directory / "state", answers(results={"data": foreign})):
        done = site.run("check", "--format", "nagios", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (2, "")
    assert "exited \\u2013 d\\xe9sol" in done.stdout


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
        ["approve", "run-1", "--plan", "ab12ab12"],
        ["deny", "run-1", "--reason", "x"],
        ["silence", "add", "host=ctl2", "--reason", "x"],
        ["silence", "list"],
        ["downtime", "add", "host/ctl2", "--reason", "x"],
        ["downtime", "end", "down-1", "--reason", "x"],
        ["incidents", "ack", "inc-1", "--reason", "x"],
        ["brakes", "list"],
        ["brakes", "close", "storm", "--reason", "x"],
        ["audit", "accept-restore", "--reason", "x"],
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
        "heavy = {'pydantic', 'sqlalchemy', 'paramiko', 'fastapi', 'rich', 'remediator.daemon.main'} & "
        "set(sys.modules)\n"
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


# mutes -------------------------------------------------------------------------------------------------------------

UNTIL = "2026-11-23T07:12:45.000Z"


def test_a_silence_is_asked_for_as_it_is_meant_though_the_shell_took_its_quotes(site: Site) -> None:
    made = {"id": "sil-1", "matchers": ['host="ctl2"', 'check=~"a|b"'], "author": "ann", "reason": "x", "until": UNTIL}
    with ControlServer(site.directory / "state", answers(silence_add={"data": {"silence": made}})) as control:
        done = site.run("silence", "add", "host=ctl2", 'check=~"a|b"', "--for", "30m", "--reason", "disk")
        site.run("silence", "add", "host=ctl2", "--reason", "disk")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        'silenced host="ctl2", check=~"a|b" until 2026-11-23 07:12:45 UTC; earlier: remediator silence '
        "end sil-1 --reason TEXT\n"
    )
    asked = {"matchers": ['host="ctl2"', 'check=~"a|b"'], "for_s": 1800.0, "reason": "disk"}
    assert control.asked[0] == ("silence-add", asked)
    assert control.asked[1][1]["for_s"] is None


def test_mutes_are_listed_and_ended(site: Site) -> None:
    silence = {"id": "sil-1", "matchers": ['host="ctl2"'], "author": "ann", "reason": "disk", "until": UNTIL}
    downtime = {"id": "down-1", "target": "host/ctl2", "author": "ann", "reason": "disk", "until": UNTIL}
    reply = answers(
        silence_list={"data": {"silences": [silence]}},
        downtime_list={"data": {"downtimes": []}},
        silence_end={"data": {"silence": "sil-1"}},
        downtime_end={"exit": 64, "error": "there is no downtime 'down-9'"},
        downtime_add={"data": {"downtime": downtime}},
    )
    with ControlServer(site.directory / "state", reply) as control:
        listed = site.run("silence", "list").stdout.splitlines()[1].split()
        assert listed == ["sil-1", "2026-11-23", "07:12:45", "ann", 'host="ctl2"', "disk"]
        assert json.loads(site.run("silence", "list", "--format", "json").stdout) == [silence]
        assert site.run("downtime", "list").stdout == "nothing is in downtime\n"
        assert site.run("silence", "end", "sil-1", "--reason", "over").stdout == "ended silence sil-1\n"
        ended = site.run("downtime", "end", "down-9", "--reason", "over")
        added = site.run("downtime", "add", "host/ctl2", "--for", "2d", "--reason", "disk")
    assert (ended.returncode, ended.stderr) == (64, "remediator: there is no downtime 'down-9'\n")
    assert added.stdout.startswith("host/ctl2 is in downtime until 2026-11-23 07:12:45 UTC;")
    assert control.asked[-1][1] == {"target": "host/ctl2", "for_s": 172800.0, "reason": "disk"}


def test_of_several_pauses_one_must_be_named(site: Site) -> None:
    standing = [
        {"id": "pause-1", "reason": "deploy", "author": "ann", "at": "2026-11-23T03:12:45.000Z"},
        {"id": "pause-2", "reason": "network", "author": "bob", "at": "2026-11-23T03:13:45.000Z"},
    ]

    def reply(op: str, args: Mapping[str, Any]) -> bytes:
        named = args["pause"] is not None or args["all"]
        several = {"exit": 64, "data": {"pauses": standing}, "error": "2 pauses stand: name one, or say --all"}
        return answers(resume={} if named else several)(op, args)

    site.pause_file.write_text("x\n", "utf-8")
    with ControlServer(site.directory / "state", reply) as control:
        done = site.run("resume")
        assert site.run("resume", "pause-2").stdout == f"lifted pause-2; the pause file {site.pause_file} still holds\n"
        assert site.pause_file.exists()
        assert site.run("resume", "--all", "--reason", "over").returncode == 0
        assert site.run("resume", "pause-1", "--all").returncode == 64
    assert done.returncode == 64
    assert done.stderr == "remediator: 2 pauses stand: name one, or say --all\n"
    assert "pause-2  2026-11-23 03:13:45  bob  network" in done.stdout
    assert not site.pause_file.exists()
    assert [args for _, args in control.asked[1:]] == [
        {"reason": "no reason given", "pause": "pause-2", "all": False},
        {"reason": "over", "pause": None, "all": True},
    ]


def test_the_breaker_the_restore_and_an_acknowledgement_are_said(site: Site) -> None:
    storm = {"kind": "storm", "what": "R3", "reason": "5 of 6 hosts", "until": None}
    status = {**STATUS, "muted": [storm, {"kind": "pause", "what": "everything", "reason": "x", "until": None}]}
    refused = {"exit": 4, "error": "the storm is not over: 5 of 6 hosts"}
    reply = answers(status={"data": status}, brake_close=refused, accept_restore={}, ack={})
    with ControlServer(site.directory / "state", reply) as control:
        assert json.loads(site.run("brakes", "list", "--format", "json").stdout) == [storm]
        table = site.run("brakes", "list").stdout
        closed = site.run("brakes", "close", "storm", "--reason", "power is back")
        assert site.run("audit", "accept-restore", "--reason", "disk replaced").returncode == 0
        assert site.run("incidents", "ack", "inc-7", "--reason", "seen").stdout == "acknowledged incident inc-7\n"
    assert "remediator brakes close storm --reason TEXT" in table
    assert (closed.returncode, closed.stderr) == (4, "remediator: the storm is not over: 5 of 6 hosts\n")
    assert control.asked[2:] == [
        ("brake-close", {"brake": "storm", "reason": "power is back"}),
        ("accept-restore", {"reason": "disk replaced"}),
        ("ack", {"incident": "inc-7", "reason": "seen"}),
    ]


def test_the_brake_for_another_remediator_is_listed_with_its_remedy_and_closed(site: Site) -> None:
    rival = {"kind": "rival", "what": "everything above R0", "reason": "another remediator claimed ctl1", "until": None}
    reply = answers(status={"data": {**STATUS, "muted": [rival]}}, brake_close={"data": {"closed": "rival"}})
    with ControlServer(site.directory / "state", reply) as control:
        table = site.run("brakes", "list").stdout
        closed = site.run("brakes", "close", "rival", "--reason", "the other one is switched off")
    assert "remediator brakes close rival --reason TEXT" in table
    assert closed.returncode == 0
    assert "closed the brake for another remediator" in closed.stdout
    assert control.asked[1:] == [("brake-close", {"brake": "rival", "reason": "the other one is switched off"})]


# a wrapped command -------------------------------------------------------------------------------------------------


def wraps(**changed: Mapping[str, Any]) -> Reply:
    by_op: dict[str, Mapping[str, Any]] = {"wrap_begin": {"data": {"wrap": "wrap-1"}}, "wrap_end": {"data": {}}}
    return answers(**(by_op | changed))


def test_a_wrapped_command_runs_between_begin_and_end_with_its_own_code_and_streams(site: Site) -> None:
    script = "echo out; echo err >&2; cut -d' ' -f22 /proc/$$/stat; exit 7"
    with ControlServer(site.directory / "state", wraps()) as control:
        done = site.run("pause", "--wrap", "--scope", "host/ctl2", "--reason", "deploy", "--", "sh", "-c", script)
    out = done.stdout.splitlines()
    assert (done.returncode, out[0], done.stderr) == (7, "out", "err\n")
    (begin, asked), end = control.asked
    assert begin == "wrap-begin"
    assert asked["pid_started"] == out[1]
    assert asked["pid"] > 1
    assert (asked["scope"], asked["reason"], asked["command"]) == (
        "host/ctl2",
        "deploy",
        shlex.join(["sh", "-c", script]),
    )
    assert end == ("wrap-end", {"wrap": "wrap-1", "exit": 7})


def test_secrets_of_a_wrapped_command_are_not_told(site: Site) -> None:
    with ControlServer(site.directory / "state", wraps()) as control:
        site.run("pause", "--wrap", "--", "true", "--password=hunter2", "--debug")
    assert control.asked[0][1]["command"] == "true --password=*** --debug"


@pytest.mark.parametrize("answer", [{"exit": 64, "error": "there is no scope"}, {"exit": 4, "error": "no right"}])
def test_a_command_that_the_daemon_refuses_is_not_run(site: Site, answer: dict[str, Any]) -> None:
    mark = site.directory / "ran"
    with ControlServer(site.directory / "state", wraps(wrap_begin=answer)) as control:
        done = site.run("pause", "--wrap", "--", "touch", str(mark))
    assert (done.returncode, done.stderr) == (answer["exit"], f"remediator: {answer['error']}\n")
    assert not mark.exists()
    assert not site.pause_file.exists()
    assert len(control.asked) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--wrap"], 64, "--wrap needs a command"),
        (["--scope", "all"], 64, "are for `remediator pause --wrap"),
        (["--", "true"], 64, "are for `remediator pause --wrap"),
        (["--wrap", "--", "no-such-command-at-all"], 127, "no such command on the PATH"),
    ],
)
def test_what_cannot_be_wrapped_is_not_told_to_the_daemon(site: Site, words: list[str], code: int, said: str) -> None:
    with ControlServer(site.directory / "state", wraps()) as control:
        done = site.run("pause", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert control.asked == []


def test_without_a_daemon_the_file_stands_for_the_time_of_the_command(site: Site) -> None:
    done = site.run("pause", "--wrap", "--", "cat", str(site.pause_file))
    assert done.returncode == 0
    assert "while this runs: cat" in done.stdout
    assert f"paused by the file {site.pause_file}" in done.stderr
    assert not site.pause_file.exists()


def test_a_pause_file_that_is_not_ours_stays(site: Site) -> None:
    site.pause_file.write_text("somebody else\n", "utf-8")
    assert "which was there already and stays" in site.run("pause", "--wrap", "--", "true").stderr
    assert site.pause_file.read_text("utf-8") == "somebody else\n"
    site.pause_file.unlink()
    done = site.run("pause", "--wrap", "--", "sh", "-c", f"echo me too >> {site.pause_file}")
    assert "is not as this command wrote it and stays" in done.stderr
    assert site.pause_file.exists()


def test_without_a_daemon_and_without_a_file_nothing_runs(site: Site) -> None:
    text = site.config.read_text("utf-8").replace(str(site.pause_file), "/does/not/exist/PAUSE")
    site.config.write_text(text, "utf-8")
    mark = site.directory / "ran"
    done = site.run("pause", "--wrap", "--", "touch", str(mark))
    assert done.returncode == 1
    assert done.stderr.startswith("remediator: NOT PAUSED: cannot write /does/not/exist/PAUSE")
    assert not mark.exists()


def test_an_end_that_cannot_be_told_leaves_the_code_of_the_command(site: Site) -> None:
    with ControlServer(site.directory / "state", wraps(wrap_end={"exit": 1, "error": "the store is full"})):
        done = site.run("pause", "--wrap", "--", "sh", "-c", "exit 3")
    assert done.returncode == 3
    assert "the daemon was not told that wrap-1 has ended" in done.stderr
    assert "the store is full" in done.stderr


@pytest.mark.parametrize(
    ("number", "trap", "code"),
    [
        (15, "", 143),
        (2, "", 130),
        (15, "signal.signal(15, lambda *_: os._exit(9))", 9),
        (1, "signal.signal(1, lambda *_: os._exit(8))", 8),
    ],
)
def test_a_signal_reaches_the_command_and_the_end_is_still_said(site: Site, number: int, trap: str, code: int) -> None:
    ready = site.directory / "ready"
    command = [REMEDIATOR, "--config", str(site.config), "pause", "--wrap", "--", *waiting(ready, trap)]
    with ControlServer(site.directory / "state", wraps()) as control:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=hears_ctrl_c
        )
        appeared(ready)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (code, "")
    assert control.asked[-1] == ("wrap-end", {"wrap": "wrap-1", "exit": code})


def test_ctrl_c_on_a_terminal_reaches_the_command_once(site: Site) -> None:
    ready, count = site.directory / "ready", site.directory / "count"
    interrupted = f"signal.signal(2, lambda *_: open({str(count)!r}, 'a').write('x\\n'))"
    command = waiting(ready, interrupted, "signal.signal(15, lambda *_: os._exit(5))")
    with ControlServer(site.directory / "state", wraps()) as control:
        pid, terminal = pty.fork()
        if pid == 0:
            hears_ctrl_c()
            os.execv(REMEDIATOR, [REMEDIATOR, "--config", str(site.config), "pause", "--wrap", "--", *command])
        appeared(ready)
        os.write(terminal, b"\x03")
        appeared(count)
        time.sleep(0.3)
        os.kill(pid, signal.SIGTERM)
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 5
    assert count.read_text("utf-8") == "x\n"
    assert control.asked[-1] == ("wrap-end", {"wrap": "wrap-1", "exit": 5})


def test_a_wrapper_that_dies_before_the_yes_has_run_nothing(site: Site) -> None:
    mark, asked = site.directory / "ran", threading.Event()

    def never(op: str, _args: Mapping[str, Any]) -> bytes:
        asked.set()
        time.sleep(0.5)
        return b""

    command = [REMEDIATOR, "--config", str(site.config), "pause", "--wrap", "--", "touch", str(mark)]
    with ControlServer(site.directory / "state", never) as control:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert asked.wait(20)
        process.kill()
        process.communicate(timeout=20)  # ends only when the child, which holds the pipe too, has closed it
        pid = control.asked[0][1]["pid"]
    give_up = time.monotonic() + 20
    while lives(pid):
        assert time.monotonic() < give_up, "the child still runs"
        time.sleep(0.02)
    assert not mark.exists()


def lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return False


def waiting(ready: Path, *handlers: str) -> list[str]:
    """Return a command that makes the file `ready` once it has its handlers, and then waits for signals.

    A shell would have to run `sleep`: dash drops a signal that comes between its vfork and the exec of the child.
    """
    lines = [
        "import os, signal, time",
        "signal.signal(signal.SIGINT, signal.SIG_DFL)",
        *handlers,
        f"open({str(ready)!r}, 'w').close()",
        "while True: time.sleep(0.05)",
    ]
    return [sys.executable, "-c", "\n".join(lines)]


def hears_ctrl_c() -> None:
    """In a child: a run of tests in the background of a shell without job control has SIGINT ignored, and hands that
    on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def appeared(path: Path) -> None:
    give_up = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < give_up, f"{path} never appeared"
        time.sleep(0.02)


# a terminal --------------------------------------------------------------------------------------------------------


def on_a_terminal(site: Site, *arguments: str, columns: int = 80, typed: bytes = b"") -> list[str]:
    """Run a command on a terminal of so many columns and type into it; return its lines without colours."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        os.execve(REMEDIATOR, [REMEDIATOR, "--config", str(site.config), *arguments], environment)
    seen = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            seen += piece
            if typed and b": " in seen:
                os.write(terminal, typed)
                typed = b""
    os.waitpid(pid, 0)
    os.close(terminal)
    return re.sub(r"\x1b\[[0-9;]*m", "", seen.decode()).replace("\r\n", "\n").splitlines()


def test_on_80_columns_the_status_keeps_ids_targets_and_commands_whole(site: Site) -> None:
    target = "container/ctl2/neutron_openvswitch_agent"
    run = {
        "run": "run-17", "state": "waiting_approval", "target": target, "runbook": "container-restart", "risk": "R1",
        "reason": "waits for an approval", "until": "2026-11-23T03:25:45.000Z",
    }  # fmt: skip
    why = {
        "kind": "refused",
        "guard": "lock",
        "reason": "group:galera is locked by run-1 (galera-start on cluster/galera)",
    }
    incident = {
        "id": "inc-8", "target": "cluster/galera", "check": "galera-cluster", "state": "open", "level": "CRITICAL",
        "opened_at": "2026-11-23T03:11:32.000Z", "output": "no Primary component, 3 of 3 stopped", "parent": None,
        "now": "CRITICAL", "why": {**why, "until": "2026-11-23T03:19:00.000Z"},
    }  # fmt: skip
    children = [
        {**incident, "id": f"inc-{n}", "target": f"container/ctl{n}/keystone", "state": "suppressed", "parent": "inc-8"}
        for n in (1, 2, 3)
    ]
    status = {**STATUS, "open": [incident, *children], "waiting": [run]}
    with ControlServer(site.directory / "state", answers(status={"data": status})):
        lines = on_a_terminal(site, "status")
        narrow = on_a_terminal(site, "status", columns=40)
        whole = site.run("status").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "         remediator approve run-17" in lines
    assert f"  run-17  R1  container-restart on {target}" in lines
    assert "  inc-8  cluster/galera  galera-cluster  CRITICAL  for 73 s" in lines
    told = " ".join(" ".join(lines).split())
    assert "not acting: refused by lock: group:galera is locked by run-1" in told
    assert "(at the latest 2026-11-23 03:19:00 UTC)" in told
    assert "3 more follow from it" in told
    assert not any("inc-1 " in line for line in lines)
    assert "         remediator approve run-17" in narrow
    assert any(target in line for line in narrow)
    (row,) = [line for line in whole if "run-17" in line]
    assert row.endswith("remediator approve run-17")


def test_on_80_columns_no_table_breaks_an_id_a_target_or_a_command(site: Site) -> None:
    storm = {
        "kind": "storm",
        "what": "R1 and above in cloud",
        "reason": "3 of 5 hosts of cloud broke at once",
        "until": None,
    }
    target = "container/controller-03/neutron_openvswitch_agent"
    downtime = {"id": "down-12", "target": target, "author": "ann", "reason": "RAM swap on that host", "until": UNTIL}
    reply = answers(status={"data": {**STATUS, "muted": [storm]}}, downtime_list={"data": {"downtimes": [downtime]}},
                    check={"data": {**CHECK, "results": [{**RESULT, "target": target}]}})  # fmt: skip
    with ControlServer(site.directory / "state", reply):
        brakes, downtimes = on_a_terminal(site, "brakes", "list"), on_a_terminal(site, "downtime", "list")
        checks, wide = on_a_terminal(site, "check"), on_a_terminal(site, "downtime", "list", columns=160)
    assert any("remediator brakes close storm --reason TEXT" in line for line in brakes)
    assert any(target in line for line in downtimes)
    assert any(target in line for line in checks)
    assert max(map(len, [*downtimes, *checks])) <= 80
    assert wide[0].split()[:2] == ["ID", "UNTIL"], wide


# which config ------------------------------------------------------------------------------------------------------


def test_an_answer_of_the_daemon_says_with_which_config(site: Site) -> None:
    digest = hashlib.sha256(site.config.read_bytes()).hexdigest()
    config = {"file": str(site.config), "sha256": digest, "loaded_at": "2026-11-23T03:00:59.000Z"}
    told = f"answered by the daemon, with {site.config} as loaded 2026-11-23 03:00:59 UTC"
    reply = answers(
        check={"data": {**CHECK, "config": config}},
        results={"data": {**CHECK, "config": config}},
        status={"data": {**STATUS, "config": config}},
    )
    with ControlServer(site.directory / "state", reply):
        same = site.run("check")
        assert site.run("check", "--format", "nagios").stdout.count("\n") == 2
        assert site.run("status").stderr == ""
        site.config.write_text(site.config.read_text("utf-8") + "log: {level: debug}\n", "utf-8")
        changed = [site.run("check"), site.run("check", "--format", "json"), site.run("status")]
        plugin = site.run("check", "--format", "nagios")
        other = site.directory / "new.yaml"
        other.write_text(site.config.read_text("utf-8"), "utf-8")
        elsewhere = site.run("--config", str(other), "status")
    assert same.stdout.splitlines()[-1] == told
    assert same.stderr == ""
    for done in changed:
        assert done.stderr.startswith(
            f"remediator: warning: {told}; {site.config} has changed since and is not in force"
        )
    assert json.loads(changed[1].stdout)["config"] == config
    assert "has changed since and is not in force" in plugin.stdout.splitlines()[-1]
    assert f"{other} is another one" in elsewhere.stderr


def test_a_check_without_the_daemon_looks_for_itself(site: Site) -> None:
    with ControlServer(site.directory / "state", answers(check={"data": CHECK})) as control:
        done = site.run("check", "host-reachable", "--no-daemon", "--format", "json")
        assert site.run("check", "--no-daemon", "--cached").returncode == 3
    assert control.asked == []
    assert [each["target"] for each in json.loads(done.stdout)["results"]] == ["host/ctl2"]
    assert done.returncode != 0


# a baseline --------------------------------------------------------------------------------------------------------

YOUNG = [f"container/ctl{n}/cron: container-state has 1 of 2 OK samples since the daemon started" for n in range(60)]


def test_checks_that_are_too_young_are_one_line_and_worth_a_wait(site: Site) -> None:
    young = {
        "exit": 4,
        "data": {"refused": YOUNG, "young": YOUNG, "checks": 60, "again_s": 0.2},
        "error": "not settled: 60 of 60 checks have less than 2 OK samples",
    }
    asked: list[str] = []

    def reply(op: str, args: Mapping[str, Any]) -> bytes:
        asked.append(op)
        done = {"data": {"accepted": {"keys": ["a", "b"], "marks": {}}}}
        return answers(baseline_accept=young if len(asked) < 4 else done)(op, args)

    with ControlServer(site.directory / "state", reply):
        at_once = site.run("baseline", "accept", "all", "--reason", "x")
        waited = site.run("baseline", "accept", "all", "--reason", "x", "--wait")
    assert (at_once.returncode, at_once.stdout.count("\n")) == (4, 1)
    assert at_once.stdout.startswith(
        "60 of 60 checks have less than 2 OK samples since the daemon started; try again in 0.2 s"
    )
    assert (waited.returncode, waited.stdout) == (0, "all counts as settled from now on: 2 signs are accepted\n")
    assert len(asked) == 4


def test_what_a_person_must_mend_is_not_waited_for(site: Site) -> None:
    bad = "container/ctl2/x: container-state is CRITICAL: exited"
    mixed = {"exit": 4, "data": {"refused": [bad, *YOUNG[:2]], "young": YOUNG[:2], "checks": 9, "again_s": 60.0}}
    with ControlServer(site.directory / "state", answers(baseline_accept={**mixed, "error": "no"})) as control:
        done = site.run("baseline", "accept", "all", "--reason", "x", "--wait")
    assert done.stdout.splitlines()[0] == bad
    assert done.stdout.splitlines()[1].startswith("2 of 9 checks have less than 2 OK samples")
    assert len(control.asked) == 1


def test_a_container_that_was_made_anew_is_one_row(site: Site) -> None:
    holding = [
        {
            "kind": kind,
            "host": "ctl1",
            "service": "cron",
            "at": f"2026-11-23T03:12:45.{n}00Z",
            "detail": detail,
            "key": kind,
        }
        for n, (kind, detail) in enumerate((("created", "container created"), ("image", "image changed")))
    ]
    with ControlServer(site.directory / "state", answers(baseline_show={"data": {"accepted": [], "holding": holding}})):
        lines = site.run("baseline", "show").stdout.splitlines()
    assert lines[2].split() == ["ctl1", "cron", "2026-11-23", "03:12:45", "2", "image", "changed"]
    assert len(lines) == 3


# a reason ----------------------------------------------------------------------------------------------------------

NEED_A_REASON = [
    ["deny", "run-1"],
    ["runs", "cancel", "run-1"],
    ["runs", "resolve", "run-1", "--outcome", "applied"],
    ["incidents", "ack", "inc-1"],
    ["incidents", "close", "inc-1"],
    ["silence", "add", "host=a"],
    ["silence", "end", "sil-1"],
    ["downtime", "add", "host/a"],
    ["downtime", "end", "down-1"],
    ["brakes", "close", "storm"],
    ["baseline", "accept", "all"],
    ["audit", "accept-restore"],
]


@pytest.mark.parametrize("line", NEED_A_REASON)
def test_a_reason_is_asked_for_in_one_way(site: Site, line: list[str]) -> None:
    with ControlServer(site.directory / "state", answers()) as control:
        off = site.run(*line)
        assert control.asked == []
        seen = on_a_terminal(site, *line, typed=b"disk replaced\r")
        empty = on_a_terminal(site, *line, typed=b"\r")
    assert off.returncode == 64
    command = " ".join(line[: 2 if line[0] != "deny" else 1])
    assert off.stderr.startswith(f"remediator: Missing option '--reason': remediator {command} --reason TEXT")
    assert any("Why (goes into the audit log): disk replaced" in each for each in seen), seen
    assert [args["reason"] for _, args in control.asked] == ["disk replaced"]
    assert any("Missing option '--reason'" in each for each in empty)


def test_problems_alone_and_whose_problem_a_problem_is_part_of(site: Site) -> None:
    with ControlServer(site.directory / "state", answers(check={"data": CHECK})):
        lines = site.run("check", "--problems").stdout.splitlines()
    assert [line.split()[2] for line in lines[1:2]] == ["container/ctl2/memcached"]
    assert not any("container/ctl1/memcached" in line for line in lines)
    assert "1 critical, 0 unknown, 0 warning, 1 ok; the oldest result is 1.0 s old" in lines
