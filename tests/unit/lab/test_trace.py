"""What counts as left behind by the lab: its own things, found again by mark, group or record, and nothing of anybody
else's."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import paths
from lab.cloud import config
from lab.outer import groups, mark, network, trace
from lab.outer.proc import poll, run

pytestmark = pytest.mark.unit

SELF, SHELL, OURS = 50, 40, "mnt:[1]"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A /proc in which we are process 50, started by shell 40."""
    (tmp_path / "self").symlink_to(str(SELF))
    (tmp_path / "version").touch()
    process(tmp_path, 1, "init", parent=0)
    process(tmp_path, SHELL, "bash", parent=1)
    process(tmp_path, SELF, "python", parent=SHELL)
    return tmp_path


def process(
    proc: Path,
    pid: int,
    name: str,
    *,
    parent: int = 1,
    started: int = 700,
    state: str = "S",
    environ: dict[str, str] | None = None,
    group: str = "/",
    space: str = OURS,
) -> None:
    """Add a process to a /proc, or change the one that has its pid."""
    folder = proc / str(pid)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "ns").mkdir(parents=True)
    (folder / "stat").write_text(f"{pid} ({name}) {state} {parent} " + "0 " * 17 + f"{started} 0 0\n")
    (folder / "environ").write_bytes(b"".join(f"{k}={v}\0".encode() for k, v in (environ or {"HOME": "/root"}).items()))
    (folder / "cgroup").write_text(f"4:memory:{group}\n0::/\n")
    (folder / "ns/mnt").symlink_to(space)


def names(found: frozenset[trace.Process]) -> set[str]:
    return {each.name for each in found}


def test_other_programs_of_the_same_names_are_not_ours(proc: Path) -> None:
    for pid, name in enumerate(("remediator", "dockerd", "containerd", "containerd-shim", "conmon"), start=100):
        process(proc, pid, name)
    process(proc, 110, "systemd", group="/docker/0123/system.slice")
    process(proc, 111, "remediator", environ={mark.NAME: "/srv/another-lab"})
    assert trace.processes(proc) == frozenset()


def test_what_carries_our_mark_is_ours_whatever_it_is_called(proc: Path) -> None:
    process(proc, 100, "containerd-shim", environ=mark.environment({}))
    process(proc, 101, "remediator", environ=mark.environment({"LANG": "C"}))
    process(proc, 102, "a (b) c", environ=mark.environment({}))
    assert names(trace.processes(proc)) == {"containerd-shim", "remediator", "a (b) c"}
    assert trace.marked(proc) == trace.processes(proc)


def test_the_same_mark_in_another_mount_namespace_is_another_labs(proc: Path) -> None:
    process(proc, 100, "dockerd", environ=mark.environment({}), space="mnt:[2]")
    assert trace.processes(proc) == frozenset()


@pytest.mark.parametrize("group", ["/remediator-lab/0123/init.scope", "/../../remediator-lab/0123", "/remediator-lab"])
def test_what_runs_in_a_host_is_ours_by_its_control_group(group: str, proc: Path) -> None:
    process(proc, 100, "systemd", group=group, space="mnt:[3]")
    assert names(trace.processes(proc)) == {"systemd"}
    assert trace.marked(proc) == frozenset()


@pytest.mark.parametrize("group", ["/remediator-lab-second/0123", "/system.slice/remediator-lab.cloud.service", "/"])
def test_a_group_of_another_name_is_not_ours(group: str, proc: Path) -> None:
    process(proc, 100, "systemd", group=group)
    assert trace.processes(proc) == frozenset()


def test_those_who_ask_are_not_left_behind(proc: Path) -> None:
    process(proc, SHELL, "bash", environ=mark.environment({}))
    process(proc, SELF, "python", parent=SHELL, environ=mark.environment({}))
    assert trace.processes(proc) == frozenset()


def test_an_ended_process_that_nobody_has_reaped_is_not_there(proc: Path) -> None:
    process(proc, 100, "dockerd", environ=mark.environment({}), state="Z")
    assert trace.processes(proc) == frozenset()


def test_a_record_is_of_one_process_and_not_of_its_pid(proc: Path) -> None:
    process(proc, 100, "dockerd", started=700, environ=mark.environment({}))
    (recorded,) = trace.processes(proc)
    process(proc, 100, "dockerd", started=700)
    assert trace.alive(recorded, proc), "it has changed its environment and is still the one that we started"
    process(proc, 100, "dockerd", started=900)
    assert not trace.alive(recorded, proc), "the machine's own dockerd has got the pid of ours"


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Start]:
    """Start harmless children under any name; those that are still there are ended."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
        program = tmp_path / name
        program.symlink_to(shutil.which("sleep") or "sleep")
        started.append(subprocess.Popen([str(program), "600"], env=env))
        poll("its start", lambda: _command(started[-1].pid).startswith(str(program)), limit_s=10)
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of a lab that nobody else has, so that its mark is nobody else's."""
    for name in ("HOME", "RUNTIME", "RUN"):
        monkeypatch.setattr(paths, name, tmp_path / "lab" / name.lower())
    monkeypatch.setattr(paths, "CGROUP", "remediator-lab-of-a-test")
    monkeypatch.setattr(network, "leftovers", list)
    monkeypatch.setattr(network, "ports", frozenset)
    return tmp_path / "lab"


def test_a_daemon_of_the_demo_counts_and_another_daemon_does_not(home: Path, child: Start) -> None:
    child("remediator", dict(os.environ))
    assert trace.left(trace.Made(), wait_s=0) == []
    ours = child("demo-daemon", mark.environment())
    assert trace.left(trace.Made(), wait_s=0) == [f"process {ours.pid} demo-daemon"]


def test_a_recorded_process_counts_until_it_has_ended(home: Path, child: Start) -> None:
    ours = child("dockerd", mark.environment())
    before = trace.made()
    assert {each.pid for each in before.processes} == {ours.pid}
    trace.end(before.processes)
    assert ours.wait(timeout=10) == -signal.SIGTERM
    assert trace.left(before, wait_s=0) == []


def test_a_process_that_does_not_heed_a_request_is_killed(home: Path) -> None:
    deaf = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"], env=mark.environment(), stdout=-1
    )
    assert deaf.stdout is not None
    try:
        assert deaf.stdout.readline() == b"deaf\n"
        trace.end(trace.marked(), grace_s=0.5)
        assert deaf.wait(timeout=10) == -signal.SIGKILL
    finally:
        deaf.kill()
        deaf.wait()
        deaf.stdout.close()


def test_a_recorded_link_counts_until_it_is_gone(home: Path) -> None:
    there = sorted(network.links())[0]
    assert trace.left(trace.Made(links=frozenset({there, "4294967295 veth0"})), wait_s=0) == [f"link {there}"]


def test_a_group_with_a_process_somewhere_below_it_is_of_a_lab_that_lives(tmp_path: Path) -> None:
    below = tmp_path / "0123/system.slice"
    below.mkdir(parents=True)
    for folder in (tmp_path, below.parent, below):
        (folder / "cgroup.procs").touch()
    assert not groups.populated(tmp_path)
    (below / "cgroup.procs").write_text("4711\n")
    assert groups.populated(tmp_path)


def test_directories_of_the_lab_count(home: Path) -> None:
    paths.RUN.mkdir(parents=True)
    assert trace.left(trace.Made(), wait_s=0) == [f"directory {paths.RUN}"]


def test_a_command_of_the_lab_carries_the_mark() -> None:
    assert f"{mark.NAME}={paths.HOME}" in run(["env"]).out.splitlines()
    assert run(["env"], env={"PATH": os.environ["PATH"]}).out.splitlines()[1:] == [f"{mark.NAME}={paths.HOME}"]


@pytest.mark.parametrize(
    ("rules", "ours"),
    [
        ("-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n", False),
        ("-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n", False),
        ("-A FORWARD -i br0 -m comment --comment remediator-lab-of-somebody -j ACCEPT\n", False),
        ("-A FORWARD -i br-lab -o br-lab -m comment --comment remediator-lab -j ACCEPT\n", True),
        ('-A FORWARD -i br-lab -o br-lab -m comment --comment "remediator-lab" -j ACCEPT\n', True),
    ],
)
def test_a_rule_is_ours_by_its_comment(rules: str, ours: bool) -> None:
    assert network.marked(rules) is ours


def test_the_lab_does_not_take_the_port_of_another_daemon(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "CONFIG", tmp_path / "remediator.yaml")
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(config, "HTTP_PORT", other.getsockname()[1])
        chosen = config.http_port()
        assert chosen != other.getsockname()[1]
    written = config.write(tmp_path, hosts=["cmp1"], http_port=chosen)
    assert written.http == f"127.0.0.1:{chosen}"
    assert config.http_port() == chosen, "what was chosen stays while the lab is up"
