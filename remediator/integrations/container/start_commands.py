"""The exact commands that start or restart one kolla container, and what a later reply proves about them. Pure.

Invariant: where kolla wrote a unit, systemd is asked and never the engine (KR-1: a bare restart races the unit).
Whether there is a unit must be known. A probe answers APPLIED or NOT_APPLIED only on proof. Proof is another
InvocationID or StartedAt than the one recorded with the INTENT, or the same ones with nobody at work.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.integrations.container import facts
from remediator.model import times
from remediator.model.content.actions import PlanInput, Probe
from remediator.model.content.commands import Command
from remediator.model.content.declined import Refused
from remediator.model.messages.replies import HostReply
from remediator.model.values import Data, Unknown

START_S = 60.0
RESTART_S = 150.0
"""kolla's units give a container 60 s to stop."""

ENGINE_SETTLES_S = 90.0
"""An engine goes on with a restart after its client is gone: before this, an unchanged StartedAt proves nothing."""


def has_unit(data: Data, name: str) -> bool | Refused:
    """Return whether systemd owns container `name`; what is UNKNOWN is refused."""
    found = data.get("has_unit", Unknown("no_data"))
    if isinstance(found, bool):
        return found
    why = found.reason if isinstance(found, Unknown) else "absent"
    return Refused(f"whether {name} has a systemd unit is UNKNOWN ({why}): nothing is started before it is known")


def start(order: PlanInput, name: str) -> tuple[Command, ...] | Refused:
    """Return the commands that start stopped container `name`: through its unit, or the engine where there is none."""
    owned = has_unit(order.data, name)
    if isinstance(owned, Refused):
        return owned
    if not owned:
        return (_command(order, START_S, order.host.engine, "start", "--", name),)
    return _by_unit(order, name, "start", START_S)


def restart(order: PlanInput, name: str) -> tuple[Command, ...] | Refused:
    """Return the commands that restart container `name`: through its unit, or the engine where there is none."""
    owned = has_unit(order.data, name)
    if isinstance(owned, Refused):
        return owned
    if not owned:
        return (_command(order, RESTART_S, order.host.engine, "restart", "-t", "60", "--", name),)
    return _by_unit(order, name, "restart", RESTART_S)


def _by_unit(order: PlanInput, name: str, verb: str, timeout_s: float) -> tuple[Command, ...] | Refused:
    unit = f"kolla-{name}-container.service"
    first = _reset(order, unit)
    if isinstance(first, Refused):
        return first
    return (_command(order, timeout_s, "systemctl", verb, "--", unit, first=first),)


def _reset(order: PlanInput, unit: str) -> tuple[str, ...] | Refused:
    """Return what clears the start limit of a failed unit. One that is not failed may not be loaded, and then it would
    be an error.

    Alone it would leave what looks like an operator's stop, so it only ever travels with the start.
    """
    state = order.data.get("unit_state")
    if isinstance(state, Unknown):
        return Refused(f"the state of {unit} is UNKNOWN ({state.reason}): nothing is started before it is known")
    return ("systemctl", "reset-failed", "--", unit) if state == "failed" else ()


def _command(order: PlanInput, timeout_s: float, *argv: str, first: tuple[str, ...] = ()) -> Command:
    return Command(host=order.host.name, argv=argv, timeout_s=timeout_s, first=first)


def probe(before: Mapping[str, str], reply: HostReply, name: str) -> Probe:
    """Say whether a start or restart of container `name` took place since `before` was recorded.

    `before` holds what the assessment's identity held: ``boot_id``, ``container_id``, ``started_at``, ``invocation_id``
    (only with a unit), and optionally ``intent_at`` (RFC 3339). Without ``intent_at`` an engine's restart is never
    disproved.
    """
    found = facts.of(reply)
    if isinstance(found, Unknown) or found.containers is None or reply.boot_id is None:
        return Probe.UNKNOWN
    if before.get("boot_id") != reply.boot_id:
        return Probe.UNKNOWN  # a boot starts everything anew: what is seen now proves nothing about our command
    container = found.containers.get(name)
    if container is None or "started_at" not in before or "container_id" not in before:
        return Probe.UNKNOWN
    if container.id != before["container_id"]:
        return Probe.UNKNOWN  # somebody recreated it
    same_start = (container.started_at or "") == before["started_at"]
    if name in found.unit_files or "invocation_id" in before:
        return _probe_unit(before, found, name, same_start)
    if not same_start or container.status == "restarting":
        return Probe.APPLIED
    return Probe.NOT_APPLIED if _settled(before, reply) else Probe.UNKNOWN


def _probe_unit(before: Mapping[str, str], found: facts.HostContainers, name: str, same_start: bool) -> Probe:
    unit = None if isinstance(found.units, Unknown) else found.units.get(name)
    if unit is None or "invocation_id" not in before:
        return Probe.UNKNOWN
    unloaded = unit.invocation_id == "" and unit.state == "inactive"  # reset-failed alone lets systemd forget it
    if unit.busy or not same_start or (unit.invocation_id != before["invocation_id"] and not unloaded):
        return Probe.APPLIED
    return Probe.NOT_APPLIED


def _settled(before: Mapping[str, str], reply: HostReply) -> bool:
    if "intent_at" not in before:
        return False
    intent_at = times.parse_rfc3339(before["intent_at"])
    return (reply.asked_at.wall - intent_at).total_seconds() > ENGINE_SETTLES_S
