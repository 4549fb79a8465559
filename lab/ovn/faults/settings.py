"""Faults of what a host's own Open vSwitch database says of OVN: a key that is missing, or has a wrong value."""

from __future__ import annotations

from lab.cloud import topology
from lab.cloud.topology import Host
from lab.faults.model import Broken, Fault, Param
from lab.outer.proc import poll
from lab.ovn import meter, switch

WRONG = {
    "ovn-remote": "tcp:10.77.0.99:6642",
    "ovn-encap-ip": "10.77.2.99",
    "ovn-encap-type": "vxlan",
    "ovn-bridge-mappings": "physnet1:br-gone",
    "ovn-cms-options": "availability-zones=nowhere",
    "hostname": "somebody-else.lab.test",
}
"""A value that cannot be right, of each key that a fault may spoil. A changed `system-id` makes another chassis of the
host, so it is only ever missing."""
KEYS = ("system-id", *WRONG)


def _missing(broken: Broken) -> list[str]:
    key = _key(broken)
    switch.vsctl(broken.host, "remove", "Open_vSwitch", ".", "external-ids", key)
    _notice(broken.host, key)
    return [f"external-ids:{key} of {broken.host.name} is gone"]


def _wrong(broken: Broken) -> list[str]:
    key = _key(broken)
    value = WRONG[key]
    switch.vsctl(broken.host, "set", "Open_vSwitch", ".", f"external-ids:{key}={switch.quoted(value)}")
    _notice(broken.host, key)
    return [f"external-ids:{key} of {broken.host.name} is {value}"]


def _key(broken: Broken) -> str:
    return broken.params["key"]


def _notice(host: Host, key: str) -> None:
    """Wait until a controller whose remote is gone or wrong is not connected any more."""
    if key == "ovn-remote":
        poll(f"the controller of {host.name} to lose its remote", lambda: not switch.connected(host), limit_s=30)


def undo(broken: Broken) -> None:
    """Put every key back as kolla set it, and wait until guests reach each other again."""
    for key, value in switch.external_ids(broken.host).items():
        switch.vsctl(broken.host, "set", "Open_vSwitch", ".", f"external-ids:{key}={switch.quoted(value)}")
    poll(f"the controller of {broken.host.name}", lambda: switch.connected(broken.host), limit_s=60)
    meter.wait_flowing(90.0)


FAULTS = (
    Fault(
        name="ovn-setting-missing",
        summary="one key of external-ids of a host's Open vSwitch is gone",
        hosts=topology.NAMES,
        default="cmp1",
        check="ovn-settings",
        outcome="cured",
        heals="puts every key back as kolla set it",
        start=_missing,
        undo=undo,
        params={"key": Param(help="which key", default="ovn-remote", choices=KEYS)},
    ),
    Fault(
        name="ovn-setting-wrong",
        summary="one key of external-ids of a host's Open vSwitch has a value that cannot be right",
        hosts=topology.NAMES,
        default="cmp1",
        check="ovn-settings",
        outcome="cured",
        heals="puts every key back as kolla set it",
        start=_wrong,
        undo=undo,
        params={"key": Param(help="which key", default="ovn-remote", choices=tuple(WRONG))},
    ),
)
