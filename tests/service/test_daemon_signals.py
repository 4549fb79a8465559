"""A real daemon process under signals.

It ends at a safe point, keeps its config over a bad reload, and is alone on its state directory.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.scenario import free_port

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]

REMEDIATOR = str(Path(sys.executable).with_name("remediator"))


def write_config(directory: Path, port: int) -> Path:
    """Write a config whose one host does not answer: nobody listens on port 1 of loopback."""
    config = directory / "config.yaml"
    config.write_text(
        f"""cloud: signals
inventory: {{hosts: {{h1: {{address: 127.0.0.1, port: 1, groups: [control]}}}}}}
ssh: {{read: {directory}/none, act: {directory}/none, known_hosts: {directory}/none}}
state_dir: {directory}/state
pause_file: {directory}/PAUSE
audit: {{checkpoints: {directory}/audit/checkpoints.jsonl}}
http: {{bind: "127.0.0.1:{port}"}}
"""
    )
    config.chmod(0o600)
    return config


def start(config: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a daemon and wait until it answers."""
    log = config.parent / "daemon.log"
    with log.open("ab") as out:
        daemon = subprocess.Popen([REMEDIATOR, "--config", str(config), "daemon"], stdout=out, stderr=out)
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and daemon.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return daemon
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    daemon.kill()
    daemon.wait(timeout=10)
    raise AssertionError(log.read_text())


@dataclass
class Running:
    """A daemon with one host that never answers. `config` may be written to."""

    config: Path
    port: int
    process: subprocess.Popen[bytes]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [REMEDIATOR, "--config", str(self.config), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def audited(self, kind: str) -> list[dict[str, Any]]:
        done = self.command("audit", "list", "--kind", kind, "--format", "json")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    def log(self) -> str:
        return (self.config.parent / "daemon.log").read_text()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    config = write_config(tmp_path, port)
    made = Running(config=config, port=port, process=start(config, port))
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait(timeout=10)


def until(true: Callable[[], Any], limit_s: float = 30.0) -> None:
    give_up = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_0_within_seconds_and_leaves_a_checkpoint_of_its_last_entry(
    running: Running, number: signal.Signals
) -> None:
    until(lambda: "collections" in running.log() or running.audited("started"))
    sent = time.monotonic()
    running.process.send_signal(number)
    assert running.process.wait(timeout=30) == 0
    assert time.monotonic() - sent < 15
    verified = running.command("audit", "verify", "--format", "json")
    assert verified.returncode == 0, verified.stdout
    said = json.loads(verified.stdout)
    assert said["checkpoint_seq"] == said["entries"] > 0
    assert "Traceback" not in running.log()


def test_a_reload_with_a_mistake_keeps_the_old_config_and_is_in_the_audit(running: Running) -> None:
    good = running.config.read_text()
    running.config.write_text(good + "limits: {max_event_age: 2d}\nautonomie: {}\n")
    running.process.send_signal(signal.SIGHUP)
    until(lambda: "reload_refused" in running.log(), 20.0)
    running.config.write_text(good)
    (entry,) = running.audited("reload_refused")
    assert "(and 1 more: remediator validate)" in entry["body"]["reason"]
    assert "limits.max_event_age: 2d is past the floor of 1d" in entry["body"]["reason"]
    assert running.process.poll() is None
    assert running.command("status").returncode == 0


def test_a_reload_of_what_needs_a_restart_says_so_and_one_that_is_good_is_taken(running: Running) -> None:
    good = running.config.read_text()
    running.config.write_text(good.replace("cloud: signals", "cloud: other"))
    running.process.send_signal(signal.SIGHUP)
    until(lambda: "reload_refused" in running.log(), 20.0)
    assert (
        "that needs a restart of the daemon; the old config stays"
        in running.audited("reload_refused")[0]["body"]["reason"]
    )
    running.config.write_text(good + "limits: {max_event_age: 10m}\n")
    running.process.send_signal(signal.SIGHUP)
    until(lambda: '"reloaded"' in running.log())
    assert len(running.audited("reloaded")) == 1


def test_many_reloads_at_once_do_not_end_it(running: Running) -> None:
    for _ in range(20):
        running.process.send_signal(signal.SIGHUP)
    until(lambda: '"reloaded"' in running.log())
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=30) == 0


def test_a_second_daemon_names_the_first_and_disturbs_nothing(running: Running) -> None:
    until(lambda: len(running.audited("started")) == 1)  # the web server answers a moment before the first turn
    second = running.command("daemon")
    assert second.returncode == 1
    assert second.stderr.startswith("remediator: ")
    assert f"pid {running.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr
    assert running.process.poll() is None
    assert running.command("status").returncode == 0, "the control socket is still that of the first"
    assert len(running.audited("started")) == 1


def test_after_a_kill_9_the_lock_is_free_and_the_next_one_starts(running: Running) -> None:
    until(lambda: len(running.audited("started")) == 1)  # the web server answers a moment before the first turn
    running.process.kill()
    running.process.wait(timeout=10)
    running.process = start(running.config, running.port)
    until(lambda: len(running.audited("started")) == 2)


def test_a_state_directory_of_a_newer_version_is_refused_with_both_versions(running: Running) -> None:
    running.process.terminate()
    assert running.process.wait(timeout=30) == 0
    path = running.config.parent / "state" / "remediator.db"
    database = sqlite3.connect(path)
    (now,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    newer = f"{int(now) + 1:04}"
    database.execute("UPDATE alembic_version SET version_num = ?", (newer,))
    database.commit()
    database.close()
    refused = running.command("daemon")
    assert refused.returncode == 1
    assert refused.stderr.startswith("remediator: ")
    assert f"a newer release wrote it (revision {newer}, this release knows {now})" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert os.access(path, os.R_OK)
