"""All directed stories by name: those of guards and journal, of brakes and pages, and of each technology.

Invariant: `REPERTOIRE` has every kind of the simulator, so that whatever a proof tells can be read back and told again.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.sim.happenings import expectations, happenings
from remediator.sim.happenings.faults import rare_faults
from remediator.sim.happenings.kinds import Repertoire
from remediator.sim.stories import brake_scenarios, scenarios
from remediator.sim.stories.scenario import Scenario, by_name
from remediator.sim.technology import technologies

OF_TECHNOLOGIES = tuple(one for each in technologies() for one in each.scenarios())
SCENARIOS: Mapping[str, Scenario] = by_name((*scenarios.SCENARIOS, *brake_scenarios.SCENARIOS, *OF_TECHNOLOGIES))
REPERTOIRE = Repertoire.of(
    happenings.HAPPENINGS,
    expectations.KINDS,
    rare_faults.KINDS,
    *(own.directed for own in happenings.OF_TECHNOLOGIES),
)
