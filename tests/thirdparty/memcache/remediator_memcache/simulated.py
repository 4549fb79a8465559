"""memcached in the cloud in memory of `remediator.sim`: it goes deaf, and answers again once its unit is restarted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from remediator.sim.cloud.cloud import SimCloud
from remediator.sim.cloud.services import Service
from remediator.sim.part import Ledger, Part
from remediator.sim.technology import Technology
from remediator_memcache.manifest import CONTAINER

if TYPE_CHECKING:
    from remediator.sim.proof.ways import Way


class Memcaches(Part):
    """Those of the controllers."""

    def __init__(self, cloud: SimCloud) -> None:
        self._services: Mapping[str, Service] = {
            host: cloud.service(host, CONTAINER) for host in cloud.shape.controllers
        }
        self._deaf_since: dict[str, int] = {}
        """Host to how often its service had been started when it went deaf."""
        for host in self._services:
            cloud.hosts[host].more["memcache"] = partial(self._section, host)
            cloud.hosts[host].parts.append(self)

    def go_deaf(self, host: str) -> None:
        self._deaf_since[host] = len(self._services[host].starts)

    def mend(self, host: str) -> None:
        self._deaf_since.pop(host, None)

    def answers(self, host: str) -> bool:
        service = self._services[host]
        return service.running and len(service.starts) > self._deaf_since.get(host, -1)

    @property
    def whole(self) -> bool:
        return all(map(self.answers, self._services))

    def _section(self, host: str) -> Mapping[str, bool]:
        return {"answers": self.answers(host)}


@dataclass
class MemcacheLedger(Ledger):
    """Its runbook is for one that is deaf, whether its container runs or not."""

    memcaches: Memcaches
    services = (CONTAINER,)

    def sick(self, host: str) -> bool:
        return not self.memcaches.answers(host)


def memcaches_of(cloud: SimCloud) -> Memcaches:
    """Return what plays memcached in `cloud`."""
    found = cloud.parts["memcache"]
    assert isinstance(found, Memcaches)
    return found


def _ways() -> Sequence[Way]:
    from remediator_memcache.simulated_ways import WAYS

    return WAYS


TECHNOLOGY = Technology(
    name="memcache",
    part=Memcaches,
    ledger=lambda cloud: MemcacheLedger(memcaches_of(cloud)),
    hosts=lambda shape: shape.controllers,
    settings="  memcache: {port: 11212, word: {env: REMEDIATOR_SIM_PASSWORD}}\n",
    checks=("memcache-answers",),
    ways=_ways,
)
