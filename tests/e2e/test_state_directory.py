"""What happens to the state directory happens to the daemon: read-only, full, already in use, an edited audit."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.lab.scenario import REMEDIATOR, Scenario

pytestmark = [pytest.mark.e2e, pytest.mark.part("doors"), pytest.mark.on("ctl1")]
Make = Callable[[Sequence[str]], Scenario]


@pytest.fixture
def small(scenario: Make) -> Iterator[Scenario]:
    """A scenario whose state directory is a file system of its own, of 400 MiB."""
    made = scenario(["ctl1"])
    where = made.written.state_dir
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400m,mode=0700", "remediator-test", str(where)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield made
    made.stop()
    subprocess.run(["umount", "-l", str(where)], timeout=30, check=False)


def ready(running: Scenario) -> dict[str, bool]:
    token = running.written.token_file.read_text().strip()
    request = urllib.request.Request(
        f"http://{running.written.http}/readyz", headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            body: dict[str, bool] = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        body = json.loads(error.read())
    return body


def test_a_read_only_state_directory_is_refused_at_the_start(small: Scenario) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small.written.state_dir)], timeout=30, check=True)
    ended = small.run("daemon", timeout_s=30)
    assert ended.returncode == 1
    assert "Read-only file system" in ended.stderr
    assert "nothing is done until it can" in ended.stderr


def test_a_locked_database_stops_all_acting_and_says_so(scenario: Make) -> None:
    running = scenario(["ctl1"])
    running.start()
    running.settle()
    other = sqlite3.connect(running.written.state_dir / "remediator.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    running.break_("crash-once-limit", "ctl1")
    running.wait("the daemon to say it", lambda: "store_unavailable" in running.log.read_text(), 60)
    assert ready(running)["database"] is False
    time.sleep(20)
    other.execute("ROLLBACK")
    other.close()
    assert running.runs() == []
    running.wait_incident("container/ctl1/memcached", "container-state", ["resolved"], 120)


def test_a_full_disk_pauses_and_then_stops(small: Scenario) -> None:
    small.start()
    small.settle()
    filler = small.written.state_dir / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 250 * 2**20)
    assert any("MiB free" in row["reason"] for row in small.json("status")["muted"])
    small.break_("crash-once-limit", "ctl1")
    small.wait_incident("container/ctl1/memcached", "container-state", ["open"], 60)
    small.stays("doing nothing", lambda: small.runs() == [], 20)
    filler.unlink()
    small.wait_incident("container/ctl1/memcached", "container-state", ["resolved"], 120)


def test_a_second_daemon_is_refused_within_two_seconds_and_told_the_pid(scenario: Make) -> None:
    running = scenario(["ctl1"])
    running.start()
    assert running.process is not None
    started = time.monotonic()
    second = subprocess.run(
        [REMEDIATOR, "--config", str(running.written.config), "daemon"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    took = time.monotonic() - started
    assert second.returncode == 1
    assert f"pid {running.process.pid}" in second.stderr
    assert second.stderr.startswith("remediator: ")
    assert took < 10, "the refusal itself is bounded by 2 s beyond the start of Python on a busy machine"


def test_one_changed_byte_of_the_audit_is_named(scenario: Make) -> None:
    running = scenario(["ctl1"])
    running.start()
    running.settle()
    assert running.stop() == 0
    assert running.run("audit", "verify").returncode == 0
    database = sqlite3.connect(running.written.state_dir / "remediator.db")
    (seq, body) = database.execute("SELECT seq, body FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    database.execute("DROP TRIGGER audit_no_update")
    database.execute("UPDATE audit SET body = ? WHERE seq = ?", (body.replace("a", "b", 1), seq))
    database.commit()
    database.close()
    verified = running.run("audit", "verify", "--format", "json")
    assert verified.returncode == 2
    assert json.loads(verified.stdout)["first_bad"] == {"seq": seq, "why": "edited"}


@pytest.mark.full("sim takes such rows out of a real store")
def test_a_pause_taken_out_of_the_store_while_the_daemon_was_down_stops_all_acting(scenario: Make) -> None:
    running = scenario(["ctl1"])
    running.start()
    running.settle()
    assert running.run("pause", "--reason", "a rack is moved").returncode == 0
    assert running.stop() == 0
    database = sqlite3.connect(running.written.state_dir / "remediator.db")
    database.execute("DELETE FROM pauses")
    database.commit()
    database.close()
    running.start()
    running.wait("a page about it", lambda: any("pauses" in page["text"] for page in running.pages()), 60)
    assert running.run("audit", "verify").returncode == 2
    target = "container/ctl1/memcached"
    running.break_("crash-once-limit", "ctl1")
    found = running.wait_incident(target, "container-state", ["open"], 90)
    running.stays("starting nothing", lambda: running.runs() == [], 20)
    assert any("restored" in str(each) for each in running.decisions(found["id"]))
    assert running.run("audit", "accept-restore", "--reason", "it was us").returncode == 0
    running.wait_incident(target, "container-state", ["resolved"], 180)
    assert running.run("audit", "verify").returncode == 0


@pytest.mark.full("the service ring has a reload that fails")
def test_a_bad_reload_keeps_the_old_config_and_says_why(scenario: Make) -> None:
    running = scenario(["ctl1"])
    running.start()
    running.settle()
    good = running.written.config.read_text()
    running.written.config.write_text(good + "autonomie: {}\n")
    assert running.process is not None
    running.process.send_signal(1)
    running.wait("the refusal of the reload", lambda: "reload_refused" in running.log.read_text(), 30)
    assert "autonomie" in running.log.read_text()
    running.written.config.write_text(good)
    assert running.results("host-reachable")[0]["state"] == "OK"
    running.written.config.write_text(good.replace("{every: 5s, retry: 5s}", "{every: 6s, retry: 6s}"))
    running.process.send_signal(1)
    running.wait("the reload", lambda: '"reloaded"' in running.log.read_text(), 30)


@pytest.mark.full("sim writes and verifies the checkpoints of a real store")
def test_the_checkpoint_file_is_written_and_verified(scenario: Make, tmp_path: Path) -> None:
    running = scenario(["ctl1"])
    running.start()
    running.settle()
    running.stop()
    lines = [json.loads(line) for line in running.written.checkpoints.read_text().splitlines()]
    verified = running.json("audit", "verify")
    assert verified["checkpoint_seq"] == lines[-1]["seq"] == verified["entries"]
