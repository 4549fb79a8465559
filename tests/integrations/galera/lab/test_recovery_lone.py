"""Two members run on outside of a Primary component, and the third has lost its last view: nothing can come back by
itself.

The third is started unchanged, and looks for the others in vain. Ten minutes later it is proposed to stop those that
answer.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lab import api
from lab.cloud import topology
from lab.galera import disk, mariadb, workload
from remediator.integrations.galera.steps import scripts
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import Make, approve, settled, since, wait_run, whole_again
from tests.lab.scenario import Row

pytestmark = [pytest.mark.lab, pytest.mark.part("galera-live"), pytest.mark.alone, pytest.mark.timeout(1500)]

FAULT = "galera-all-non-primary"
LOST = topology.host("ctl3")


def test_the_program_that_stops_leaves_a_member_of_a_primary_component_alone(scenario: Make) -> None:
    """Whoever sends it, and whatever was known before: the member's own log is asked in that moment."""
    scenario(["ctl3"])
    held = api.host_exec(LOST.name, scripts.HOLD.argv("run-999", "docker", "running"))
    try:
        assert (held.code, held.out.strip()) == (0, "held: running")
        done = api.host_exec(LOST.name, scripts.STOP.argv("run-999", "docker"))
        assert (done.code, done.out.strip()) == (4, "its log does not tell that it is outside of a Primary component")
        assert mariadb.synced(LOST, len(mariadb.HOSTS))
    finally:
        api.host_exec(LOST.name, scripts.RELEASE.argv("run-999"), check=True)
    whole_again()


@pytest.mark.full("it waits ten minutes; on virtual time it is a directed story of sim")
def test_who_answers_from_outside_is_stopped_after_ten_minutes_and_a_yes(scenario: Make, tmp_path: Path) -> None:
    running = settled(scenario)
    writing = workload.start(tmp_path / "writes", seconds=20)
    time.sleep(2.0)
    assert running.run("pause", "--reason", "until the view is lost").returncode == 0
    # The newest sample in which all was well is of about this moment, however long the breaking takes.
    whole = time.monotonic()
    running.break_(FAULT, LOST.name, network="back")
    disk.forget_view(LOST)
    assert running.run("resume", "--reason", "it is lost").returncode == 0
    broken = time.monotonic()
    started = wait_run(running, "galera-start-members", ["verifying", "failed"], 150)
    assert started["state"] == "verifying", recovering.told(started)
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 900)
    row = Row(fault=f"{FAULT} --network back, no view", host="all", seen_s=since(broken))
    assert since(whole) >= 590, "it was proposed before the members had their ten minutes (GB-1)"
    assert [each["runbook"] for each in running.runs()] == ["galera-bootstrap", "galera-start-members"]
    text = approve(running, run["id"])
    assert "stop ctl1, ctl2, running outside of a Primary component" in text
    approved = time.monotonic()
    run = wait_run(running, "galera-bootstrap", ["held", "verifying", "failed"], 300)
    if run["state"] == "held":
        # The mark is older than the loss by what the members ran on outside: that is asked about (GB-8).
        assert "the newest sample of the high-water mark" in approve(running, run["id"])
        run = wait_run(running, "galera-bootstrap", ["verifying", "failed"], 300)
    assert run["state"] == "verifying", recovering.told(run)
    row.outcome, row.cured_s = "cured", since(approved)
    stopped = [step["id"] for step in run["steps"] if step["action"] == "galera.stop" and step["commands"]]
    assert stopped == ["stop_ctl1", "stop_ctl2"]
    choice = next(step["given"] for step in run["steps"] if step["id"] == "choose")
    wrote = writing.stop()
    lost = set[int]().union(*(workload.lost(tmp_path / "writes", host) for host in mariadb.HOSTS))
    row.why = f"{wrote.acknowledged} rows acknowledged, {len(lost)} of them lost, {choice['lost']} told"
    row.keep()
    assert (lost, choice["lost"]) == (set(), 0)
    whole_again()
    assert running.run("audit", "verify").returncode == 0
