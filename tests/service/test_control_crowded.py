"""The control socket under people who misuse it: real sockets, real accounts where this process may be several."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from remediator.cli import client
from remediator.daemon.socket import control
from remediator.daemon.socket.seats import A_PEER
from remediator.model.messages.control import Actor, Answer

pytestmark = [pytest.mark.service, pytest.mark.timeout(60)]
STATUS = b'{"op": "status"}\n'


class Daemon:
    """A control socket whose loop answers at once with what it was asked and by whom."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, 0
        self.asked: list[tuple[str, Mapping[str, Any], Actor]] = []
        self.socket = control.ControlSocket(path, self._ask)

    def _ask(self, op: str, args: Mapping[str, Any], actor: Actor) -> Future[Answer]:
        self.asked.append((op, args, actor))
        future: Future[Answer] = Future()
        future.set_result(Answer(exit=0, data="x" * self.size, error="half \ud800" if op == "odd" else ""))
        return future

    def connect(self, *sent: bytes) -> socket.socket:
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(self.path))
        peer.settimeout(10)
        for piece in sent:
            with contextlib.suppress(BrokenPipeError):  # it has been answered before it asked
                peer.sendall(piece)
        return peer

    def answer(self, sent: bytes, *, shut: bool = False) -> dict[str, Any]:
        with self.connect(sent) as peer:
            if shut:
                peer.shutdown(socket.SHUT_WR)
            return told(peer)


def told(peer: socket.socket) -> dict[str, Any]:
    received = b""
    while not received.endswith(b"\n") and (piece := peer.recv(1 << 20)):
        received += piece
    found: dict[str, Any] = json.loads(received)
    return found


def eventually(true: Callable[[], bool], within_s: float) -> bool:
    ends_s = time.monotonic() + within_s
    while time.monotonic() < ends_s:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path / "control.sock")
    made.socket.start()
    yield made
    made.socket.stop()


@pytest.mark.parametrize(
    "sent",
    [
        b"[" * 60_000 + b"\n",
        b'{"op":"x","args":{"a":"\\ud800"}}\n',
        b'{"op":"x","args":{"for_s":1e999}}\n',
        b"\xff\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_request_gets_an_answer_and_asks_nothing(daemon: Daemon, sent: bytes) -> None:
    found = daemon.answer(sent)
    assert found["exit"] == 64
    assert found["error"].startswith("not a request: ")
    assert daemon.asked == []
    assert daemon.answer(STATUS)["exit"] == 0


def test_a_half_closed_client_and_one_without_a_line_end_are_answered(daemon: Daemon) -> None:
    assert daemon.answer(STATUS, shut=True)["exit"] == 0
    assert daemon.answer(STATUS.strip(), shut=True)["exit"] == 0


def test_an_answer_that_cannot_be_written_as_it_is_arrives_all_the_same(daemon: Daemon) -> None:
    assert daemon.answer(b'{"op": "odd"}\n')["error"] == "half ?"


def test_a_request_that_drips_ends_as_a_whole_in_time(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "READ_S", 0.6)
    began = time.monotonic()
    with daemon.connect() as peer:
        while time.monotonic() < began + 5:
            try:
                peer.sendall(b" ")
            except (BrokenPipeError, ConnectionResetError):
                break
            time.sleep(0.2)
    assert time.monotonic() - began < 2.5
    assert daemon.asked == []


def test_one_account_that_holds_all_it_gets_is_told_and_ends_in_time(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "READ_S", 1.0)
    silent = [daemon.connect() for _ in range(A_PEER + 4)]
    for peer in silent[A_PEER:]:
        found = told(peer)
        assert found["exit"] == 1
        assert f"uid {os.geteuid()} has {A_PEER} requests under way" in found["error"]
    assert eventually(lambda: daemon.answer(STATUS)["exit"] == 0, 5)
    for peer in silent:
        peer.close()


def test_a_moment_without_a_free_descriptor_does_not_close_the_door(daemon: Daemon) -> None:
    peer = daemon.connect(STATUS)
    assert told(peer)["exit"] == 0
    peer.close()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    waiting = socket.socket(socket.AF_UNIX)
    waiting.settimeout(10)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(map(int, os.listdir("/proc/self/fd"))) + 1, before[1]))
        waiting.connect(str(daemon.path))
        waiting.sendall(STATUS)
        time.sleep(0.3)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    with waiting:
        assert told(waiting)["exit"] == 0


def test_who_never_reads_a_long_answer_gives_his_place_back(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "WRITE_S", 0.5)
    daemon.size = 8 << 20
    deaf = [daemon.connect(STATUS) for _ in range(A_PEER)]
    assert eventually(lambda: len(daemon.asked) == A_PEER, 5)
    daemon.size = 0
    assert eventually(lambda: daemon.answer(STATUS)["exit"] == 0, 5)
    for peer in deaf:
        peer.close()


def test_the_command_line_hears_that_the_daemon_is_busy(daemon: Daemon) -> None:
    silent = [daemon.connect() for _ in range(A_PEER)]
    assert eventually(lambda: "has 8 requests" in daemon.answer(STATUS)["error"], 5)
    answer = client.request(str(daemon.path.parent), "status", {})
    assert (answer.exit, answer.error) == (
        1,
        f"the daemon is busy: uid {os.geteuid()} has {A_PEER} requests under way: wait for one of them",
    )
    for peer in silent:
        peer.close()


HOLD = (
    "import socket,sys,time\np=[socket.socket(socket.AF_UNIX) for _ in range(40)]\n[s.connect(sys.argv[1]) "
    "for s in p]\nprint('held',flush=True)\ntime.sleep(30)"
)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to be another account")
def test_another_account_cannot_keep_root_out(daemon: Daemon) -> None:
    daemon.path.chmod(0o666)
    for part in daemon.path.parents:
        if not os.stat(part).st_mode & 0o001:
            part.chmod(0o711) if str(part).startswith("/tmp/pytest") else None
    argv = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "/usr/bin/env",
        "python3",
        "-c",
        HOLD,
        str(daemon.path),
    ]
    other = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/", env={"PATH": "/usr/bin:/bin"}
    )
    try:
        assert other.stdout is not None
        if other.stdout.readline() != "held\n":
            pytest.skip(f"another account has no python here: {other.stderr.read()[-200:] if other.stderr else ''}")
        for _ in range(5):
            began = time.monotonic()
            assert daemon.answer(STATUS)["exit"] == 0
            assert time.monotonic() - began < 3
    finally:
        other.kill()
        other.wait(10)
        for pipe in (other.stdout, other.stderr):
            if pipe is not None:
                pipe.close()
