"""One Galera member on the lab: read and started while the rest is whole.

A member that is cut off is left to a person. The loss of the whole cluster is in test_recovery.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest

from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("galera"), pytest.mark.alone, pytest.mark.timeout(420)]
LASTS_S = 100

Make = Callable[[Sequence[str]], Scenario]
MEMBERS = ("ctl1", "ctl2", "ctl3")


def settled(make: Make) -> Scenario:
    scenario = make(MEMBERS)
    scenario.start()
    scenario.settle()
    assert scenario.run("pause", "--reason", "to see that it stays").returncode == 0
    return scenario


def state(scenario: Scenario, check: str, target: str) -> str:
    found = scenario.results(check, target)
    return str(found[0]["state"]) if found else "NONE"


def test_one_failed_member_is_started_and_becomes_synced(scenario: Make) -> None:
    running = settled(scenario)
    broken = running.break_("galera-member-failed", "ctl3")
    running.wait("the member to be seen", lambda: state(running, "galera-node", "galera/ctl3") == "CRITICAL", 60)
    row = Row(fault="galera-member-failed", host="ctl3", seen_s=round(time.monotonic() - broken, 1))
    running.stays("a failed member", lambda: state(running, "galera-node", "galera/ctl3") == "CRITICAL")
    assert running.runs() == []
    assert running.run("resume", "--reason", "seen").returncode == 0
    resumed = time.monotonic()
    incident = running.wait_incident("galera/ctl3", "galera-node", ["resolved"], 240)
    row.outcome, row.cured_s, row.durations = "cured", round(time.monotonic() - resumed, 1), incident["durations"]
    assert [run["runbook"] for run in running.runs()] == ["galera-start-member"]
    child = running.incident("container/ctl3/mariadb", "container-state")
    assert child is not None, "the container's own incident must exist, and be part of the member's"
    assert any(line["kind"] == "suppressed" for line in child["timeline"])
    assert state(running, "galera-cluster", "cluster/galera") == "OK"
    assert running.run("audit", "verify").returncode == 0
    row.keep()


@pytest.mark.full("a partition with writes going on is in this part too")
def test_a_partitioned_member_is_left_to_a_person(scenario: Make) -> None:
    running = settled(scenario)
    broken = running.break_("galera-partition", "ctl2")
    running.wait("the member to be seen", lambda: state(running, "galera-node", "galera/ctl2") == "CRITICAL", 60)
    row = Row(fault="galera-partition", host="ctl2", seen_s=round(time.monotonic() - broken, 1), outcome="escalated")
    running.run("resume", "--reason", "seen")
    running.wait_incident("galera/ctl2", "galera-node", ["escalated"], 90)
    running.stays("doing nothing", lambda: running.runs() == [], 20)
    assert "Look at the network between them" in "\n".join(page["text"] for page in running.pages())
    row.why = "no runbook cures this: it runs, and is cut off"
    row.keep()
    running.heal("galera-partition", "ctl2")
    running.wait(
        "everything to be well again", lambda: all(each["state"] == "resolved" for each in running.incidents()), 120
    )
