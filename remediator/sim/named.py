"""All directed stories by name: those of guards and journal, of brakes and pages, and of a lost Galera cluster.

Invariant: `REPERTOIRE` has every kind of the simulator, so that whatever a proof tells can be read back and told again.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.sim import (
    brakes,
    directed,
    expectations,
    galera_expectations,
    galera_faults,
    happenings,
    rare_faults,
    recovering,
    recovering_live,
)
from remediator.sim.kinds import Repertoire
from remediator.sim.scenarios import Scenario, by_name

SCENARIOS: Mapping[str, Scenario] = by_name(
    each for room in (directed, brakes, recovering, recovering_live) for each in room.SCENARIOS
)
REPERTOIRE = Repertoire.of(
    happenings.HAPPENINGS, expectations.KINDS, rare_faults.KINDS, galera_expectations.KINDS, galera_faults.KINDS
)
