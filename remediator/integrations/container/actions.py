"""Typed actions on one stateless container: `container.start` and `container.restart`, both R1 and never repeated
blindly.

Invariant: an action is refused with a sentence for a container on the KR-5 list, a short-lived container, and a helper
of a recovery. So it is for a container that does not exist, and for a name that no container can have. The data decide
whether the command goes to the unit or to the engine; the way is never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remediator.integrations.container import start_commands
from remediator.integrations.container.kolla.catalogue import Catalogue
from remediator.model.content.actions import ActionSpec, AtPlan, Built, Effect, PlanInput, Probe, Risk
from remediator.model.content.declined import Refused
from remediator.model.messages.replies import HostReply
from remediator.model.names import is_name
from remediator.model.targets import Target

OWN = "remediator_"
"""How the names of the containers begin that a recovery makes for itself."""


def _refusal(order: PlanInput, known: Catalogue) -> Refused | None:
    name = order.target.name
    if not is_name(name):
        return Refused(f"{ascii(name)[:80]} can be the name of no container: nothing is said to a host about it")
    if name.startswith(OWN):
        return Refused(f"{name} is a helper of a recovery of ours: only the run that made it takes it away")
    if known.is_stateful(name):
        return Refused(f"{name} is on the list of containers that need a runbook of their own (KR-5)")
    if order.data.get("short_lived") is True:
        return Refused(f"{name} belongs to a deployment under way (BOOTSTRAP or UPGRADE label)")
    if order.data.get("missing") is True:
        return Refused(f"there is no container {name} on {order.host.name}: deploy it with kolla-ansible")
    return None


def _guarded(build: Callable[[PlanInput, str], Built], known: Catalogue) -> Callable[[PlanInput], Built]:
    def commands(order: PlanInput) -> Built:
        return _refusal(order, known) or build(order, order.target.name)

    return commands


def _probe(before: Mapping[str, str], reply: HostReply, target: Target) -> Probe:
    return start_commands.probe(before, reply, target.name)


def actions(known: Catalogue) -> tuple[ActionSpec, ...]:
    """Return the actions on containers of which `known` is known by name."""
    return (
        ActionSpec(
            name="container.start",
            summary="start a container that is down: reset-failed and start of its unit, or the engine's start "
            "without one",
            risk=Risk.R1,
            effect=Effect.ONCE,
            target_kinds=("container",),
            when=AtPlan(commands=_guarded(start_commands.start, known)),
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
            when=AtPlan(commands=_guarded(start_commands.restart, known)),
            probe=_probe,
            privileges=(
                "systemctl reset-failed -- kolla-*-container.service",
                "systemctl restart -- kolla-*-container.service",
                "docker|podman restart -t 60 -- NAME",
            ),
            takes_away_healthy=True,
        ),
    )
