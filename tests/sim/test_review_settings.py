"""A step that is built in its turn is built from the content and the settings that its plan was made and approved under, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.model.actions import AtTurn, Built, StepInput
from remediator.model.commands import Command
from remediator.sim import stories
from remediator.sim.directed import never, then
from remediator.sim.happenings import Stage, kind
from remediator.sim.recovering import APPROVED, CTL1, HEALTHY, LOST, WHOLE, story

pytestmark = pytest.mark.sim


@kind(0, never)
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


@kind(0, never)
def the_action_strays(stage: Stage, name: str) -> None:
    """An action of the same content builds what it was never said to: a mistake in it, or another program under the same number."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    content = daemon.world.loaded.content
    strange = replace(content.actions[name], when=AtTurn(commands=reboots))
    daemon.world.loaded = replace(
        daemon.world.loaded, content=replace(content, actions={**content.actions, name: strange})
    )


STORIES = {
    "what nobody said yes to does not leave": story(
        "approve", LOST, APPROVED, then(0, "until-step", "stop_ctl1", "done"), then(0, "the-action-strays", "galera.save"),
        then(0, "until-paged", "what no yes to its plan covers: reboot", 60.0),
    ),
    "held, told, and put back": story(
        "approve", LOST, APPROVED, then(0, "until-step", "read_ctl2", "intent"), then(0, "content-is", "other"),
        then(25, "nothing-leaves", 130.0, "it was approved under other settings"),
        then(0, "until-paged", "it was planned under other content or settings", 10.0), then(0, "until-paged", "runs cancel run-", 1.0),
        then(0, "bootstrapped-on"), then(0, "content-is", ""), WHOLE, CTL1,
    ),
    "cancelled, and left to people": story(
        "unattended", LOST, then(0, "until-step", "read_ctl2", "intent"), then(0, "content-is", "other"), then(30, "cancel"),
        then(0, "until-nothing-is-left", 300.0), then(0, "bootstrapped-on"), then(0, "until-paged", "needs a person", 10.0),
    ),
    "what settles comes to its end": story(
        "unattended", LOST, then(0, "until-step", "join_ctl2", "settling"), then(0, "content-is", "other"),
        then(0, "until-step", "join_ctl2", "done"), then(0, "until-paged", "join_ctl3 would be built from ours", 300.0), CTL1,
    ),
    "not begun: planned anew at once": story(
        "unattended", HEALTHY, then(0, "cluster-lost"), then(0, "until-planned"), then(0, "content-is", "other"), WHOLE, CTL1,
        then(60, "not-paged", "is held"),
    ),
    "not begun: approved once more": story(
        "approve", LOST, then(0, "until-asked"), then(0, "content-is", "other"), then(5, "approve"),
        then(0, "nothing-leaves", 30.0, "the yes was to other settings"), then(0, "bootstrapped-on"), APPROVED, WHOLE, CTL1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_a_late_step_is_not_built_from_what_nobody_has_seen(name: str) -> None:
    told = stories.tell(STORIES[name])
    assert told.violation is None, f"{told.violation}"
