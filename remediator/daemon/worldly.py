"""A fresh world from the parts of a config."""

from __future__ import annotations

from remediator.collect.facts import FactStore
from remediator.daemon.inhibit.inhibitors import Refrain
from remediator.daemon.process import clock
from remediator.daemon.process.composition import Parts
from remediator.daemon.state.loaded import Loaded
from remediator.daemon.state.samples import Samples
from remediator.daemon.state.setup import Setup
from remediator.daemon.state.world import World
from remediator.model.times import Clock


def world_of(parts: Parts, refrain: Refrain, time: Clock) -> World:
    """Return a world that has seen nothing yet."""
    started_at = time.now()
    return World(
        setup=Setup(
            started_at=started_at,
            own_boot_id=clock.own_boot_id(),
            own_cgroup=clock.own_cgroup(),
            read_pause=refrain,
            process_alive=clock.process_alive,
        ),
        loaded=Loaded(
            config=parts.config,
            content=parts.content,
            integrations=parts.integrations,
            inventory=parts.inventory,
            config_at=started_at,
        ),
        samples=Samples(facts=FactStore(parts.integrations)),
    )
