"""A function of an action raises what it never meant to raise: the run holds, fails or stays in doubt, and everything else goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from remediator.model.actions import ActionSpec
from remediator.model.declined import Refused
from remediator.sim import stories
from remediator.sim.directed import broken, never, then
from remediator.sim.happenings import Stage, kind
from remediator.sim.recovering import HEALTHY, LOST, story
from remediator.sim.stories import Happening

pytestmark = pytest.mark.sim

OTHER_IS_CURED = (then(20, "crash", "cmp2", "cron"), then(0, "must-be-cured", "cmp2", "cron"))


def stumbles(*_given: Any) -> Any:
    raise ValueError("an UNKNOWN value (timeout) has no truth value")


def refuses(only: str, meant: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return `meant`, which has no answer for the host `only`."""

    def asked(order: Any) -> Any:
        if order.host.name == only:
            return Refused(f"there is no undo for {only}")
        return meant(order)

    return asked


@kind(0, never)
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


@kind(0, never)
def debt_stumbles(stage: Stage, action: str, question: str) -> None:
    _changed(stage, action, lambda found: replace(found, debt=replace(found.debt, **{question: stumbles})))


@kind(0, never)
def no_undo_for(stage: Stage, action: str, host: str) -> None:
    _changed(stage, action, lambda found: replace(found, debt=replace(found.debt, undo=refuses(host, found.debt.undo))))


def _changed(stage: Stage, action: str, change: Callable[[Any], Any]) -> None:
    daemon = stage.simulation.daemon
    assert daemon is not None
    content = daemon.world.loaded.content
    actions = {**content.actions, action: change(content.actions[action])}
    daemon.world.loaded = replace(daemon.world.loaded, content=replace(content, actions=actions))


@kind(0, never)
def store_works(stage: Stage) -> None:
    """Turns are committed."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    if daemon.engine.store_error is not None:
        broken(stage, "well", daemon.engine.store_error)


@kind(0, never)
def debt_waits(stage: Stage, words: str) -> None:
    daemon = stage.simulation.daemon
    assert daemon is not None
    if not any(words in why for why in daemon.world.waits.debt_waits.values()):
        broken(stage, "explained", f"no debt waits with {words!r}: {daemon.world.waits.debt_waits}")


def reading(*more: Happening | tuple[Happening, ...]) -> stories.Story:
    return story("unattended", LOST, then(0, "until-step", "read_ctl2", "intent"), *more)


STUMBLES = {
    "commands of a late step": reading(
        then(0, "action-stumbles", "galera.decide", "commands"), then(30, "store-works"), OTHER_IS_CURED,
        then(0, "until-paged", "galera.decide stumbled (commands): ValueError", 300.0), then(0, "bootstrapped-on"),
        then(0, "cancel"), then(0, "until-nothing-is-left", 300.0),
    ),
    "the limit of a late step": reading(
        then(0, "action-stumbles", "galera.join", "limit_s"), then(60, "store-works"), OTHER_IS_CURED,
        then(0, "until-paged", "galera.join stumbled (commands): ValueError", 300.0), then(0, "bootstrapped-on", "ctl1"),
    ),
    "the result of a step": reading(
        then(0, "action-stumbles", "galera.decide", "result"), then(30, "store-works"), OTHER_IS_CURED,
        then(0, "until-paged", "galera.decide stumbled (result): ValueError", 300.0), then(0, "until-nothing-is-left", 300.0),
        then(0, "bootstrapped-on"),
    ),
    "how far a step has come": reading(
        then(0, "action-stumbles", "galera.bootstrap", "seen"), then(60, "store-works"), OTHER_IS_CURED,
        then(0, "until-paged", "galera.bootstrap stumbled (settled): ValueError", 900.0), then(0, "bootstrapped-on", "ctl1"),
    ),
    "what became of a step": reading(
        then(0, "action-stumbles", "galera.bootstrap", "probe"), then(0, "until-step", "bootstrap", "intent"),
        then(0, "daemon-killed"), then(0, "until-running"), then(0, "action-stumbles", "galera.bootstrap", "probe"),
        then(30, "store-works"), then(0, "until-paged", "is in doubt", 400.0), OTHER_IS_CURED,
    ),
    "a plan": story(
        "unattended", HEALTHY, then(0, "action-stumbles", "container.start", "commands"), then(0, "crash", "cmp2", "cron"),
        then(90, "store-works"), then(0, "nothing-leaves", 30.0, "its action stumbles"),
    ),
    "a run that is planned": story(
        "unattended", HEALTHY, then(0, "crash", "cmp2", "cron"), then(0, "until-planned"),
        then(0, "action-stumbles", "container.start", "commands"), then(60, "store-works"),
    ),
    "whether a debt is in the way": story(
        "unattended", LOST, then(0, "until-step", "join_ctl2", "settling"),
        then(0, "debt-stumbles", "galera.bootstrap", "stands_in_the_way"), then(0, "cancel"), then(120, "store-works"),
        then(0, "debt-waits", "galera.bootstrap stumbled (stands_in_the_way): ValueError"), then(0, "bootstrap-container-runs", "ctl1", True),
    ),
    "the undo of a debt": story(
        "unattended", HEALTHY, then(0, "debt-stumbles", "galera.hold", "undo"), then(0, "cluster-lost"),
        then(0, "until-paged", "galera.hold stumbled (undo): ValueError", 400.0), then(0, "store-works"), OTHER_IS_CURED,
        then(0, "bootstrapped-on"), then(0, "until-nothing-is-left", 5.0),
    ),
}  # fmt: skip


@kind(0, never)
def until_running(stage: Stage) -> None:
    stage.simulation.revive()


@pytest.mark.parametrize("name", STUMBLES)
def test_what_an_action_stumbles_over_costs_its_own_run_alone(name: str) -> None:
    told = stories.tell(STUMBLES[name])
    assert told.violation is None, f"{told.violation}"


def test_a_wave_of_which_one_owes_nothing_that_can_be_undone_does_not_begin() -> None:
    """No command of it leaves: not even those of the members before it."""
    told = stories.tell(
        story(
            "unattended", HEALTHY, then(0, "no-undo-for", "galera.hold", "ctl2"), then(0, "cluster-lost"),
            then(0, "nothing-leaves", 300.0, "the hold of ctl2 could not be undone"),
            then(0, "until-paged", "leaves a debt behind on ctl2 that could not be taken back: there is no undo for ctl2", 60.0), then(0, "until-idle"), then(0, "until-nothing-is-left", 1.0),
        )
    )  # fmt: skip
    assert told.violation is None, f"{told.violation}"
