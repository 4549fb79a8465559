"""The ways that matter most, in each shape of the lab: a container, a Galera member, and the loss of the whole cluster.

Each shape is a part of `make lab-full`, which brings the lab up in it; in a lab of another shape its tests are skipped.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import api
from lab.cloud import hosts, shapes, topology
from lab.cloud.shapes import Shape
from lab.cloud.topology import Host
from lab.galera import mariadb
from tests.integrations.galera.lab.recovering import TARGET, approve, cluster, left_on, wait_mark, wait_run
from tests.lab.inside import Inside, folder
from tests.lab.scenario import Scenario

pytestmark = [
    pytest.mark.lab,
    pytest.mark.alone,
    pytest.mark.timeout(900),
    pytest.mark.full("each shape of the lab needs a lab of its own"),
]


def of(shapes_: Iterable[Shape]) -> pytest.MarkDecorator:
    """Let a test be one of each of these shapes, in the part of each."""
    each = [pytest.param(shape, id=shape.name, marks=pytest.mark.part(f"shape-{shape.name}")) for shape in shapes_]
    return pytest.mark.parametrize("shape", each)


in_every_shape = of(shapes.SHAPES.values())
from_outside = [shape for shape in shapes.SHAPES.values() if shape.daemon_on is None]
where_the_daemon_is_on_no_member = of(from_outside)
where_it_is_on_a_member = of(shape for shape in shapes.SHAPES.values() if shape.daemon_on is not None)
where_three_have_three_positions = of(shape for shape in from_outside if len(mariadb.members(shape)) >= 3)


where_there_are_two_networks = of(shape for shape in shapes.SHAPES.values() if shape.management)


@pytest.fixture(autouse=True)
def there(shape: Shape, lab_status: dict[str, Any]) -> None:
    """The lab has the shape that a test is of."""
    if lab_status["shape"] != shape.name:
        pytest.skip(f"the lab has the shape {lab_status['shape']}: make lab-full PART=shape-{shape.name}")


@pytest.fixture
def running(shape: Shape, there: None, tmp_path: Path) -> Iterator[Scenario]:
    """A daemon of all hosts of the shape, where the shape says, that has started and accepted what stands."""
    made = Scenario(tmp_path / "scenario", shape.hosts) if shape.daemon_on is None else Inside(folder(), shape.hosts)
    with made:
        made.start()
        made.settle()
        yield made


def called(shape: Shape, host: str) -> str:
    """Return what the inventory calls a host."""
    return "localhost" if host == shape.daemon_on else host


def whole(shape: Shape) -> bool:
    return all(mariadb.synced(host, len(mariadb.members(shape))) for host in mariadb.members(shape))


@in_every_shape
@pytest.mark.parametrize("role", ["control", "compute"])
def test_a_container_that_gave_up_is_started(running: Scenario, shape: Shape, role: str) -> None:
    host = [name for name in shape.hosts if name.startswith("ctl" if role == "control" else "cmp")][-1]
    running.break_("crash-once-limit", host)
    running.wait_incident(f"container/{called(shape, host)}/memcached", "container-state", ["resolved"], 180)
    assert [run["state"] for run in running.runs()] == ["succeeded"]


@in_every_shape
def test_a_member_that_failed_is_started(running: Scenario, shape: Shape) -> None:
    member = mariadb.members(shape)[-1]
    running.break_("galera-member-failed", member.name)
    running.wait(f"{member.name} to be back", lambda: whole(shape), 240, every_s=2.0)
    running.wait("its run to be over", lambda: {run["state"] for run in running.runs()} == {"succeeded"}, 180)


@where_the_daemon_is_on_no_member
def test_a_cluster_that_was_killed_forms_again(running: Scenario, shape: Shape) -> None:
    running.break_("galera-all-killed", mariadb.members(shape)[0].name)
    running.wait("all members to be back", lambda: whole(shape), 300, every_s=2.0)
    running.wait("its run to be over", lambda: {run["state"] for run in running.runs()} == {"succeeded"}, 180)


@where_three_have_three_positions
def test_a_cluster_of_three_positions_is_bootstrapped_from_the_highest(running: Scenario, shape: Shape) -> None:
    wait_mark(running)
    running.break_("galera-staggered-kill", "ctl2", view="lost")
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 180)
    approve(running, run["id"])
    run = wait_run(running, "galera-bootstrap", ["verifying", "succeeded", "failed"], 400)
    assert run["state"] != "failed", run
    choice = next(step for step in run["steps"] if step["id"] == "choose")
    assert choice["given"]["host"] == "ctl2"
    assert whole(shape)
    assert all(left_on(host) == "" for host in mariadb.members(shape))


@where_it_is_on_a_member
def test_nothing_above_r1_is_done_to_the_host_of_the_daemon(running: Scenario, shape: Shape) -> None:
    """A lost cluster is left to a person there, and the decision says why."""
    running.break_("galera-all-killed", mariadb.members(shape)[0].name)
    incident = running.wait_incident(TARGET, "galera-cluster", ["open", "escalated"], 120)

    def refusals() -> dict[str, str]:
        refused = [each for each in running.decisions(incident["id"]) if each["outcome"] == "refused"]
        return {
            verdict["guard"]: verdict["reason"]
            for each in refused
            for verdict in each["verdicts"]
            if not verdict["allow"]
        }

    running.wait("a refusal", lambda: "ourselves" in refusals(), 180, every_s=1.0)
    assert refusals()["ourselves"] == "localhost is the host I run on: nothing above R1 there"
    assert running.runs() == []


@in_every_shape
def test_all_is_well_is_said_of_every_host_and_member(running: Scenario, shape: Shape) -> None:
    """Nothing is UNKNOWN: each host is reached as the daemon's own account, each member over the service network."""
    running.wait("the cluster to be OK", lambda: cluster(running)["state"] == "OK", 60)
    checked = running.json("check", "--cached")["results"]
    assert {row["state"] for row in checked} == {"OK"}, [row for row in checked if row["state"] != "OK"]
    assert {row["target"] for row in checked if row["check"] == "galera-node"} == {
        f"galera/{called(shape, h.name)}" for h in mariadb.members(shape)
    }
    assert {row["target"] for row in checked if row["check"] == "host-reachable"} == {
        f"host/{called(shape, name)}" for name in shape.hosts
    }
    assert TARGET in {row["target"] for row in checked}
    for host in (host for host in shapes.hosts() if host.name != shape.daemon_on):
        assert logins(host, since_s=running.written.config.stat().st_mtime) == {"remediator"}


def logins(host: Host, since_s: float) -> set[str]:
    """Return whom sshd of a host has let in, or refused, since a moment."""
    said = hosts.shell(host, f"journalctl -u ssh -o cat --no-pager --since @{int(since_s)}\n").out
    return set(re.findall(r"(?:Accepted publickey for|authenticating user|invalid user) (\S+)", said))


@where_there_are_two_networks
def test_one_network_is_cut_and_the_other_passes(shape: Shape) -> None:
    host = topology.host("cmp1")
    for network, silent, answers in (
        ("management", (host.management, 22), (host.address, 11211)),
        ("service", (host.address, 11211), (host.management, 22)),
    ):
        api.break_fault("partition", host.name, network=network)
        try:
            assert not accepts(*silent)
            assert accepts(*answers)
        finally:
            api.heal("partition", host.name)
        assert accepts(*silent)
    assert not accepts(host.address, 22), "sshd listens on the management network alone"


def accepts(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=3).close()
    except OSError:
        return False
    return True
