"""How its runbook comes to run in the cloud in memory: the daemon dies at each point of it."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.sim.happenings.kinds import kind
from remediator.sim.happenings.stage import Stage
from remediator.sim.proof.ways import Way
from remediator_memcache.manifest import CONTAINER
from remediator_memcache.simulated import memcaches_of


@kind
def goes_deaf(stage: Stage, host: str) -> None:
    """Its memcached runs, and answers nobody."""
    memcaches_of(stage.simulation.cloud).go_deaf(host)


@dataclass(frozen=True)
class Deaf(Way):
    """It answers again."""

    def is_whole(self, stage: Stage) -> bool:
        return memcaches_of(stage.simulation.cloud).whole


WAYS = (Deaf("memcache-restart", "memcache-restart", "ctl2", CONTAINER, goes_deaf("ctl2")),)
