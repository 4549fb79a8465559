"""A night of seven faults, as one daemon sees it.

A person is called once for what needs one, and is told when that is over. Nobody is called for what was cured. The
pages are kept beside the table (`REMEDIATOR_LAB_TABLE` with `.pages`), to be read one by one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from lab.cloud import hosts, topology
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import Make, approve, wait_run
from tests.lab.scenario import Row, Scenario
from tests.lab.test_gate import memcached

pytestmark = [pytest.mark.lab, pytest.mark.part("night"), pytest.mark.alone, pytest.mark.timeout(2400)]

SEEN_S, CLEAR_S = 300.0, 240.0


class Night:
    """The pages of the night, hour by hour: those that came since the last fault are its own."""

    def __init__(self, running: Scenario) -> None:
        self.running = running
        self.told: list[tuple[str, dict[str, Any]]] = []

    def keep(self, fault: str) -> list[dict[str, Any]]:
        """Return the pages that came since, and keep them under the name of the fault."""
        new = self.running.pages()[len(self.told) :]
        self.told += [(fault, page) for page in new]
        return new

    def wait(self, what: str, found: Callable[[dict[str, Any]], bool], limit_s: float) -> None:
        self.running.wait(what, lambda: any(found(page) for page in self.running.pages()[len(self.told) :]), limit_s)

    def write(self) -> None:
        table = os.environ.get("REMEDIATOR_LAB_TABLE")
        if table:
            with open(f"{table}.pages", "a") as file:
                file.writelines(json.dumps({"fault": fault, **page}) + "\n" for fault, page in self.told)


def over(target: str) -> Callable[[dict[str, Any]], bool]:
    return lambda page: (page["state"], page["target"]) == ("resolved", target)


def needs(target: str) -> Callable[[dict[str, Any]], bool]:
    return lambda page: page["state"] != "resolved" and page["target"] == target


def called_and_told(night: Night, fault: str, host: str, target: str, check: str) -> None:
    """Break, wait for the one page, heal, wait for the one all-clear."""
    running = night.running
    began = time.monotonic()
    running.break_(fault, host)
    running.wait_incident(target, check, ["escalated"], SEEN_S)
    night.wait(f"the page about {target}", needs(target), 60.0)
    seen = round(time.monotonic() - began, 1)
    running.heal(fault, host)
    night.wait(f"the all-clear about {target}", over(target), CLEAR_S)
    pages = night.keep(fault)
    assert [bool(over(target)(page)) for page in pages] == [False, True], [page["subject"] for page in pages]
    Row(fault=f"night: {fault}", host=host, seen_s=seen, outcome="escalated, then told as over").keep()


@pytest.mark.full("a night takes half an hour; each of its faults is in make test, and its pages are in sim")
def test_a_night_of_seven_faults(scenario: Make) -> None:
    running = scenario(topology.NAMES)
    running.environment = {"REMEDIATOR__AUTONOMY__R3": "approve"}
    running.start()
    running.settle()
    night = Night(running)
    try:
        cured_without_a_word(night)
        called_and_told(night, "oom", "ctl1", memcached("ctl1"), "container-state")
        called_and_told(night, "engine-loop", "ctl1", memcached("ctl1"), "container-state")
        called_and_told(night, "disk-full", "ctl2", "host/ctl2", "host-disk")
        called_and_told(night, "host-off", "ctl2", "host/ctl2", "host-reachable")
        a_storm_that_a_person_closes(night)
        a_lost_cluster(night)
    finally:
        night.keep("the rest")
        night.write()
    assert running.run("audit", "verify").returncode == 0


def cured_without_a_word(night: Night) -> None:
    night.running.break_("crash-once-limit", "ctl1")
    night.running.wait_incident(memcached("ctl1"), "container-state", ["resolved"], 150)
    assert night.keep("crash-once-limit") == []


def a_storm_that_a_person_closes(night: Night) -> None:
    """Three hosts at once; somebody repairs them, and says that it is over before the breaker would."""
    running = night.running
    three = ("ctl1", "ctl2", "cmp1")
    running.break_all(*(("crash-once-limit", host) for host in three))
    night.wait("the page about the storm", lambda page: "storm" in page["subject"], 120.0)
    refused = running.run("brakes", "close", "storm", "--reason", "it is over")
    for host in three:
        hosts.shell(
            topology.host(host),
            "systemctl reset-failed 'kolla-memcached*'; systemctl start kolla-memcached-container\n",
        )
    closed = running.run("brakes", "list")

    def close() -> bool:
        nonlocal closed
        if not running.json("brakes", "list"):
            return True
        closed = running.run("brakes", "close", "storm", "--reason", "a switch was rebooted")
        return closed.returncode == 0

    running.wait("the breaker to be closed by hand", close, 240.0, every_s=3.0)
    assert running.json("brakes", "list") == [], closed.stdout
    pages = night.keep("storm")
    assert sum("storm breaker is open" in page["subject"] for page in pages) == 1, [page["subject"] for page in pages]
    Row(fault="night: three hosts at once", host="all", outcome="held; closed by hand", why=refused.stderr[:140]).keep()


def a_lost_cluster(night: Night) -> None:
    running = night.running
    recovering.wait_mark(running)
    running.break_("galera-all-killed", "ctl1")
    recovering.forget_views()
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 240)
    night.wait("the question", lambda page: page["run"] == run["id"], 60.0)
    approve(running, run["id"])
    wait_run(running, "galera-bootstrap", ["succeeded"], 900)
    recovering.whole_again()
    night.wait("the end of the run", over(recovering.TARGET), 300.0)
    night.keep("galera-all-killed, no views")
    Row(fault="night: the whole cluster lost, no views", host="all", outcome="asked, approved, cured").keep()
