"""A state transfer is cut midway: the member then holds no history.

Nothing is ever started or bootstrapped from such a member.

After a cut by rsync the member's grastate.dat says zero uuid and -1, and `sst_in_progress` is left. Its InnoDB is half
the donor's and half its own: MariaDB finds ibdata1 corrupt and recovers no position. A plain start crashes in the same
way, for mysqld_safe recovers the position first. So the product reads the position, says that there is none, and leaves
the member to a person. What that person does is in both tests: empty the data directory.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from lab.cloud import topology
from lab.galera import disk, mariadb, workload
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import (
    MEMBERS,
    Make,
    approve,
    forget_views,
    settled,
    since,
    wait_run,
    whole_again,
)
from tests.integrations.galera.lab.test_recovery_refused import nothing_held, page_of
from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("galera-refused"), pytest.mark.alone, pytest.mark.timeout(600)]
LASTS_S = 150

FAULT = "galera-sst-cut"
FIRST, CUT = mariadb.HOSTS[0], topology.host("ctl3")


def cut(running: Scenario, **params: Any) -> float:
    """Cut ctl3's state transfer while nothing acts; return when the product was let act on it."""
    assert running.run("pause", "--reason", "a state transfer is being cut").returncode == 0
    running.break_(FAULT, CUT.name, **params)
    if params:
        forget_views()
    assert disk.grastate(CUT)["uuid"] == disk.NO_UUID
    assert not disk.position(CUT).usable, "the fault is not what this test is about: a position is recovered"
    assert running.run("resume", "--reason", "it is cut").returncode == 0
    return time.monotonic()


def lost_on_all(folder: Path) -> set[int]:
    """Return the acknowledged rows that are missing on any member."""
    return set().union(*(workload.lost(folder, host) for host in mariadb.HOSTS))


@pytest.mark.full("a cut state transfer takes minutes to make; the cells have such a member in every state")
def test_a_member_beside_a_primary_is_read_and_left_to_a_person(scenario: Make, tmp_path: Path) -> None:
    """GB-16 would start it; its position cannot be read, and a start would only crash. An empty data directory takes a
    whole copy."""
    running = settled(scenario)
    writing = workload.start(tmp_path / "writes", seconds=300)
    broken = cut(running)
    running.wait_incident("galera/ctl3", "galera-node", ["escalated"], 150)
    row = Row(fault=FAULT, host=CUT.name, outcome="escalated", seen_s=since(broken))
    (run,) = running.runs()
    assert (run["runbook"], run["state"]) == ("galera-start-member", "failed")
    assert "the position of ctl3 is not known (position_corrupt)" in run["reason"], recovering.told(run)
    assert [step["state"] for step in run["steps"]] == ["done", "pending"]
    assert "position_corrupt" in page_of(running, "position of ctl3")
    assert disk.grastate(CUT)["uuid"] == disk.NO_UUID, "it was touched"
    assert all(mariadb.synced(host, 2, 2) for host in mariadb.HOSTS if host is not CUT)

    emptied = time.monotonic()
    disk.empty(CUT)
    mariadb.start([CUT])
    running.wait_incident("galera/ctl3", "galera-node", ["resolved"], 150)
    row.cured_s = since(emptied)
    wrote = writing.stop()
    lost, told = lost_on_all(tmp_path / "writes"), recovering.cluster(running)["data"]["behind_mark"]
    row.why = (
        f"{run['reason'].splitlines()[0][:90]}; {wrote.acknowledged} rows acknowledged, {len(lost)} lost, {told} told"
    )
    row.keep()
    assert wrote.acknowledged > 0
    assert len(lost) == told == 0
    assert len(running.runs()) == 1
    whole_again()


@pytest.mark.full("a cut state transfer takes minutes to make; the cells have such a member in every state")
def test_with_all_down_it_is_named_and_never_the_source(scenario: Make, tmp_path: Path) -> None:
    """GB-6, GB-9: the cut member brings no position, and the page says so. Once its data directory is empty, its
    position is read as none, and a second yes is asked with that told. Then the furthest of the others is bootstrapped,
    and the cut member takes a whole copy."""
    running = settled(scenario)
    mariadb.set_flush(1)
    writing = workload.start(tmp_path / "writes", seconds=400)
    broken = cut(running, all=True)
    text = page_of(running, "GB-9")
    row = Row(fault=f"{FAULT} --all, no views", host="all", outcome="escalated", seen_s=since(broken))
    assert "ctl3 brings no position" in text
    running.stays("doing nothing", lambda: running.runs() == [], 10)
    assert nothing_held()

    disk.empty(CUT)
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 120)
    text = approve(running, run["id"])
    assert all(host in text for host in MEMBERS)
    run = wait_run(running, "galera-bootstrap", ["held", "verifying", "failed"], 120)
    assert run["state"] == "held", recovering.told(run)
    assert "ctl3 brings no position" in approve(running, run["id"])
    approved = time.monotonic()
    run = wait_run(running, "galera-bootstrap", ["verifying", "failed"], 300)
    assert run["state"] == "verifying", recovering.told(run)
    row.cured_s = since(approved)
    given = {step["id"]: step["given"] for step in run["steps"]}
    choice = given["choose"]
    assert choice["host"] in ("ctl1", "ctl2")
    assert choice["seqno"] == max(given[f"read_{host}"]["seqno"] or -1 for host in MEMBERS)
    assert choice["sst"] == ["ctl3"]
    joined = next(step for step in run["steps"] if step["id"] == "join_ctl3")
    assert "Synced by SST" in joined["result"], recovering.told(run)
    whole_again()
    wrote = writing.stop()
    lost = lost_on_all(tmp_path / "writes")
    row.why = (
        f"GB-9 first; emptied and approved: {wrote.acknowledged} rows acknowledged, {len(lost)} lost, "
        f"{choice['lost']} told"
    )
    row.keep()
    assert len(lost) == choice["lost"] == 0
    assert running.run("audit", "verify").returncode == 0
