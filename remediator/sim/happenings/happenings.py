"""All that may happen in a story that chance tells, and what of it is a fault."""

from __future__ import annotations

from remediator.sim.happenings import acts, daemon_faults, host_faults, service_faults
from remediator.sim.happenings.kinds import Repertoire

HAPPENINGS = Repertoire.of(service_faults.KINDS, host_faults.KINDS, daemon_faults.KINDS, acts.KINDS)
SETS_RIGHT = Repertoire.of(
    acts.resume, acts.people_let_go, acts.wraps_end, acts.accept, acts.acknowledge, acts.approve, acts.deny, acts.resolve,
    acts.close_brake, acts.execute, acts.execute_member, service_faults.operator_starts,
)  # fmt: skip
"""People setting right."""
FAULTS = tuple(sorted(HAPPENINGS.kinds.keys() - SETS_RIGHT.kinds.keys()))
"""The names of what goes wrong or holds, as `make prove` counts it."""
