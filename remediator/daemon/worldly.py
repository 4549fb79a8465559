"""A fresh world from the parts of a config."""

from __future__ import annotations

from remediator.collect.facts import FactStore
from remediator.daemon.inhibit.refraining import Refrain
from remediator.daemon.process import clock
from remediator.daemon.process.composing import Parts
from remediator.daemon.turn.world import World
from remediator.model.times import Clock


def world_of(parts: Parts, refrain: Refrain, time: Clock) -> World:
    """Return a world that has seen nothing yet."""
    world = World(
        config=parts.config,
        content=parts.content,
        integrations=parts.integrations,
        inventory=parts.inventory,
        facts=FactStore(parts.integrations),
        started_at=time.now(),
        own_boot_id=clock.own_boot_id(),
        read_pause=refrain,
    )
    world.own_cgroup = clock.own_cgroup()
    world.process_alive = clock.process_alive
    return world
