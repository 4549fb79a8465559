"""The directed stories of brakes and pages hold."""

from __future__ import annotations

import pytest

from remediator.sim.stories import brake_scenarios, stories
from remediator.sim.stories.scenario import Scenario

pytestmark = [pytest.mark.sim, pytest.mark.timeout(600)]


@pytest.mark.parametrize("scenario", brake_scenarios.SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_directed_story_of_a_brake_holds(scenario: Scenario) -> None:
    told = stories.tell(scenario.story)
    assert told.violation is None, f"{scenario.name}: {told.violation}"
