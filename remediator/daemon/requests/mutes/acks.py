"""The request to acknowledge an incident."""

from __future__ import annotations

from remediator.daemon.state.wire import Asked
from remediator.daemon.turn import mutes
from remediator.daemon.turn.answers import DONE, USAGE, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.control import Answer
from remediator.mutes import acks


def ack(turn: Turn, asked: Asked) -> Answer:
    """A person has the incident in hand, so that it waits for nobody; the target's ladder may be tried again in its
    next one."""
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    name = text(asked.args, "incident")
    known = turn.journal.target_of(name)
    if known is None:
        return Answer(exit=USAGE, error=f"there is no incident {name!r}")
    target, _check = known
    incident, reason = turn.world.durable.incidents.get(name), text(asked.args, "reason")
    mutes.apply(turn, acks.given(name, target, incident, reason, asked.actor.name, turn.now))
    return Answer(exit=DONE, data={"incident": name, "target": target})
