"""The request to accept a store that was put back from a copy."""

from __future__ import annotations

from remediator.daemon.state.wire import Asked
from remediator.daemon.turn import mutes
from remediator.daemon.turn.answers import DONE, REFUSED, USAGE, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.control import Answer
from remediator.mutes.brakes import restores


def accept(turn: Turn, asked: Asked) -> Answer:
    """A person says that the store, put back from a copy, is what counts now."""
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    if asked.actor.uid != 0 and not asked.actor.may_approve:
        return Answer(exit=REFUSED, error="only root and members of the group remediator-approve may accept a restore")
    was = turn.world.health.restored
    if was is None:
        return Answer(exit=USAGE, error="the store agrees with its newest checkpoint: there is nothing to accept")
    mutes.apply(turn, restores.accepted(was, text(asked.args, "reason"), asked.actor.name))
    return Answer(exit=DONE, data={"accepted": was})
