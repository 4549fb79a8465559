"""The shapes of the cloud in memory: which hosts there are, what the inventory calls them, and on which networks they
stand.

Invariant: a shape changes what the inventory knows and what hosts have, and nothing of how a service behaves. The names
that the inventory uses are a way to a host; the addresses that it does not know are those at which services listen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remediator.sim.technology import technologies

CONTROLLERS = ("ctl1", "ctl2", "ctl3")
COMPUTES = ("cmp1", "cmp2")
ON_CONTROLLER = ("memcached", "keystone")
ON_COMPUTE = ("neutron_agent", "cron")


@dataclass(frozen=True)
class Shape:
    """`ways`: by host, what the inventory has as its address; `services`: where its services listen; `also`: its other
    addresses. `on_compute`: the containers of a compute host, but for those that `on_host` names. `groups`: of hosts
    that are of another group than their kind. `engines`: of hosts that do not have Docker. Each technology says by
    itself what it puts on them (`sim.technology`)."""

    name: str
    controllers: tuple[str, ...]
    computes: tuple[str, ...]
    ways: Mapping[str, str]
    services: Mapping[str, str]
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    on_compute: tuple[str, ...] = ON_COMPUTE
    on_host: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    engines: Mapping[str, str] = field(default_factory=lambda: {"cmp2": "podman"})

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.controllers, *self.computes)

    def on(self, host: str) -> tuple[str, ...]:
        """Return the containers of `host`."""
        own = tuple(name for each in technologies() for name in each.containers(self, host))
        return (*own, *self.on_host.get(host, ON_CONTROLLER if host in self.controllers else self.on_compute))

    def engine(self, host: str) -> str:
        return self.engines.get(host, "docker")

    @property
    def inventory(self) -> str:
        """The inventory as a config has it."""
        lines = ["", "inventory:", "  hosts:"]
        for host in self.names:
            first = "control" if host in self.controllers else self.groups.get(host, "compute")
            groups = ", ".join((first, *(name for each in technologies() for name in each.groups(self, host))))
            engine = ", engine: podman" if self.engine(host) == "podman" else ""
            lines.append(f"    {host}: {{address: {self.ways[host]}, groups: [{groups}]{engine}}}")
        return "\n".join(lines) + "\n"


def _numbered(net: str, hosts: tuple[str, ...]) -> dict[str, str]:
    numbers = {
        "ctl1": 11,
        "ctl2": 12,
        "ctl3": 13,
        "cmp1": 21,
        "cmp2": 22,
        "h1": 31,
        "h2": 32,
        "h3": 33,
        "h4": 34,
        "h5": 35,
    }
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
"""The inventory has names alone; SSH goes over a management network, and services listen on a second one, an IPv6
one."""

_FIVE = ("h1", "h2", "h3", "h4", "h5")
FIVE_ALIKE = Shape(
    "five-alike",
    (),
    _FIVE,
    _numbered("192.0.2.", _FIVE),
    _numbered("192.0.2.", _FIVE),
    on_compute=("memcached", "cron"),
)
"""Five hosts of two containers each, and no controller: whatever there is to see is the gate."""

_FOUR = _FIVE[:4]
GATEWAYS = Shape(
    "gateways",
    (),
    _FOUR,
    _numbered("192.0.2.", _FOUR),
    _numbered("192.0.2.", _FOUR),
    on_compute=("rabbitmq", "ovn_controller"),
    on_host={"h4": ("ovn_controller",)},
    groups=dict.fromkeys(_FOUR[:3], "network"),
)
"""Three network hosts with a RabbitMQ cluster, and a compute host: whatever there is to see is who is a member of
what."""
