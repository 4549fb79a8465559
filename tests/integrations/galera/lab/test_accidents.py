"""Accidents made by hand: volumes put back, servers started beside us, power gone, disks full. Never two servers on one
data directory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from lab.cloud import hosts, keys, topology
from lab.cloud.topology import Host
from lab.galera import disk, mariadb, workload
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import (
    MEMBERS,
    Make,
    approve,
    forget_views,
    settled,
    since,
    wait_mark,
    wait_run,
    whole_again,
)
from tests.integrations.galera.lab.test_recovery_refused import nothing_held, page_of
from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("galera-accidents"), pytest.mark.alone, pytest.mark.timeout(1500)]

RAISED = 9_000_000
BELIEVED = "Galera would believe the file"
RESCUE = "rescue"
BY_HAND = f"""sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' {disk.DATA}/grastate.dat
docker run -d --name {RESCUE} --network host --volumes-from mariadb -e KOLLA_CONFIG_STRATEGY=COPY_ALWAYS \
-e KOLLA_SERVICE_NAME=mariadb -e BOOTSTRAP_ARGS=--wsrep-new-cluster {disk.IMAGE}
"""
SERVERS = "pgrep -x mariadbd | wc -l\n"
FULL = pytest.mark.full("a hand-made accident takes minutes; each kind is in sim or in the unit tests")


def raise_grastate(host: Host) -> None:
    """Let grastate.dat claim far more than the data beside it, as after a volume was put back beside a newer file."""
    disk.write_grastate(host, uuid=disk.grastate(host)["uuid"], seqno=RAISED, flag=0)


def one_server_at_most() -> None:
    for host in mariadb.HOSTS:
        assert int(hosts.shell(host, SERVERS).out.strip() or 0) <= 1, host.name


def lost_by_a_kill(make: Make, tmp_path: Path) -> tuple[Scenario, Path]:
    """Return a scenario whose cluster was killed under writes, with all views gone; its mark is young."""
    running = settled(make)
    wait_mark(running)
    writing = workload.start(tmp_path / "writes", seconds=300)
    time.sleep(2.0)
    running.break_("galera-all-killed", "ctl1")
    writing.stop()
    forget_views()
    return running, tmp_path / "writes"


def say_yes(running: Scenario, limit_s: float = 150) -> dict[str, Any]:
    """Wait until the recovery asks, say yes to it, and return its run."""
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], limit_s)
    approve(running, run["id"])
    return run


def rows_lost(folder: Path) -> set[int]:
    return set().union(*(workload.lost(folder, host) for host in mariadb.HOSTS))


def keep(fault: str, host: str, outcome: str, began: float, why: str) -> None:
    Row(fault=fault, host=host, outcome=outcome, seen_s=since(began), why=why[:140]).keep()


@FULL
def test_a_stale_volume_with_a_raised_grastate_is_not_started_beside_the_others(scenario: Make) -> None:
    running = settled(scenario)
    assert running.run("pause", "--reason", "a volume is put back").returncode == 0
    running.break_("galera-member-failed", "ctl3")
    mariadb.write(topology.host("ctl1"), 50)
    raise_grastate(topology.host("ctl3"))
    began = time.monotonic()
    assert running.run("resume", "--reason", "it is put back").returncode == 0
    running.wait_incident("galera/ctl3", "galera-node", ["escalated"], 150)
    (run,) = [each for each in running.runs() if each["runbook"] == "galera-start-member"]
    assert (run["state"], BELIEVED in run["reason"]) == ("failed", True), recovering.told(run)
    assert run["steps"][-1]["state"] == "pending", "it was started as it is"
    assert BELIEVED in page_of(running, BELIEVED)
    disk.force_sst(topology.host("ctl3"))
    mariadb.start([topology.host("ctl3")])
    mariadb.wait_synced(mariadb.HOSTS)
    keep("stale volume, raised grastate, alone", "ctl3", "escalated", began, run["reason"])


@FULL
def test_with_all_down_it_takes_a_whole_copy_after_a_yes(scenario: Make, tmp_path: Path) -> None:
    running, writes = lost_by_a_kill(scenario, tmp_path)
    began = time.monotonic()
    raise_grastate(topology.host("ctl3"))
    run = say_yes(running)
    wait_run(running, "galera-bootstrap", ["held"], 150)
    assert BELIEVED in page_of(running, BELIEVED)
    approve(running, run["id"])
    run = wait_run(running, "galera-bootstrap", ["verifying", "succeeded", "failed"], 600)
    assert run["state"] != "failed", recovering.told(run)
    joined = next(step for step in run["steps"] if step["id"] == "join_ctl3")
    assert "Synced by SST" in joined["result"], recovering.told(run)
    whole_again()
    assert rows_lost(writes) == set()
    keep("stale volume, raised grastate, all down", "ctl3", "cured", began, joined["result"])


@FULL
def test_a_member_started_past_its_unit_in_the_middle_of_a_recovery_ends_it(scenario: Make, tmp_path: Path) -> None:
    running, writes = lost_by_a_kill(scenario, tmp_path)
    say_yes(running)
    began = time.monotonic()
    running.wait("the holds", lambda: all(recovering.left_on(host) for host in mariadb.HOSTS), 60)
    hosts.shell(topology.host("ctl3"), "docker start mariadb\n")
    run = wait_run(running, "galera-bootstrap", ["failed", "verifying", "succeeded"], 600)
    one_server_at_most()
    assert run["state"] != "failed" or nothing_bootstrapped(run), recovering.told(run)
    if run["state"] == "failed":
        running.wait("the holds to be taken back", nothing_held, 90, every_s=2.0)
        assert "next" not in run["reason"]
    keep("docker start in the middle of a recovery", "ctl3", run["state"], began, run["reason"])
    assert writes.exists()


def nothing_bootstrapped(run: dict[str, Any]) -> bool:
    return next(step for step in run["steps"] if step["id"] == "bootstrap")["state"] in ("pending", "failed")


@FULL
def test_a_bootstrap_by_hand_while_the_yes_is_waited_for(scenario: Make, tmp_path: Path) -> None:
    running, _ = lost_by_a_kill(scenario, tmp_path)
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 150)
    began = time.monotonic()
    hosts.shell(topology.host("ctl2"), BY_HAND)
    running.wait(
        "it to be Primary",
        lambda: mariadb.status(topology.host("ctl2"), container=RESCUE).get("wsrep_cluster_status") == "Primary",
        90,
    )

    def named() -> bool:
        found = running.results("galera-node", "galera/ctl2")
        return bool(found) and RESCUE in str(found[0]["data"].get("beside")) and found[0]["data"]["stopped"] is False

    running.wait("galera-node to name what has the data", named, 60)
    run = wait_run(running, "galera-bootstrap", ["refused", "cancelled", "failed"], 120)
    assert nothing_bootstrapped(run)
    running.stays("starting nothing on ctl2", lambda: int(hosts.shell(topology.host("ctl2"), SERVERS).out) == 1, 30)
    for page in running.pages():
        about = "ctl2" in page["text"] and "systemctl start kolla-mariadb" in page["text"]
        assert not about, f"a page tells to start a second server:\n{page['text']}"
    hosts.shell(topology.host("ctl2"), f"docker stop -t 120 {RESCUE}; docker rm {RESCUE}\n")
    keep("bootstrap by hand while the yes is waited for", "ctl2", run["state"], began, run["reason"])


@FULL
def test_the_power_of_the_candidate_goes_after_the_yes(scenario: Make, tmp_path: Path) -> None:
    running, writes = lost_by_a_kill(scenario, tmp_path)
    say_yes(running)
    began = time.monotonic()
    wait_run(running, "galera-bootstrap", ["running", "held"], 60)
    running.break_("host-off", "ctl1")
    run = wait_run(running, "galera-bootstrap", ["failed", "held", "in_doubt"], 1200)
    assert nothing_bootstrapped(run), recovering.told(run)
    if run["state"] == "failed":
        page_of(running, "ended before anything that can lose data")
    if run["state"] == "in_doubt":  # the power went between an INTENT there and its OUTCOME
        page_of(running, f"remediator runs resolve {run['id']} --outcome")
    first = f"{run['state']}: {run['reason']}"
    said = (run["id"], recovering.question(running, run["id"]))
    power_back(topology.host("ctl1"))
    assert "R3 run on this target began" not in running.run("explain", "cluster/galera").stdout
    yes_until_cured(running, said=said)
    whole_again()
    lost = rows_lost(writes)
    assert lost == set()
    keep("power of the candidate gone after the yes", "ctl1", "held back, then cured", began, first)


def yes_until_cured(running: Scenario, *, said: tuple[str, str | None] | None = None) -> None:
    """Say yes to whatever the recovery asks, each question of each run once, until the cluster is whole.

    `said`: a run and its question that was said yes to before.
    """
    answered = {said}

    def over() -> bool:
        newest = next(run for run in running.runs() if run["runbook"] == "galera-bootstrap")
        asked = (newest["id"], recovering.question(running, newest["id"]))
        if newest["state"] in ("waiting_approval", "held") and asked[1] is not None and asked not in answered:
            approve(running, newest["id"])
            answered.add(asked)
        return newest["state"] in ("verifying", "succeeded") and whole()

    running.wait("the recovery that was said yes to", over, 1000, every_s=3.0)


def power_back(host: Host) -> None:
    """Boot without waiting for its member: a lost cluster gives it no Primary component to come back to."""
    hosts.boot(host)
    hosts.wait_booted(host)
    keys.learn_hosts([host])


@FULL
def test_a_rolling_restart_that_is_too_fast_is_told_as_what_it_is(scenario: Make) -> None:
    running = settled(scenario)
    wait_mark(running)
    began = time.monotonic()
    for host in mariadb.HOSTS:
        hosts.shell(host, f"systemctl restart {mariadb.UNIT} || true\n", timeout_s=120)
        time.sleep(1.0)
    running.wait("all to be whole again, or a question", lambda: whole() or bool(running.runs()), 900)
    one_server_at_most()
    runs = [f"{run['runbook']} {run['state']}" for run in running.runs()]
    outcome = "cured" if whole() else "asked"
    keep("rolling restart too fast", "all", outcome, began, ", ".join(runs) or "nothing was done")
    if outcome == "asked":
        running.wait(
            "a question about it", lambda: any(run["runbook"] == "galera-bootstrap" for run in running.runs()), 800
        )
        yes_until_cured(running)
        whole_again()
        nobody_is_told_to_look_elsewhere(running)


def nobody_is_told_to_look_elsewhere(running: Scenario) -> None:
    """One member that answers from outside, beside two that never opened their port, is no trouble of that member's
    network."""
    for page in running.pages():
        assert page["check"] != "galera-node" or "Look at the network" not in page["text"], page["text"]


def whole() -> bool:
    return all(mariadb.synced(host, len(MEMBERS)) for host in mariadb.HOSTS)


@FULL
def test_the_donor_of_a_whole_copy_is_killed(scenario: Make, tmp_path: Path) -> None:
    running = settled(scenario)
    wait_mark(running)
    writing = workload.start(tmp_path / "writes", seconds=300)
    began = time.monotonic()
    joiner = topology.host("ctl3")
    hosts.shell(joiner, f"systemctl stop {mariadb.UNIT}\n", timeout_s=120)
    disk.force_sst(joiner)
    mariadb.start([joiner])
    donors = [host for host in mariadb.HOSTS if host is not joiner]
    running.wait("a donor", lambda: any(state(host).startswith("Donor") for host in donors), 60)
    donor = next(host for host in donors if state(host).startswith("Donor"))
    hosts.shell(donor, "docker kill mariadb\n")
    running.wait("all to be whole again, or a person to be called", lambda: whole() or bool(running.pages()), 600)
    writing.stop()
    one_server_at_most()
    lost = rows_lost(tmp_path / "writes") if whole() else set()
    keep("SST with its donor killed", donor.name, "cured" if whole() else "escalated", began, f"{len(lost)} rows lost")
    assert lost == set()


def state(host: Host) -> str:
    return mariadb.status(host).get("wsrep_local_state_comment", "")


@FULL
def test_a_nearly_full_disk_of_the_candidate_is_told_before_anything_begins(scenario: Make, tmp_path: Path) -> None:
    running, writes = lost_by_a_kill(scenario, tmp_path)
    running.break_("disk-full", "ctl1")
    began = time.monotonic()
    text = page_of(running, "GB-17", 200)
    assert "the disk of ctl1 is full" in text
    assert not [
        run
        for run in running.runs()
        if run["runbook"] == "galera-bootstrap" and run["state"] in ("running", "verifying", "succeeded")
    ]
    running.heal("disk-full", "ctl1")
    say_yes(running, 200)
    wait_run(running, "galera-bootstrap", ["verifying", "succeeded"], 600)
    whole_again()
    assert rows_lost(writes) == set()
    keep("nearly full disk of the candidate", "ctl1", "cured once there was room", began, text.splitlines()[0])
