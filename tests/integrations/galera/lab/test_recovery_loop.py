"""Every member is shut down in order, as before a planned power-off, and started again.

No way to lose a cluster is more ordinary.

A clean stop takes away the view that a member could form again. So each member looks for a Primary component, refuses
SQL meanwhile, and gives up after half a minute. Then systemd starts it again, for ever, so that no unit ever fails.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lab.galera import mariadb, workload
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import (
    MEMBERS,
    Make,
    approve,
    settled,
    since,
    wait_mark,
    wait_run,
    whole_again,
)
from tests.lab.scenario import Row

pytestmark = [pytest.mark.lab, pytest.mark.part("galera"), pytest.mark.alone, pytest.mark.timeout(600)]

FAULT = "galera-shut-down"


@pytest.mark.full("a third bootstrap of five minutes; sim has this way")
def test_members_that_look_for_each_other_for_ever_are_held_and_brought_back(scenario: Make, tmp_path: Path) -> None:
    running = settled(scenario)
    writing = workload.start(tmp_path / "writes", seconds=500)
    time.sleep(2.0)
    wait_mark(running)
    assert running.run("pause", "--reason", "to see that it stays").returncode == 0
    running.break_(FAULT, "ctl2")
    broken = time.monotonic()
    running.wait("the cluster to be seen", lambda: recovering.cluster(running)["state"] == "CRITICAL", 60)
    row = Row(fault=FAULT, host="all", seen_s=since(broken))
    running.stays("a lost cluster", lambda: recovering.cluster(running)["state"] == "CRITICAL")
    assert running.runs() == []
    assert running.run("resume", "--reason", "seen").returncode == 0

    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 240)
    row.why = f"asked after {since(broken)} s"
    text = approve(running, run["id"])
    assert "look for a Primary component" in text
    assert all(host in text for host in MEMBERS)
    approved = time.monotonic()
    run = wait_run(running, "galera-bootstrap", ["verifying", "failed"], 400)
    assert run["state"] == "verifying", recovering.told(run)
    row.outcome, row.cured_s = "cured", since(approved)
    given = {step["id"]: step["given"] for step in run["steps"]}
    assert all(given[f"hold_{host}"]["stopped"] is True for host in MEMBERS)
    choice = given["choose"]
    assert (choice["host"], choice["lost"]) == ("ctl2", 0), recovering.told(run)
    wrote = writing.stop()
    lost = set[int]().union(*(workload.lost(tmp_path / "writes", host) for host in mariadb.HOSTS))
    row.why += f"; {wrote.acknowledged} rows acknowledged, {len(lost)} of them lost, {choice['lost']} told"
    row.keep()
    assert lost == set()
    whole_again()
    wait_run(running, "galera-bootstrap", ["succeeded"], 240)
    running.wait_incident("cluster/galera", "galera-cluster", ["resolved"], 30)
    assert running.run("audit", "verify").returncode == 0
