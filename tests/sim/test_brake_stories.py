"""The directed stories of brakes and pages hold."""

from __future__ import annotations

import pytest

from remediator.sim.stories import brakes, stories
from remediator.sim.stories.scenarios import Scenario

pytestmark = [pytest.mark.sim, pytest.mark.timeout(600)]


@pytest.mark.parametrize("scenario", brakes.SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_directed_story_of_a_brake_holds(scenario: Scenario) -> None:
    told = stories.tell(scenario.story)
    assert told.violation is None, f"{scenario.name}: {told.violation}"
