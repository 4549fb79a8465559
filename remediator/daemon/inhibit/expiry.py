"""Ends the mutes whose time is over, and wrapped commands that ended without a word."""

from __future__ import annotations

from remediator.daemon.turn import mutes
from remediator.daemon.turn.turn import Turn
from remediator.mutes import downtimes, silences, wraps


def watch(turn: Turn) -> None:
    """Once a turn: drop what is over."""
    world, now = turn.world, turn.now
    mutes.carry_out(turn, silences.over(world.durable.silences.values(), now.wall))
    mutes.carry_out(turn, downtimes.over(world.durable.own_downtimes.values(), now.wall))
    mutes.carry_out(
        turn,
        wraps.over(world.durable.wraps.values(), world.setup.process_alive, world.loaded.limits.maintenance_s, now),
    )
