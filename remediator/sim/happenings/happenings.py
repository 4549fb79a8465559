"""All that may happen in a story that chance tells, and which happenings are faults."""

from __future__ import annotations

from remediator.sim.happenings import acts
from remediator.sim.happenings.faults import daemon_faults, host_faults, service_faults
from remediator.sim.happenings.kinds import Repertoire
from remediator.sim.technology import technologies

OF_TECHNOLOGIES = tuple(own for each in technologies() if (own := each.happens()) is not None)
HAPPENINGS = Repertoire.of(
    service_faults.KINDS, host_faults.KINDS, daemon_faults.KINDS, acts.KINDS, *(own.told for own in OF_TECHNOLOGIES)
)
SETS_RIGHT = Repertoire.of(
    acts.resume,
    acts.people_let_go,
    acts.wraps_end,
    acts.accept,
    acts.acknowledge,
    acts.approve,
    acts.deny,
    acts.resolve,
    acts.close_brake,
    acts.execute,
    service_faults.operator_starts,
    *(own.sets_right for own in OF_TECHNOLOGIES),
)
"""People setting right."""
FAULTS = tuple(sorted(HAPPENINGS.kinds.keys() - SETS_RIGHT.kinds.keys()))
"""The names of what goes wrong or holds, as `make prove` counts it."""
