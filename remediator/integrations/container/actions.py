"""Typed actions on one stateless container: `container.start` and `container.restart`, both R1 and never repeated blindly.

Invariant: a container on the KR-5 list, a short-lived one, or one that does not exist is refused with a sentence; which
way leads there (unit or engine) is decided by the data and never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remediator.integrations.container import catalogue, units
from remediator.model.content import ActionInput, ActionSpec, Command, Effect, Probe, Risk
from remediator.model.replies import HostReply
from remediator.model.targets import Target


def _refuse(order: ActionInput) -> None:
    name = order.target.name
    if catalogue.NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no name of a container that kolla deploys: it never becomes part of a command")
    if catalogue.is_stateful(name):
        raise ValueError(f"{name} is on the list of containers that need a runbook of their own (KR-5)")
    if order.data.get("short_lived") is True:
        raise ValueError(f"{name} belongs to a deployment under way (BOOTSTRAP or UPGRADE label)")
    if order.data.get("missing") is True:
        raise ValueError(f"there is no container {name} on {order.host.name}: deploy it with kolla-ansible")


def _guarded(build: Callable[[ActionInput, str], tuple[Command, ...]]) -> Callable[[ActionInput], tuple[Command, ...]]:
    def commands(order: ActionInput) -> tuple[Command, ...]:
        _refuse(order)
        return build(order, order.target.name)

    return commands


def _probe(before: Mapping[str, str], reply: HostReply, target: Target) -> Probe:
    return units.probe(before, reply, target.name)


ACTIONS = (
    ActionSpec(
        name="container.start",
        summary="start a container that is down: reset-failed and start of its unit, or the engine's start without one",
        risk=Risk.R1,
        effect=Effect.ONCE,
        target_kinds=("container",),
        params={},
        commands=_guarded(units.start),
        probe=_probe,
        privileges=(
            "systemctl reset-failed -- kolla-*-container.service",
            "systemctl start -- kolla-*-container.service",
            "docker|podman start -- NAME",
        ),
    ),
    ActionSpec(
        name="container.restart",
        summary="restart a container: restart of its unit, or the engine's restart without one",
        risk=Risk.R1,
        effect=Effect.ONCE,
        target_kinds=("container",),
        params={},
        commands=_guarded(units.restart),
        probe=_probe,
        privileges=(
            "systemctl reset-failed -- kolla-*-container.service",
            "systemctl restart -- kolla-*-container.service",
            "docker|podman restart -t 60 -- NAME",
        ),
        takes_away_healthy=True,
    ),
)
