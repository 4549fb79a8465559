"""Requests about incidents: acknowledge, close."""

from __future__ import annotations

from remediator.daemon.turn import mutes
from remediator.daemon.turn.answers import DONE, FAILED, USAGE, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.daemon.turn.wire import Asked
from remediator.incidents import lifecycle
from remediator.model.control import Answer
from remediator.mutes import acks


def ack(turn: Turn, asked: Asked) -> Answer:
    """A person has the incident in hand, so that it waits for nobody; the target's ladder may be tried again in its next one."""
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


def close(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    incident = turn.world.durable.incidents.get(text(asked.args, "incident"))
    if incident is None:
        return Answer(exit=USAGE, error=f"there is no open incident {text(asked.args, 'incident')!r}")
    if turn.world.durable.live_run_of(incident.id) is not None:
        return Answer(exit=FAILED, error=f"a run works on {incident.id}: cancel or resolve it first")
    turn.journal.audit("close", asked.actor.name, {"reason": text(asked.args, "reason")}, incident=incident.id)
    closed = turn.incident(lifecycle.closed(incident, None, turn.now, text(asked.args, "reason"), by=asked.actor.name))
    turn.world.samples.begins_anew((incident.check, incident.target.text))
    return Answer(exit=DONE, data={"incident": incident.id, "state": closed.state.value})
