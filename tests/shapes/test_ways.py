"""The ways that matter most, in whatever shape the lab has: a container, a Galera member, and the loss of the whole cluster."""

from __future__ import annotations

import pytest

from lab import galera, hosts
from lab.shapes import Shape
from tests.lab.recovering import TARGET, approve, cluster, left_on, wait_mark, wait_run
from tests.lab.scenario import Scenario

pytestmark = pytest.mark.timeout(900)


def called(shape: Shape, host: str) -> str:
    """Return what the inventory calls a host."""
    return "localhost" if host == shape.daemon_on else host


def whole(shape: Shape) -> bool:
    return all(galera.synced(host, len(shape.members)) for host in shape.members)


@pytest.mark.parametrize("role", ["control", "compute"])
def test_a_container_that_gave_up_is_started(running: Scenario, shape: Shape, role: str) -> None:
    host = [name for name in shape.hosts if name.startswith("ctl" if role == "control" else "cmp")][-1]
    running.break_("crash-once-limit", host)
    running.wait_incident(f"container/{called(shape, host)}/memcached", "container-state", ["resolved"], 180)
    assert [run["state"] for run in running.runs()] == ["succeeded"]


def test_a_member_that_failed_is_started(running: Scenario, shape: Shape) -> None:
    member = shape.members[-1]
    running.break_("galera-member-failed", member.name)
    running.wait(f"{member.name} to be back", lambda: whole(shape), 240, every_s=2.0)
    running.wait("its run to be over", lambda: {run["state"] for run in running.runs()} == {"succeeded"}, 180)


def test_a_cluster_that_was_killed_forms_again(running: Scenario, shape: Shape) -> None:
    running.break_("galera-all-killed", shape.members[0].name)
    running.wait("all members to be back", lambda: whole(shape), 300, every_s=2.0)
    running.wait("its run to be over", lambda: {run["state"] for run in running.runs()} == {"succeeded"}, 180)


def test_a_cluster_of_three_positions_is_bootstrapped_from_the_highest(running: Scenario, shape: Shape) -> None:
    if len(shape.members) < 3:
        pytest.skip("a cluster of one member has one position")
    wait_mark(running)
    running.break_("galera-staggered-kill", "ctl2", view="lost")
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 180)
    approve(running, run["id"])
    run = wait_run(running, "galera-bootstrap", ["verifying", "succeeded", "failed"], 400)
    assert run["state"] != "failed", run
    choice = next(step for step in run["steps"] if step["id"] == "choose")
    assert choice["given"]["host"] == "ctl2"
    assert whole(shape)
    assert all(left_on(host) == "" for host in shape.members)


def test_all_is_well_is_said_of_every_host_and_member(running: Scenario, shape: Shape) -> None:
    """Nothing is UNKNOWN: each host is reached as the daemon's own account, each member over the service network."""
    running.wait("the cluster to be OK", lambda: cluster(running)["state"] == "OK", 60)
    checked = running.json("check", "--cached")["results"]
    assert {row["state"] for row in checked} == {"OK"}, [row for row in checked if row["state"] != "OK"]
    assert {row["target"] for row in checked if row["check"] == "galera-node"} == {
        f"galera/{called(shape, h.name)}" for h in shape.members
    }
    assert {row["target"] for row in checked if row["check"] == "host-reachable"} == {
        f"host/{called(shape, name)}" for name in shape.hosts
    }
    assert TARGET in {row["target"] for row in checked}
    for host in shape.members:
        who = hosts.shell(
            host, "journalctl -u ssh -o cat --no-pager | grep -o 'Accepted publickey for [a-z]*' | sort -u || true\n"
        ).out
        assert who.split("\n")[0] in ("", "Accepted publickey for remediator"), who
