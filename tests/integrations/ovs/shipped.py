"""The cases of the checks of Open vSwitch."""

from __future__ import annotations

from typing import Any

from remediator.model.content.judging import State
from remediator.model.targets import member
from tests.builders.shipped import Fault, Shipped

SWITCH: dict[str, Any] = {
    "database": "answered", "vswitchd": "answered", "reason": None, "ovn": True, "br_int": True,
    "bridges": ["br-ex", "br-int"], "errors": [], "errors_in_all": 0, "applied": True, "version": "3.5.0",
}  # fmt: skip
PLATFORM: dict[str, Any] = {
    "kernel": "6.8.0-60-generic", "nat": True, "datapath": True, "geneve": True,
    "conntrack_used": 0.01, "conntrack": 2621, "conntrack_max": 262144, "denials": [],
}  # fmt: skip
FAULTS: tuple[Fault, ...] = (
    ("ovs-switch", {}, State.OK, None, ()),
    ("ovs-switch", {"ovn": False, "br_int": False}, State.OK, None, ()),
    ("ovs-switch", {"database": "stopped", "reason": "it has no socket"}, State.CRITICAL, None, ()),
    ("ovs-switch", {"vswitchd": "wedged", "reason": "no whole answer within 2.0 s"}, State.CRITICAL, None, ()),
    ("ovs-switch", {"br_int": False}, State.CRITICAL, None, ()),
    ("ovs-switch", {"errors_in_all": 1, "errors": ["tap1: No such device"]}, State.WARNING, None, ()),
    ("ovs-switch", {"vswitchd": "unreached", "reason": "permission denied"}, State.WARNING, None, ()),
    ("ovs-platform", {}, State.OK, None, ()),
    ("ovs-platform", {"conntrack_used": None, "conntrack": None, "conntrack_max": None}, State.OK, None, ()),
    ("ovs-platform", {"geneve": None, "datapath": False}, State.OK, None, ()),
    ("ovs-platform", {"kernel": "4.4.0-210", "nat": False}, State.CRITICAL, None, ()),
    ("ovs-platform", {"conntrack_used": 0.97, "conntrack": 254280}, State.CRITICAL, None, ()),
    ("ovs-platform", {"conntrack_used": 0.8, "conntrack": 209716}, State.WARNING, None, ()),
    ("ovs-platform", {"geneve": False}, State.WARNING, None, ()),
    ("ovs-platform", {"denials": ["docker-default: /run/netns"]}, State.WARNING, None, ()),
)
SHIPPED = Shipped(
    targets={"ovs": member("ovs", "ctl1")},
    healthy={"ovs-switch": SWITCH, "ovs-platform": PLATFORM},
    faults=FAULTS,
    risks={},
)
