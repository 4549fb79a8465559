"""The hosts of a small cloud, as the lab has them: three controllers with Galera, two compute hosts, one of them with Podman; or
those of another shape (`shapes.py`)."""

from __future__ import annotations

from remediator.integrations.galera.sim.cluster import Galera
from remediator.sim.clock import Timeline, VirtualClock
from remediator.sim.cloud.crowd import NOBODY, Crowd
from remediator.sim.cloud.hosts import SimHost
from remediator.sim.cloud.services import Service
from remediator.sim.cloud.shapes import COMPUTES, CONTROLLERS, DEFAULT, ON_COMPUTE, ON_CONTROLLER, Shape

__all__ = ["CHECKED", "COMPUTES", "CONTROLLERS", "NAMES", "ON_COMPUTE", "ON_CONTROLLER", "SimCloud"]

NAMES = DEFAULT.names
CHECKED = ("memcached", "neutron_agent")
WITHOUT_UNIT = (("cmp1", "cron"),)
"""Containers as releases before 2023.1 made them: the engine alone starts them."""


class SimCloud:
    """`cut_off`: hosts to which the daemon has no way at all, whatever they do. `also`: a second name in the inventory to the
    host that answers under it."""

    def __init__(self, clock: VirtualClock, timeline: Timeline, shape: Shape = DEFAULT, crowd: Crowd = NOBODY) -> None:
        self.clock, self.timeline, self.shape = clock, timeline, shape
        self.hosts = {name: self._host(name) for name in shape.names}
        for name, address in crowd.addresses.items():
            self.hosts[name] = SimHost(name, address, "docker", clock, {}, service_address=address)
        for host in self.hosts.values():
            for each in crowd.containers:
                host.services.setdefault(each, Service(host.name, each, timeline))
        members = {name: self.hosts[name] for name in shape.controllers}
        self.galera = Galera(
            timeline,
            {name: host.services["mariadb"] for name, host in members.items()},
            {name: host.service_address for name, host in members.items()},
        )
        for name in shape.controllers:
            self.hosts[name].galera = self.galera
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

    def service(self, host: str, name: str) -> Service:
        return self.hosts[host].services[name]
