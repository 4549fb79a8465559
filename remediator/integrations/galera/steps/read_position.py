"""Reading how far the data of a stopped member goes, as a step: its command, and what it gives to later steps. Pure.

Invariant: the nonce is of the run and the member, so that no line of another reading is ever taken for this one's
(GB-4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from remediator.integrations.galera.facts import recovered_position
from remediator.integrations.galera.facts.recovered_position import Position
from remediator.integrations.galera.steps import data_users, scripts
from remediator.model.content.actions import Built, Need, Probe, ResultKind, StepInput
from remediator.model.content.commands import Command
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Unknown

READ_S = 1800.0


def nonce(order: StepInput) -> str:
    """Return a word of its own for each member and mark, whatever characters the name of the host has."""
    of_both = f"{order.mark_on(order.host.name)} {order.host.name}"
    return f"{order.run}-{hashlib.sha256(of_both.encode()).hexdigest()[:32]}"


def commands(order: StepInput) -> Built:
    argv = scripts.READ.argv(nonce(order), order.host.engine, order.mark_on(order.host.name))
    return data_users.before(order, Command(host=order.host.name, argv=argv, timeout_s=READ_S))


def gives(order: StepInput, output: str) -> Mapping[str, Any]:
    """Return the position in the output of a one-shot, as JSON. What cannot be told is kept as UNKNOWN: who reads it
    refuses it."""
    found = recovered_position.parse(output, nonce(order))
    if isinstance(found, Unknown):
        return {"unknown": True, "reason": found.reason}
    if isinstance(found.uuid, Unknown):
        return {"unknown": True, "reason": found.uuid.reason, "xa": found.xa}
    return {"uuid": found.uuid, "seqno": found.seqno, "xa": found.xa}


def position(given: Mapping[str, Any] | None) -> Position | Unknown:
    """Return the position that a step gave; UNKNOWN where it gave none."""
    if not given:
        return Unknown("not_read")
    if given.get("xa") and given.get("unknown"):
        return Position(uuid=Unknown("xa_prepared"), seqno=Unknown("xa_prepared"), xa=True)
    if given.get("unknown"):
        return Unknown(str(given["reason"]))
    return Position(uuid=given["uuid"], seqno=given["seqno"], xa=bool(given["xa"]))


POSITION = ResultKind("position", position)
READ = Need("position", POSITION)
READ_BY_MEMBERS = Need("positions", POSITION, of_members=True)


def again(_before: Mapping[str, str], _reply: HostReply, _target: Target) -> Probe:
    """Answer what became of a step that only reads or copies: whatever became of it, the step is done again."""
    return Probe.NOT_APPLIED
