"""A turn over a store in memory, and a world that has seen nothing: for what writes rows and mirror together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from remediator.collect.facts import FactStore
from remediator.config import Config
from remediator.daemon.state.loaded import Loaded
from remediator.daemon.state.samples import Samples
from remediator.daemon.state.setup import Setup
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.model.content.specs import Content
from remediator.model.hosts import Host, Inventory
from remediator.model.identity import Identity
from remediator.model.manifest.together import Manifests
from remediator.model.times import Instant
from remediator.store import tables
from remediator.store.journal import Journal
from tests.unit.safety.cases import at

HOSTS = ("ctl1", "ctl2", "cmp1")


def a_world() -> World:
    hosts = {name: Host(name=name, address="192.0.2.1", groups=("control",)) for name in HOSTS}
    config = Config.model_validate(
        {"cloud": "lab", "inventory": {"hosts": {"ctl1": {"address": "192.0.2.1", "groups": ["control"]}}}}
    )
    world = World(
        setup=Setup(started_at=at(-60), own_boot_id="boot-1", read_pause=lambda: (), new_id=lambda: "another"),
        loaded=Loaded(
            config=config,
            content=Content(checks={}, rules={}, runbooks={}, actions={}, assessments={}, version="c"),
            integrations=Manifests({}),
            inventory=Inventory(hosts=hosts, version="v", source="test"),
            config_at=at(-60),
        ),
        samples=Samples(facts=FactStore({})),
    )
    world.health.known_as(Identity(cloud="lab", store="ours", instance="n", epoch=1, former=frozenset()))
    return world


@contextmanager
def a_turn(now: Instant | None = None) -> Iterator[Turn]:
    """Yield a turn whose store is empty; it is never committed."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        tables.metadata.create_all(connection)
        at_now = now if now is not None else at(0)
        yield Turn(world=a_world(), journal=Journal(connection, at_now), now=at_now)
    engine.dispose()
