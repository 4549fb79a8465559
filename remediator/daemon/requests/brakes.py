"""The brakes that a person closes: the storm breaker, once its hosts are well, and the one for another remediator."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.daemon.inhibit import claims, storm
from remediator.daemon.state.wire import Asked
from remediator.daemon.turn.answers import DONE, REFUSED, USAGE, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.control import Answer
from remediator.model.records.records import Incident

NAMED = 5
"""So many problems a refusal names; the others it counts."""


def close(turn: Turn, asked: Asked) -> Answer:
    """Close the brake that `asked` names. Exit 4 with what is in the way, 64 when that brake is not on."""
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    brake = asked.args.get("brake", "storm")
    if brake == claims.RIVAL:
        return _rival(turn, asked)
    if brake != "storm":
        return Answer(exit=USAGE, error="the brakes that a person closes are storm and rival")
    return _storm(turn, asked)


def _storm(turn: Turn, asked: Asked) -> Answer:
    was = turn.world.durable.storm_latched
    if was is None:
        return Answer(exit=USAGE, error="the storm breaker is not open: there is nothing to close")
    sick = storm.in_the_way(turn)
    if sick:
        return Answer(exit=REFUSED, error=f"the storm is not over: {_named(sick)}. {REMEDY}")
    storm.close(turn, asked.actor.name, text(asked.args, "reason"))
    return Answer(exit=DONE, data={"closed": "storm"})


REMEDY = "Repair them, or put them in a downtime if they may stay as they are; then say it again"


def _named(sick: Sequence[Incident]) -> str:
    named = ", ".join(f"{incident.target} ({incident.id}, {incident.check})" for incident in sick[:NAMED])
    more = f" and {len(sick) - NAMED} more" if len(sick) > NAMED else ""
    return f"{named}{more} {'are' if len(sick) > 1 else 'is'} not well, and nothing accounts for it"


def _rival(turn: Turn, asked: Asked) -> Answer:
    if asked.actor.uid != 0 and not asked.actor.may_approve:
        return Answer(
            exit=REFUSED, error="only root and members of the group remediator-approve may close the brake rival"
        )
    was = turn.world.durable.rival
    if was is None:
        return Answer(exit=USAGE, error="the brake rival is not on: no other remediator was seen")
    claims.close(turn, asked.actor.name, text(asked.args, "reason"))
    return Answer(exit=DONE, data={"closed": "rival", "was": was})
