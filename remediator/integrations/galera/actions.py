"""The one typed action of Galera so far: start one stopped member, without any option (GB-16).

Invariant: it starts through the unit, never with bootstrap options, and is refused for a member that an operator stopped
or whose unit is UNKNOWN. Whether the others allow it is the condition's and the gate's question, not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.integrations.container import units
from remediator.integrations.galera.facts import CONTAINER
from remediator.model.content import ActionInput, ActionSpec, Command, Effect, Probe, Risk
from remediator.model.replies import HostReply
from remediator.model.targets import Target


def _start(order: ActionInput) -> tuple[Command, ...]:
    if order.data.get("missing") is True:
        raise ValueError(f"there is no container {CONTAINER} on {order.host.name}: deploy it with kolla-ansible")
    if order.data.get("stopped") is not True:
        raise ValueError(
            f"it is not proven that MariaDB on {order.host.name} is stopped: only a stopped member is started"
        )
    if order.data.get("operator_stopped") is not False:
        raise ValueError(
            f"MariaDB on {order.host.name} was, or may have been, stopped by an operator: it is left alone"
        )
    return units.start(order, CONTAINER)


def _probe(before: Mapping[str, str], reply: HostReply, target: Target) -> Probe:
    return units.probe(before, reply, CONTAINER)


ACTIONS = (
    ActionSpec(
        name="galera.start_member",
        summary="start one stopped MariaDB member: reset-failed and start of its unit, without any bootstrap option",
        risk=Risk.R2,
        effect=Effect.ONCE,
        target_kinds=("galera",),
        params={},
        commands=_start,
        probe=_probe,
        privileges=(
            "systemctl reset-failed kolla-mariadb-container.service",
            "systemctl start kolla-mariadb-container.service",
        ),
    ),
)
