"""The shapes of the cloud in memory: which hosts there are, what the inventory calls them, and on which networks they stand.

Invariant: a shape changes what the inventory knows and what hosts have, and nothing of how a service behaves. The names that the
inventory uses are a way to a host; the addresses that it does not know are those at which services listen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CONTROLLERS = ("ctl1", "ctl2", "ctl3")
COMPUTES = ("cmp1", "cmp2")


@dataclass(frozen=True)
class Shape:
    """`ways`: by host, what the inventory has as its address; `services`: where its services listen; `also`: its other addresses."""

    name: str
    controllers: tuple[str, ...]
    computes: tuple[str, ...]
    ways: Mapping[str, str]
    services: Mapping[str, str]
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.controllers, *self.computes)

    @property
    def inventory(self) -> str:
        """The inventory as a config has it."""
        lines = ["", "inventory:", "  hosts:"]
        for host in self.names:
            groups = "[control, mariadb]" if host in self.controllers else "[compute]"
            engine = ", engine: podman" if host == "cmp2" else ""
            lines.append(f"    {host}: {{address: {self.ways[host]}, groups: {groups}{engine}}}")
        return "\n".join(lines) + "\n"


def _numbered(net: str, hosts: tuple[str, ...]) -> dict[str, str]:
    numbers = {"ctl1": 11, "ctl2": 12, "ctl3": 13, "cmp1": 21, "cmp2": 22}
    return {host: f"{net}{numbers[host]}" for host in hosts}


_ALL = (*CONTROLLERS, *COMPUTES)
_ONE = ("ctl1", *COMPUTES)

DEFAULT = Shape("default", CONTROLLERS, COMPUTES, _numbered("192.0.2.", _ALL), _numbered("192.0.2.", _ALL))
ONE_CONTROLLER = Shape("one-controller", ("ctl1",), COMPUTES, _numbered("192.0.2.", _ONE), _numbered("192.0.2.", _ONE))
"""A group of one: kolla gives it an empty list of members."""
NAMES_AND_NETWORKS = Shape(
    "names-and-networks",
    CONTROLLERS,
    COMPUTES,
    {host: host for host in _ALL},
    _numbered("2001:db8:0:2::", _ALL),
    {host: (f"198.51.100.{number}",) for number, host in enumerate(_ALL, 11)},
)
"""The inventory has names alone; SSH goes over a management network, and services listen on a second one, an IPv6 one."""
