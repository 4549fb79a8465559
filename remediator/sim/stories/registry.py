"""All directed stories by name: those of guards and journal, of brakes and pages, and of a lost Galera cluster.

Invariant: `REPERTOIRE` has every kind of the simulator, so that whatever a proof tells can be read back and told again.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.integrations.galera.sim import expectations as galera_expectations
from remediator.integrations.galera.sim import faults as galera_faults
from remediator.integrations.galera.sim import live_scenarios as recovering_live
from remediator.integrations.galera.sim import scenarios as recovering
from remediator.sim.happenings import expectations, happenings, rare_faults
from remediator.sim.happenings.kinds import Repertoire
from remediator.sim.stories import brake_scenarios, scenarios
from remediator.sim.stories.scenario import Scenario, by_name

SCENARIOS: Mapping[str, Scenario] = by_name(
    each for room in (scenarios, brake_scenarios, recovering, recovering_live) for each in room.SCENARIOS
)
REPERTOIRE = Repertoire.of(
    happenings.HAPPENINGS, expectations.KINDS, rare_faults.KINDS, galera_expectations.KINDS, galera_faults.KINDS
)
