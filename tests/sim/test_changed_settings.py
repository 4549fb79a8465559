"""A late step is built from the content and settings under which its plan was made and approved, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.integrations.galera.sim.happenings.expectations import bootstrapped_on
from remediator.integrations.galera.sim.happenings.losses import cluster_lost
from remediator.integrations.galera.sim.stories.moments import APPROVED, CTL1, HEALTHY, LOST, WHOLE
from remediator.model.content.actions import AtTurn, Built, StepInput
from remediator.model.content.commands import Command
from remediator.model.records.pager_keys import PageKind
from remediator.model.records.records import StepState
from remediator.sim.happenings.acts import approve
from remediator.sim.happenings.expectations import (
    not_paged,
    nothing_leaves,
    until_asked,
    until_nothing_is_left,
    until_paged,
    until_planned,
    until_step,
)
from remediator.sim.happenings.faults.rare_faults import cancel
from remediator.sim.happenings.kinds import kind
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.paged import Paged
from remediator.sim.stories import stories
from remediator.sim.stories.stories import Setup, story, then

pytestmark = pytest.mark.sim


@kind
def content_is(stage: Stage, version: str) -> None:
    """The daemon has loaded other content; `version` empty: what it began with again."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    content = daemon.world.loaded.content
    first = content.version.partition("|")[0]
    daemon.world.loaded = replace(
        daemon.world.loaded, content=replace(content, version=f"{first}|{version}" if version else first)
    )


def reboots(order: StepInput) -> Built:
    return (Command(host=order.host.name, argv=("reboot",), timeout_s=5.0),)


@kind
def the_action_strays(stage: Stage, name: str) -> None:
    """An action of the same content builds what it was never said to: a mistake in it, or another program under the
    same number."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    content = daemon.world.loaded.content
    strange = replace(content.actions[name], when=AtTurn(commands=reboots))
    daemon.world.loaded = replace(
        daemon.world.loaded, content=replace(content, actions={**content.actions, name: strange})
    )


STORIES = {
    "what nobody said yes to does not leave": story(
        LOST,
        APPROVED,
        then(0, until_step("stop_ctl1", StepState.DONE)),
        then(0, the_action_strays("galera.save")),
        then(0, until_paged(Paged(PageKind.EARLY, says="reboot"), 60.0)),
        setup=Setup.RECOVERING,
    ),
    "held, told, and put back": story(
        LOST,
        APPROVED,
        then(0, until_step("read_ctl2", StepState.INTENT)),
        then(0, content_is("other")),
        then(25, nothing_leaves(130.0, "it was approved under other settings")),
        then(0, until_paged(Paged(PageKind.HELD, says="it was planned under other content or settings"), 10.0)),
        then(0, until_paged(Paged(PageKind.HELD, says="runs cancel run-"), 1.0)),
        then(0, bootstrapped_on()),
        then(0, content_is("")),
        WHOLE,
        CTL1,
        setup=Setup.RECOVERING,
    ),
    "cancelled, and left to people": story(
        LOST,
        then(0, until_step("read_ctl2", StepState.INTENT)),
        then(0, content_is("other")),
        then(30, cancel()),
        then(0, until_nothing_is_left(300.0)),
        then(0, bootstrapped_on()),
        then(0, until_paged(Paged(PageKind.RULE), 10.0)),
        setup=Setup.UNATTENDED,
    ),
    "what settles comes to its end": story(
        LOST,
        then(0, until_step("join_ctl2", StepState.SETTLING)),
        then(0, content_is("other")),
        then(0, until_step("join_ctl2", StepState.DONE)),
        then(0, until_paged(Paged(PageKind.HELD, says="join_ctl3 would be built from ours"), 300.0)),
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    "not begun: planned anew at once": story(
        HEALTHY,
        then(0, cluster_lost()),
        then(0, until_planned()),
        then(0, content_is("other")),
        WHOLE,
        CTL1,
        then(60, not_paged(Paged(PageKind.HELD))),
        setup=Setup.UNATTENDED,
    ),
    "not begun: approved once more": story(
        LOST,
        then(0, until_asked()),
        then(0, content_is("other")),
        then(5, approve()),
        then(0, nothing_leaves(30.0, "the yes was to other settings")),
        then(0, bootstrapped_on()),
        APPROVED,
        WHOLE,
        CTL1,
        setup=Setup.RECOVERING,
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_late_step_is_not_built_from_what_nobody_has_seen(name: str) -> None:
    told = stories.tell(STORIES[name])
    assert told.violation is None, f"{told.violation}"
