"""A burst of posts with a kill -9 in the middle: what was answered 202 is in the store afterwards, every one of it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.lab.scenario import free_port

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

POSTS = 2000
SENDERS = 8
REMEDIATOR = str(Path(sys.executable).with_name("remediator"))


def write_config(directory: Path, port: int) -> Path:
    """Write a config whose one host does not exist: this is about the hook alone."""
    (directory / "token").write_text("burst-token\n")
    (directory / "token").chmod(0o600)
    config = directory / "config.yaml"
    config.write_text(
        f"""cloud: burst
inventory: {{hosts: {{h1: {{address: 127.0.0.1, port: 1, groups: [control]}}}}}}
ssh: {{read: {directory}/none, act: {directory}/none, known_hosts: {directory}/none}}
state_dir: {directory}/state
pause_file: {directory}/PAUSE
audit: {{checkpoints: {directory}/audit/checkpoints.jsonl}}
http: {{bind: "127.0.0.1:{port}"}}
tokens: [{{name: nagios, scopes: [ingest], token: {{file: {directory}/token}}}}]
"""
    )
    config.chmod(0o600)
    return config


def start(config: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    log = (config.parent / "daemon.log").open("ab")
    daemon = subprocess.Popen([REMEDIATOR, "--config", str(config), "daemon"], stdout=log, stderr=log, env=environment)
    log.close()
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return daemon
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    daemon.kill()
    raise AssertionError((config.parent / "daemon.log").read_text())


class Sender(threading.Thread):
    """Posts its share one after the other; a post that got no answer is sent again until it has one, as Nagios would not."""

    def __init__(self, port: int, numbers: range) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._numbers = numbers
        self.answered: dict[int, str] = {}
        self.stop = threading.Event()

    def run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        for number in self._numbers:
            if self.stop.is_set():
                break
            body = json.dumps(
                {
                    "host": "h1",
                    "service": "memcached",
                    "state": "CRITICAL",
                    "event_id": str(number),
                    "type": "PROBLEM",
                    "attempt": "1",
                    "state_type": "HARD",
                }
            )
            headers = {"Authorization": "Bearer burst-token", "Content-Type": "application/json"}
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
                connection.request("POST", "/hooks/nagios", body, headers)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status == 202:
                    self.answered[number] = json.loads(text)["event"]
            except (OSError, http.client.HTTPException):
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(0.05)
        if connection is not None:
            connection.close()


def burst(port: int, first: int, daemon: subprocess.Popen[bytes] | None, kill_after: int) -> dict[int, str]:
    """Send POSTS posts from SENDERS threads; kill the daemon once `kill_after` have been answered."""
    share = POSTS // SENDERS
    senders = [Sender(port, range(first + index * share, first + (index + 1) * share)) for index in range(SENDERS)]
    for sender in senders:
        sender.start()
    give_up = time.monotonic() + 120
    if daemon is not None:
        while sum(len(sender.answered) for sender in senders) < kill_after and time.monotonic() < give_up:
            time.sleep(0.005)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait(timeout=10)
        for sender in senders:
            sender.stop.set()
    for sender in senders:
        sender.join(timeout=max(1.0, give_up - time.monotonic()))
    return {number: event for sender in senders for number, event in sender.answered.items()}


def stored(directory: Path) -> set[str]:
    database = sqlite3.connect(f"file:{directory}/state/remediator.db?mode=ro", uri=True)
    events = {row[0] for row in database.execute("SELECT event FROM hints")}
    database.close()
    return events


def test_nothing_that_was_answered_202_is_lost(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, port)
    daemon = start(config, port)
    before = burst(port, 0, daemon, kill_after=POSTS // 3)
    assert len(before) >= POSTS // 3
    daemon = start(config, port)
    try:
        started = time.monotonic()
        after = burst(port, 100_000, None, 0)
        print(f"{len(after)} posts in {time.monotonic() - started:.1f} s")
        assert len(after) == POSTS
        assert set(before.values()) | set(after.values()) <= stored(tmp_path)
        assert len(set(before.values()) | set(after.values())) == len(before) + len(after)
    finally:
        daemon.terminate()
        assert daemon.wait(timeout=35) == 0
    verified = subprocess.run(
        [REMEDIATOR, "--config", str(config), "audit", "verify"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
