"""The request to close an incident."""

from __future__ import annotations

from remediator.daemon.state.wire import Asked
from remediator.daemon.turn.answers import DONE, FAILED, USAGE, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model.messages.control import Answer


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
