"""The directed stories of brakes and pages hold."""

from __future__ import annotations

import pytest

from remediator.sim import brakes, stories

pytestmark = [pytest.mark.sim, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", brakes.NAMED)
def test_a_directed_story_of_a_brake_holds(name: str) -> None:
    told = stories.tell(brakes.NAMED[name])
    assert told.violation is None, f"{name}: {told.violation}"
