"""The lab's network under each of its faults: what that costs on the wire, seen from inside of the guests.

Every heal ends it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from lab import api
from lab.cloud import technologies, topology
from lab.outer.proc import poll
from lab.ovn import databases, meter, network, switch
from lab.ovn.faults import central
from tests.lab.scenario import Row

pytestmark = [
    pytest.mark.lab,
    pytest.mark.part("ovn"),
    pytest.mark.full("a lab with a network is made anew: make lab-full PART=ovn"),
    pytest.mark.alone,
    pytest.mark.timeout(420),
]
SILENCE_S = 5.0
"""How long a broken network is watched."""
FLAWLESS = (0, 0)
ALL = (True, True)
TUNNEL, GATEWAY = (True, False), (False, True)


@pytest.fixture(scope="module", autouse=True)
def the_network() -> None:
    if "ovn" not in {each.name for each in technologies.in_use()}:
        pytest.skip("the lab has no network: python -m lab up --with ovn")
    meter.wait_flowing()


@pytest.fixture(autouse=True)
def healed() -> Iterator[None]:
    yield
    api.heal()


def test_every_host_is_a_chassis_and_each_database_has_one_leader() -> None:
    leader = databases.leader_of(databases.SOUTH)
    assert leader is not None
    said = databases.control(leader, "ovn-sbctl", "--bare", "--columns=name", "list", "Chassis").out.split()
    assert sorted(said) == sorted(topology.NAMES)
    for database in databases.BOTH:
        roles = [line for h in databases.members() for line in databases.status(database, h).splitlines()]
        assert roles.count("Role: leader") == 1
        assert roles.count("Role: follower") == 2
    assert sorted(central.states().values()) == ["active", "standby", "standby"]


def test_the_tunnel_has_a_network_of_its_own() -> None:
    for host in topology.HOSTS:
        ids = switch.external_ids(host)
        assert ids["ovn-encap-ip"] == network.TUNNEL.address(host)
        assert network.TUNNEL.address(host) not in ids["ovn-remote"]
    start = time.time()
    time.sleep(3)
    for ping in network.PINGS:
        seen = meter.lost(ping, start)
        assert seen.sent >= 20
        assert seen.lost == 0


@pytest.mark.parametrize(
    ("fault", "host", "params", "breaks"),
    [
        ("ovn-setting-missing", "cmp1", {"key": "ovn-remote"}, (False, False)),
        ("ovn-setting-missing", "cmp1", {"key": "system-id"}, (False, False)),
        ("ovn-setting-wrong", "cmp1", {"key": "ovn-remote"}, (False, False)),
        ("ovn-setting-wrong", "cmp1", {"key": "ovn-encap-ip"}, ALL),
        ("ovn-setting-wrong", "ctl1", {"key": "ovn-bridge-mappings"}, GATEWAY),
        ("ovn-controller-failed", "cmp1", {}, (False, False)),
        ("ovn-controller-wedged", "cmp2", {}, (False, False)),
        ("ovs-vswitchd-wedged", "cmp1", {}, TUNNEL),
        ("ovs-bridge-gone", "cmp1", {}, TUNNEL),
        ("ovn-member-failed", "ctl3", {"database": "sb"}, (False, False)),
        ("ovn-member-failed", "ctl1", {"database": "nb", "role": "leader"}, (False, False)),
        ("ovn-member-wedged", "ctl3", {"database": "nb"}, (False, False)),
        ("ovn-member-cut", "ctl2", {"database": "sb"}, (False, False)),
        ("ovn-no-quorum", "ctl1", {"database": "sb"}, (False, False)),
        ("ovn-northd-stopped", "ctl1", {"which": "all"}, (False, False)),
        ("ovn-northd-paused", "ctl1", {}, (False, False)),
    ],
)
def test_a_fault_breaks_what_it_says_and_its_heal_ends_it(
    fault: str, host: str, params: dict[str, str], breaks: tuple[bool, bool]
) -> None:
    """What only the control plane lost, no guest notices: flows stay as they were."""
    broken = time.time()
    api.break_fault(fault, host, **params)
    seen = time.time()
    time.sleep(SILENCE_S)
    lost = [meter.lost(ping, broken).lost > 0 for ping in network.PINGS]
    assert lost == list(breaks)
    api.heal(fault, host)
    row = Row(fault=" ".join([fault, *params.values()]), host=host, seen_s=round(seen - broken, 1))
    row.outcome = f"lost {[meter.lost(ping, broken).lost for ping in network.PINGS]}"
    row.keep()
    poll("every controller", lambda: all(switch.connected(h) for h in topology.HOSTS), limit_s=60)
    start = time.time()
    time.sleep(2)
    assert [meter.lost(ping, start).lost for ping in network.PINGS] == [0, 0]


def test_a_host_that_boots_has_its_tunnel_and_its_guests_again() -> None:
    host = topology.host("cmp1")
    api.break_fault("host-reboot", host.name)
    api.heal("host-reboot", host.name)
    poll("the controller", lambda: switch.connected(host), limit_s=120)
    meter.wait_flowing(120.0)
