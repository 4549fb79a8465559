"""A real daemon, real SSH, a host that lies in every way and a sender that floods.

`/healthz` answers within 2 s, and a crash is seen. With `REMEDIATOR_PLAYS=all` (and `pytest -s`) the liar plays all it
knows. The longest answer of `/healthz` and the peak of memory under each play are then printed.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from remediator.sim.cloud.hostile_plays import DRIPS, PLAYS
from tests.service.hostile_cloud import INGEST, LIAR, HostileCloud, cloud
from tests.service.test_daemon_signals import Running, start, until

pytestmark = [pytest.mark.service, pytest.mark.timeout(600)]

LONGEST_S, PEAK_MB = 2.0, 300.0
WORST = (
    "float-for-host",
    "created-in-9999",
    "slash-name",
    "odd-names",
    "containers-20000",
    "containers-900",
    "brackets",
    "flood",
)
ALL = os.environ.get("REMEDIATOR_PLAYS") == "all"
AGAIN_S = 1.0
"""A play is over so long after the second time that it was asked for."""
LONE = r'{"HOSTNAME":"zz\ud800","HOSTSTATE":"DOWN","NOTIFICATIONTYPE":"PROBLEM","HOSTEVENTID":"1"}'
FAILED = ("turn_failed", "input_failed", "handling_failed", "control_failed", "reply_unjudgeable")


@dataclass(eq=False)
class Probing(threading.Thread):
    """Asks `/healthz` all the time, each time on a new connection."""

    port: int
    took_s: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        while not self.stop.is_set():
            began_s = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except OSError:
                status = 0
            finally:
                connection.close()
            self.took_s = max(self.took_s, time.monotonic() - began_s)
            self.statuses[status] += 1
            time.sleep(0.05)

    def longest(self) -> float:
        """Return the longest answer since the last call."""
        found, self.took_s = self.took_s, 0.0
        return found


@dataclass(eq=False)
class Flooding(threading.Thread):
    """Posts what no sender should: half characters, invented hosts with a downtime, downtimes without a time."""

    port: int
    statuses: Counter[int] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        connection, number = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30), 0
        head = {"Authorization": f"Bearer {INGEST}", "Content-Type": "application/json"}
        while not self.stop.is_set():
            number += 1
            invented = {
                "HOSTNAME": f"ghost{number}",
                "HOSTSTATE": "OK",
                "HOSTDOWNTIME": "1",
                "HOSTEVENTID": str(number),
            }
            body = LONE if number % 3 == 0 else json.dumps({**invented, "NOTIFICATIONTYPE": "PROBLEM"})
            try:
                connection.request("POST", "/hooks/nagios", body, head)
                answer = connection.getresponse()
                answer.read()
                self.statuses[answer.status] += 1
            except OSError:
                connection.close()
                self.statuses[0] += 1
            time.sleep(0.005)
        connection.close()


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[tuple[HostileCloud, Running]]:
    with cloud(tmp_path) as made:
        running = Running(config=made.config, port=made.port, process=start(made.config, made.port))
        yield made, running
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait(timeout=10)


def states(running: Running) -> dict[tuple[str, str], str]:
    done = running.command("check", "--cached", "--format", "json")
    found = json.loads(done.stdout)["results"] if done.stdout.startswith("{") else []
    return {(each["check"], each["target"]): each["state"] for each in found}


def peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def test_no_play_and_no_flood_stops_it_blinds_it_or_makes_it_slow(hostile: tuple[HostileCloud, Running]) -> None:
    made, running = hostile
    well = ("container-state", "container/h1/neutron_agent"), ("container-state", f"container/{LIAR}/memcached")
    until(lambda: [states(running).get(key) for key in well] == ["OK", "OK"], 90.0)
    probing, flooding = Probing(made.port), Flooding(made.port)
    probing.start()
    flooding.start()
    told: dict[str, float] = {}
    for name in sorted(set(PLAYS) - {DRIPS}) if ALL else WORST:
        made.play, before = name, made.played
        until(lambda before=before: made.played >= before + 2, 60.0)  # type: ignore[misc]
        time.sleep(AGAIN_S)
        told[name] = probing.longest()
        if ALL:
            print(f"{name:20} healthz {told[name]:.2f} s, peak {peak_mb(running.process.pid):.0f} MB", flush=True)
    made.hosts["h1"].services["neutron_agent"].crash()
    until(lambda: states(running).get(well[0]) == "CRITICAL", 30.0)
    made.play = ""
    until(lambda: states(running).get(well[1]) == "OK", 60.0)
    flooding.stop.set()
    probing.stop.set()
    for thread in (flooding, probing):
        thread.join(60)
    assert running.process.poll() is None
    assert set(probing.statuses) == {200}, probing.statuses
    assert set(flooding.statuses) <= {202, 400}, flooding.statuses
    assert max(told.values()) < LONGEST_S, told
    assert peak_mb(running.process.pid) < PEAK_MB
    lines = [json.loads(line) for line in running.log().splitlines() if line.startswith("{")]
    assert any(line["event"] == "state_changed" for line in lines), "the log is not read"
    failed = [line for line in lines if line["event"] in FAILED and line.get("kind") != "too_large"]
    assert not failed, failed[:3]
    pages = [line for line in lines if line["event"] == "page"]
    assert len(pages) < 60, f"{len(pages)} pages"
