"""All directed stories by name: those of guards and journal, of brakes and pages, and of a lost Galera cluster."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.sim import brakes, directed, recovering, recovering_live
from remediator.sim.stories import Story

ROOMS = (directed, brakes, recovering, recovering_live)
NAMED: Mapping[str, Story] = {name: story for room in ROOMS for name, story in room.NAMED.items()}
assert len(NAMED) == sum(len(room.NAMED) for room in ROOMS)
