"""All directed stories by name: those of guards and journal, and those of a lost Galera cluster."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.sim import directed, recovering, recovering_live
from remediator.sim.stories import Story

NAMED: Mapping[str, Story] = {**directed.NAMED, **recovering.NAMED, **recovering_live.NAMED}
assert len(NAMED) == len(directed.NAMED) + len(recovering.NAMED) + len(recovering_live.NAMED)
