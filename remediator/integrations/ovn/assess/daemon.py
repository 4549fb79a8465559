"""The fields that every daemon of OVN has: how it answered, and what is said of its container. Pure."""

from __future__ import annotations

from typing import Any

from remediator.integrations.container import assess as containers
from remediator.integrations.container import facts as container_facts
from remediator.integrations.ovn import fields
from remediator.integrations.ovs.facts.answering import Answering, Reached
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown


def reached(found: Reached | Unknown) -> dict[str, Any]:
    """Return how it answered."""
    if isinstance(found, Unknown):
        return dict.fromkeys(("answering", "stopped", "wedged", "way", "reason", "process_state"), found)
    return {
        "answering": found.answering.value,
        "stopped": found.stopped,
        "wedged": found.answering is Answering.WEDGED,
        "way": found.way,
        "reason": found.reason or None,
        "process_state": _state(found),
    }


def _state(found: Reached) -> str | Unknown | None:
    if found.answers:
        return None
    if isinstance(found.processes, Unknown):
        return found.processes
    return "".join(sorted({one.state for one in found.processes})) or None


def unit(reply: HostReply, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is said of container `name`, and what tells its instance from the next one."""
    found = container_facts.of(reply)
    if isinstance(found, Unknown):
        return dict.fromkeys(fields.UNIT, found), {}
    view = containers.View(found, reply, name, frozenset())
    data = {
        "missing": view.missing,
        "running": view.running,
        "has_unit": view.has_unit,
        "unit": view.service,
        "unit_state": view.of_unit("state"),
        "unit_failed": view.of_unit("failed", without=False),
        "start_limit_hit": view.of_unit("start_limit_hit", without=False),
        "systemd_busy": view.of_unit("busy", without=False),
        "operator_stopped": view.of_unit("operator_stopped", without=False),
        "age_s": view.age_s,
    }
    return data, view.identity()
