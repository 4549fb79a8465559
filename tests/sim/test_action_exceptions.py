"""A function of an action raises what it never meant to raise: the run holds, fails or stays in doubt, and everything
else goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from remediator.integrations.galera.sim.happenings.expectations import bootstrap_container_runs, bootstrapped_on
from remediator.integrations.galera.sim.happenings.losses import cluster_lost
from remediator.integrations.galera.sim.stories.moments import HEALTHY, LOST
from remediator.model.content.actions import ActionSpec
from remediator.model.content.declined import Refused
from remediator.model.records.pager_keys import PageKind
from remediator.model.records.records import StepState
from remediator.sim.happenings.expectations import (
    broken,
    must_be_cured,
    nothing_leaves,
    until_idle,
    until_nothing_is_left,
    until_paged,
    until_planned,
    until_step,
)
from remediator.sim.happenings.faults.daemon_faults import daemon_killed
from remediator.sim.happenings.faults.rare_faults import cancel
from remediator.sim.happenings.faults.service_faults import crash
from remediator.sim.happenings.kinds import kind
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.paged import Paged
from remediator.sim.stories import stories
from remediator.sim.stories.stories import Moment, Setup, story, then

pytestmark = pytest.mark.sim

OTHER_IS_CURED = (then(20, crash("cmp2", "cron")), then(0, must_be_cured("cmp2", "cron")))


def stumbles(*_given: Any) -> Any:
    raise ValueError("an UNKNOWN value (timeout) has no truth value")


def refuses(only: str, meant: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return `meant`, which has no answer for the host `only`."""

    def asked(order: Any) -> Any:
        if order.host.name == only:
            return Refused(f"there is no undo for {only}")
        return meant(order)

    return asked


@kind
def action_stumbles(stage: Stage, action: str, question: str) -> None:
    """From now on asking `question` of `action` raises a ValueError."""

    def change(found: ActionSpec) -> ActionSpec:
        if question == "commands":
            return replace(found, when=replace(found.when, commands=stumbles))
        if question == "result":
            assert found.gives is not None
            return replace(found, gives=replace(found.gives, told=stumbles))
        if question in ("seen", "limit_s"):
            assert found.settle is not None
            return replace(found, settle=replace(found.settle, **{question: stumbles}))
        return replace(found, **{question: stumbles})

    _changed(stage, action, change)


@kind
def debt_stumbles(stage: Stage, action: str, question: str) -> None:
    _changed(stage, action, lambda found: replace(found, debt=replace(found.debt, **{question: stumbles})))


@kind
def no_undo_for(stage: Stage, action: str, host: str) -> None:
    _changed(stage, action, lambda found: replace(found, debt=replace(found.debt, undo=refuses(host, found.debt.undo))))


def _changed(stage: Stage, action: str, change: Callable[[Any], Any]) -> None:
    daemon = stage.simulation.daemon
    assert daemon is not None
    content = daemon.world.loaded.content
    actions = {**content.actions, action: change(content.actions[action])}
    daemon.world.loaded = replace(daemon.world.loaded, content=replace(content, actions=actions))


@kind
def store_works(stage: Stage) -> None:
    """Turns are committed."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    if daemon.engine.store_error is not None:
        broken(stage, "well", daemon.engine.store_error)


@kind
def debt_waits(stage: Stage, words: str) -> None:
    daemon = stage.simulation.daemon
    assert daemon is not None
    if not any(words in why for why in daemon.world.waits.debt_waits.values()):
        broken(stage, "explained", f"no debt waits with {words!r}: {daemon.world.waits.debt_waits}")


@kind
def until_running(stage: Stage) -> None:
    stage.simulation.revive()


def reading(*more: Moment | tuple[Moment, ...]) -> stories.Story:
    return story(LOST, then(0, until_step("read_ctl2", StepState.INTENT)), *more, setup=Setup.UNATTENDED)


STUMBLES = {
    "commands of a late step": reading(
        then(0, action_stumbles("galera.decide", "commands")),
        then(30, store_works()),
        OTHER_IS_CURED,
        then(0, until_paged(Paged(says="galera.decide stumbled (commands): ValueError"), 300.0)),
        then(0, bootstrapped_on()),
        then(0, cancel()),
        then(0, until_nothing_is_left(300.0)),
    ),
    "the limit of a late step": reading(
        then(0, action_stumbles("galera.join", "limit_s")),
        then(60, store_works()),
        OTHER_IS_CURED,
        then(0, until_paged(Paged(says="galera.join stumbled (commands): ValueError"), 300.0)),
        then(0, bootstrapped_on("ctl1")),
    ),
    "the result of a step": reading(
        then(0, action_stumbles("galera.decide", "result")),
        then(30, store_works()),
        OTHER_IS_CURED,
        then(0, until_paged(Paged(says="galera.decide stumbled (result): ValueError"), 300.0)),
        then(0, until_nothing_is_left(300.0)),
        then(0, bootstrapped_on()),
    ),
    "how far a step has come": reading(
        then(0, action_stumbles("galera.bootstrap", "seen")),
        then(60, store_works()),
        OTHER_IS_CURED,
        then(0, until_paged(Paged(says="galera.bootstrap stumbled (settled): ValueError"), 900.0)),
        then(0, bootstrapped_on("ctl1")),
    ),
    "what became of a step": reading(
        then(0, action_stumbles("galera.bootstrap", "probe")),
        then(0, until_step("bootstrap", StepState.INTENT)),
        then(0, daemon_killed()),
        then(0, until_running()),
        then(0, action_stumbles("galera.bootstrap", "probe")),
        then(30, store_works()),
        then(0, until_paged(Paged(PageKind.IN_DOUBT), 400.0)),
        OTHER_IS_CURED,
    ),
    "a plan": story(
        HEALTHY,
        then(0, action_stumbles("container.start", "commands")),
        then(0, crash("cmp2", "cron")),
        then(90, store_works()),
        then(0, nothing_leaves(30.0, "its action stumbles")),
        setup=Setup.UNATTENDED,
    ),
    "a run that is planned": story(
        HEALTHY,
        then(0, crash("cmp2", "cron")),
        then(0, until_planned()),
        then(0, action_stumbles("container.start", "commands")),
        then(60, store_works()),
        setup=Setup.UNATTENDED,
    ),
    "whether a debt is in the way": story(
        LOST,
        then(0, until_step("join_ctl2", StepState.SETTLING)),
        then(0, debt_stumbles("galera.bootstrap", "stands_in_the_way")),
        then(0, cancel()),
        then(120, store_works()),
        then(0, debt_waits("galera.bootstrap stumbled (stands_in_the_way): ValueError")),
        then(0, bootstrap_container_runs("ctl1", True)),
        setup=Setup.UNATTENDED,
    ),
    "the undo of a debt": story(
        HEALTHY,
        then(0, debt_stumbles("galera.hold", "undo")),
        then(0, cluster_lost()),
        then(0, until_paged(Paged(says="galera.hold stumbled (undo): ValueError"), 400.0)),
        then(0, store_works()),
        OTHER_IS_CURED,
        then(0, bootstrapped_on()),
        then(0, until_nothing_is_left(5.0)),
        setup=Setup.UNATTENDED,
    ),
}


@pytest.mark.parametrize("name", STUMBLES)
def test_what_an_action_stumbles_over_costs_its_own_run_alone(name: str) -> None:
    told = stories.tell(STUMBLES[name])
    assert told.violation is None, f"{told.violation}"


def test_a_wave_of_which_one_owes_nothing_that_can_be_undone_does_not_begin() -> None:
    """No command of it leaves: not even those of the members before it."""
    told = stories.tell(
        story(
            HEALTHY,
            then(0, no_undo_for("galera.hold", "ctl2")),
            then(0, cluster_lost()),
            then(0, nothing_leaves(300.0, "the hold of ctl2 could not be undone")),
            then(
                0,
                until_paged(
                    Paged(says="leaves a debt behind on ctl2 that could not be taken back: there is no undo for ctl2"),
                    60.0,
                ),
            ),
            then(0, until_idle()),
            then(0, until_nothing_is_left(1.0)),
            setup=Setup.UNATTENDED,
        )
    )
    assert told.violation is None, f"{told.violation}"
