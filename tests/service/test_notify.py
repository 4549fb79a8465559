"""Notifiers against a real HTTP server and real programs: taken, refused, late, and never a secret in the error."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.config.connections import CommandNotifier, WebhookNotifier
from remediator.config.secrets import Secret
from remediator.notify import NotifyFailed, building, signing
from remediator.notify.command import Command
from remediator.notify.webhook import ATTEMPTS, Webhook

pytestmark = pytest.mark.service
SECRET = "key-for-tests"
NOTIFICATION = {"cloud": "lab", "subject": "CRITICAL container/ctl2/memcached needs a person", "text": "ä | \u2028"}


class Receiver(http.server.ThreadingHTTPServer):
    """Answers with `statuses` in turn, the last one for ever, and keeps what it got."""

    daemon_threads = True

    def __init__(self, statuses: list[int]) -> None:
        self.statuses = statuses
        self.got: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook/path-with-a-secret?token=also-secret"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Location", self.server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def receiver() -> Iterator[Callable[..., Receiver]]:
    with contextlib.ExitStack() as stack:

        def start(*statuses: int) -> Receiver:
            server = stack.enter_context(Receiver(list(statuses)))
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(server.shutdown)
            return server

        yield start


def test_a_webhook_is_signed_json(receiver: Callable[..., Receiver]) -> None:
    server = receiver(204)
    Webhook("chat", server.url, lambda: SECRET).send(NOTIFICATION)
    [(headers, body)] = server.got
    assert json.loads(body) == NOTIFICATION
    assert headers["Content-Type"] == "application/json"
    assert signing.verify(SECRET, body, headers[signing.HEADER], int(time.time()))


def test_without_a_secret_nothing_is_signed(receiver: Callable[..., Receiver]) -> None:
    server = receiver(200)
    Webhook("chat", server.url, None).send(NOTIFICATION)
    assert signing.HEADER not in server.got[0][0]


def test_a_receiver_that_is_not_able_is_asked_again(receiver: Callable[..., Receiver]) -> None:
    server = receiver(503, 429, 200)
    Webhook("chat", server.url, None).send(NOTIFICATION)
    assert len(server.got) == 3


@pytest.mark.parametrize(("status", "attempts"), [(500, ATTEMPTS), (404, 1), (403, 1), (302, 1)])
def test_what_is_refused_is_an_error_without_secrets(
    receiver: Callable[..., Receiver], status: int, attempts: int
) -> None:
    server = receiver(status)
    with pytest.raises(NotifyFailed, match=rf"^notify chat: 127\.0\.0\.1: answered {status}") as failed:
        Webhook("chat", server.url, lambda: SECRET).send(NOTIFICATION)
    assert len(server.got) == attempts
    assert "secret" not in str(failed.value)
    assert SECRET not in str(failed.value)


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotifyFailed, match="Connection refused"):
            Webhook("chat", f"http://127.0.0.1:{taken.getsockname()[1]}/", None).send(NOTIFICATION)


def test_a_receiver_that_never_answers_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        before = time.monotonic()
        with pytest.raises(NotifyFailed, match="no answer within"):
            Webhook("chat", f"http://127.0.0.1:{silent.getsockname()[1]}/", None, timeout_s=0.3).send(NOTIFICATION)
        assert time.monotonic() - before < 5


def script(directory: Path, text: str) -> str:
    path = directory / "notify.sh"
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_command_gets_the_notification_on_stdin_and_a_small_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMEDIATOR_SECRET_FOR_TESTS", SECRET)
    Command("pager", [script(tmp_path, f"cat > {tmp_path}/got; env > {tmp_path}/env"), "x"]).send(NOTIFICATION)
    assert json.loads((tmp_path / "got").read_text("utf-8")) == NOTIFICATION
    assert SECRET not in (tmp_path / "env").read_text("utf-8")


def test_a_command_that_does_not_read_is_no_problem(tmp_path: Path) -> None:
    Command("pager", [script(tmp_path, "exit 0")]).send({"text": "x" * 1_000_000})


def test_a_command_that_fails_says_so_without_secrets(tmp_path: Path) -> None:
    with pytest.raises(NotifyFailed) as failed:
        Command("pager", [script(tmp_path, "echo 'no route; password=hidden-word' >&2; exit 3")]).send(NOTIFICATION)
    assert str(failed.value) == "notify pager: notify.sh ended with exit code 3: no route; password=***"


def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    program = script(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; sleep 60")
    before = time.monotonic()  # 2 s: a busy machine needs some of it until the child is told
    with pytest.raises(NotifyFailed, match=r"did not end within 2 s"):
        Command("pager", [program], timeout_s=2.0).send(NOTIFICATION)
    assert time.monotonic() - before < 30
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while _runs(child):
        assert time.monotonic() < deadline, "the child still runs"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotifyFailed, match="cannot start /does/not/exist: No such file or directory"):
        Command("pager", ["/does/not/exist"]).send(NOTIFICATION)


def test_a_secret_that_cannot_be_read_is_a_notification_not_sent(receiver: Callable[..., Receiver]) -> None:
    server = receiver(200)
    entry = WebhookNotifier(name="chat", type="webhook", url=server.url, secret=Secret(env="NOT_SET_FOR_TESTS"))
    with pytest.raises(NotifyFailed, match="env NOT_SET_FOR_TESTS: the environment variable is not set"):
        building.one(entry).send(NOTIFICATION)
    assert server.got == []


def test_each_entry_becomes_its_notifier(tmp_path: Path) -> None:
    entry = CommandNotifier(name="pager", type="command", argv=("/bin/true",))
    assert isinstance(building.one(entry), Command)
    assert building.one(entry).name == "pager"
    assert os.environ.get("NOT_SET_FOR_TESTS") is None
