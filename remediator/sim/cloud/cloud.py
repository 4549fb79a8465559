"""The hosts of a small cloud, as the lab has them: three controllers and two compute hosts, one of them with Podman.
`shapes.py` has other shapes. On them stands what the installed technologies play (`sim.technology`)."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.sim.clock import Timeline, VirtualClock
from remediator.sim.cloud import scripts
from remediator.sim.cloud.crowd import NOBODY, Crowd
from remediator.sim.cloud.hosts import SimHost
from remediator.sim.cloud.scripts import Script
from remediator.sim.cloud.services import Service
from remediator.sim.cloud.shapes import COMPUTES, CONTROLLERS, DEFAULT, ON_COMPUTE, ON_CONTROLLER, Shape
from remediator.sim.technology import technologies

__all__ = ["CHECKED", "COMPUTES", "CONTROLLERS", "NAMES", "ON_COMPUTE", "ON_CONTROLLER", "SimCloud"]

NAMES = DEFAULT.names
CHECKED = ("memcached", "neutron_agent")
WITHOUT_UNIT = (("cmp1", "cron"),)
"""Containers as releases before 2023.1 made them: the engine alone starts them."""


class SimCloud:
    """`cut_off`: hosts to which the daemon has no way at all, whatever they do. `also`: a second name in the inventory
    to the host that answers under it."""

    def __init__(self, clock: VirtualClock, timeline: Timeline, shape: Shape = DEFAULT, crowd: Crowd = NOBODY) -> None:
        self.clock, self.timeline, self.shape = clock, timeline, shape
        self.hosts = {name: self._host(name) for name in shape.names}
        for name, address in crowd.addresses.items():
            self.hosts[name] = SimHost(name, address, "docker", clock, {}, service_address=address)
        for host in self.hosts.values():
            for each in crowd.containers:
                host.services.setdefault(each, Service(host.name, each, timeline))
        self.scripts = {name: script for each in technologies() for name, script in each.scripts.items()}
        self.stateful = frozenset(name for each in technologies() for name in each.stateful)
        self.parts = {each.name: each.part(self) for each in technologies()}
        self.cut_off: set[str] = set()
        self.also: dict[str, str] = {}

    def machine(self, name: str) -> SimHost:
        """Return the host that answers where the inventory has `name`."""
        return self.hosts[self.also.get(name, name)]

    def _host(self, name: str) -> SimHost:
        services = {
            each: Service(name, each, self.timeline, has_unit=(name, each) not in WITHOUT_UNIT, checked=each in CHECKED)
            for each in self.shape.on(name)
        }
        return SimHost(
            name, self.shape.ways[name], self.shape.engine(name), self.clock, services,
            service_address=self.shape.services[name], other_addresses=self.shape.also.get(name, ()),
        )  # fmt: skip

    def script_of(self, argv: Sequence[str]) -> Script | None:
        """Return the script that `argv` runs, None when it runs none. Raise KeyError for one that nobody plays."""
        name = scripts.name_of(argv)
        return None if name is None else self.scripts[name]

    def changes(self, argv: Sequence[str]) -> bool:
        """Return whether what `argv` runs changes anything."""
        script = self.script_of(argv)
        return script is None or not script.only_reads

    def leftovers(self) -> dict[str, str]:
        """Return host to what a run of the daemon has left there."""
        return {host: what for part in self.parts.values() for host, what in part.leftovers().items()}

    def service(self, host: str, name: str) -> Service:
        return self.hosts[host].services[name]
