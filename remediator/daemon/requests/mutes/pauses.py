"""Requests about pauses."""

from __future__ import annotations

from typing import Any

from remediator.daemon.state.wire import Asked
from remediator.daemon.turn import mutes
from remediator.daemon.turn.answers import DONE, USAGE, near, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.model.content.declined import Refused
from remediator.model.messages.control import Answer
from remediator.mutes import pauses


def pause(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    name = turn.journal.next_pause()
    mutes.apply(turn, pauses.begun(name, text(asked.args, "reason"), asked.actor.name, turn.now))
    return Answer(exit=DONE, data={"paused": True, "pause": name, "reasons": _reasons(turn)})


def resume(turn: Turn, asked: Asked) -> Answer:
    """Lift one pause, or all; of several the one must be named."""
    standing = turn.world.durable.pauses
    wanted = text(asked.args, "pause")
    if wanted and wanted not in standing:
        error = f"there is no pause {wanted!r}{near(wanted, standing)}"
        return Answer(exit=USAGE, data=_listed(turn), error=error)
    every = asked.args.get("all") is True
    lifted = pauses.lifted(standing, wanted, text(asked.args, "reason"), asked.actor.name, every=every)
    if isinstance(lifted, Refused):
        return Answer(exit=USAGE, data=_listed(turn), error=lifted.reason)
    mutes.apply(turn, lifted)
    return Answer(exit=DONE, data={"paused": bool(standing), "reasons": _reasons(turn)})


def _reasons(turn: Turn) -> list[str]:
    return [each.text for each in turn.world.durable.pauses.values()]


def _listed(turn: Turn) -> dict[str, Any]:
    standing = turn.world.durable.pauses.values()
    return {
        "pauses": [{"id": each.id, "reason": each.reason, "author": each.author, "at": each.at} for each in standing]
    }
