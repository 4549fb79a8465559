"""The hosts of a small cloud, as the lab has them: three controllers with Galera, two compute hosts, one of them with Podman."""

from __future__ import annotations

from remediator.sim.galera import Galera
from remediator.sim.hosts import SimHost
from remediator.sim.services import Service
from remediator.sim.timeline import Timeline, VirtualClock

CONTROLLERS = ("ctl1", "ctl2", "ctl3")
COMPUTES = ("cmp1", "cmp2")
NAMES = (*CONTROLLERS, *COMPUTES)
ON_CONTROLLER = ("mariadb", "memcached", "keystone")
ON_COMPUTE = ("neutron_agent", "cron")
CHECKED = ("memcached", "neutron_agent")
WITHOUT_UNIT = (("cmp1", "cron"),)
"""Containers as releases before 2023.1 made them: the engine alone starts them."""

ADDRESSES = {
    "ctl1": "192.0.2.11",
    "ctl2": "192.0.2.12",
    "ctl3": "192.0.2.13",
    "cmp1": "192.0.2.21",
    "cmp2": "192.0.2.22",
}

INVENTORY = f"""
inventory:
  hosts:
    ctl1: {{address: {ADDRESSES["ctl1"]}, groups: [control, mariadb]}}
    ctl2: {{address: {ADDRESSES["ctl2"]}, groups: [control, mariadb]}}
    ctl3: {{address: {ADDRESSES["ctl3"]}, groups: [control, mariadb]}}
    cmp1: {{address: {ADDRESSES["cmp1"]}, groups: [compute]}}
    cmp2: {{address: {ADDRESSES["cmp2"]}, groups: [compute], engine: podman}}
"""


class SimCloud:
    """`cut_off`: hosts to which the daemon has no way at all, whatever they do."""

    def __init__(self, clock: VirtualClock, timeline: Timeline) -> None:
        self.clock, self.timeline = clock, timeline
        self.hosts = {name: self._host(name) for name in NAMES}
        members = {name: self.hosts[name] for name in CONTROLLERS}
        self.galera = Galera(
            timeline,
            {name: host.services["mariadb"] for name, host in members.items()},
            {name: host.address for name, host in members.items()},
        )
        for name in CONTROLLERS:
            self.hosts[name].galera = self.galera
        self.cut_off: set[str] = set()

    def _host(self, name: str) -> SimHost:
        names = ON_CONTROLLER if name in CONTROLLERS else ON_COMPUTE
        services = {
            each: Service(name, each, self.timeline, has_unit=(name, each) not in WITHOUT_UNIT, checked=each in CHECKED)
            for each in names
        }
        engine = "podman" if name == "cmp2" else "docker"
        return SimHost(name, ADDRESSES[name], engine, self.clock, services)

    def service(self, host: str, name: str) -> Service:
        return self.hosts[host].services[name]
