"""The parts of a turn that follow from its inputs and from time, in their order, each bound to pay for itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from remediator.daemon import (
    all_clear,
    asides,
    backlog,
    deciding,
    foreigners,
    maintenance,
    observing,
    outbox,
    poison,
    reported,
    running,
    storming,
)
from remediator.daemon.turn import Turn


def part(turn: Turn, name: str, call: Callable[[], object], *, vital: bool = True) -> None:
    """Make `call`, a part of every turn. `vital`: the gate rests on it, so while it cannot be handled nothing may act."""
    poison.bound(turn, asides.About(kind="part", name=name), call, holds_all=vital)


def sweep(turn: Turn) -> None:
    """What follows from the inputs and from time: correlation, decisions, runs, notifications."""
    world = turn.world
    part(turn, "correlation", partial(observing.correlate, turn))
    if world.decides:
        part(turn, "storm", partial(storming.watch, turn))
        part(turn, "decisions", partial(_consider_all, turn))
    world.sampled.clear()
    part(turn, "runs", partial(running.advance_all, turn))
    if world.decides:
        part(turn, "all-clears", partial(all_clear.tell, turn), vital=False)
        part(turn, "reminders", partial(deciding.remind, turn), vital=False)
        part(turn, "foreign names", partial(foreigners.watch, turn), vital=False)
        part(turn, "reported services", partial(reported.forget, turn), vital=False)
    part(turn, "signs", partial(maintenance.forget_old, turn))
    if world.decides:
        part(turn, "backlog", partial(backlog.fold, turn), vital=False)
    part(turn, "notifications", partial(outbox.deliver_due, turn))


def _consider_all(turn: Turn) -> None:
    """Look at every incident whose check was sampled in this turn."""
    world = turn.world
    for incident in list(world.incidents.values()):
        key = (incident.check, incident.target.text)
        result = world.results.get(key)
        if result is not None and key in world.sampled and incident.id in world.incidents:
            about = asides.About(kind="incident", name=incident.id)
            poison.bound(turn, about, partial(deciding.consider, turn, world.incidents[incident.id], result))
