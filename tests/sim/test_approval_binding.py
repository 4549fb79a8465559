"""A yes is bound to what it was given to: fewer than eight characters of a hash name nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from remediator.integrations.galera.sim.happenings.expectations import bootstrapped_on
from remediator.integrations.galera.sim.happenings.losses import cluster_lost
from remediator.integrations.galera.sim.stories.moments import ASKED, CTL1, HEALTHY, UNFLUSHED, WHOLE
from remediator.sim.happenings.acts import approve
from remediator.sim.happenings.expectations import broken, nothing_leaves, until_asked
from remediator.sim.happenings.faults.rare_faults import consent
from remediator.sim.happenings.kinds import kind
from remediator.sim.happenings.people import OTHER
from remediator.sim.happenings.stage import Stage
from remediator.sim.stories import stories
from remediator.sim.stories.stories import Setup, Story, story, then

pytestmark = pytest.mark.sim


@kind
def a_yes_to_nothing(stage: Stage, how: str) -> None:
    """Somebody who may approve says yes, and does not say to what: it is refused."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    for run in list(daemon.world.durable.runs.values()):
        whole = run.asks_hash or run.plan.hash
        given: Mapping[str, Mapping[str, Any]] = {
            "no": {}, "an empty": {"plan": ""}, "a number for a": {"plan": 4},
            "one character of the": {"plan": whole[:1]}, "seven characters of the": {"plan": whole[:7]},
        }  # fmt: skip
        answer = stage.simulation.ask("approve", OTHER, run=run.id, **given[how])
        if answer is None or (answer.exit, answer.error.startswith("changed: ")) != (4, True):
            broken(stage, "held", f"with {how} hash: {answer}")


def asked(how: str) -> Story:
    return story(
        HEALTHY,
        UNFLUSHED,
        then(0, cluster_lost()),
        ASKED,
        then(0, a_yes_to_nothing(how)),
        then(0, nothing_leaves(60.0, "nobody has said yes to the loss")),
        then(0, bootstrapped_on()),
        then(0, consent()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
    )


def waits(how: str) -> Story:
    return story(
        HEALTHY, then(0, cluster_lost()), then(0, until_asked()), then(0, a_yes_to_nothing(how)),
        then(0, nothing_leaves(60.0, "nobody has approved it")), then(0, bootstrapped_on()),
        then(0, approve()), WHOLE, CTL1, setup=Setup.RECOVERING,
    )  # fmt: skip


@pytest.mark.parametrize("how", ["no", "an empty", "a number for a", "one character of the", "seven characters of the"])
def test_what_a_held_run_asks_about_is_named(how: str) -> None:
    told = stories.tell(asked(how))
    assert told.violation is None, f"{told.violation}"


@pytest.mark.parametrize("how", ["an empty", "a number for a", "one character of the", "seven characters of the"])
def test_a_plan_that_waits_is_named_by_enough_of_its_hash(how: str) -> None:
    told = stories.tell(waits(how))
    assert told.violation is None, f"{told.violation}"
