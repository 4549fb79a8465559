"""What wrapped commands mute: a sign of maintenance on each host that one covers, until a baseline accepts it."""

from __future__ import annotations

from collections.abc import Iterable

from remediator.daemon.turn.turn import Turn
from remediator.model.messages.signs import Sign
from remediator.mutes import wraps


def signs(turn: Turn, hosts: Iterable[str]) -> list[Sign]:
    """Return a sign of maintenance for each of `hosts` that a wrapped command covers and no baseline has accepted."""
    world = turn.world
    if not world.durable.wraps:
        return []
    groups = {
        host: world.loaded.inventory.hosts[host].groups if host in world.loaded.inventory.hosts else ()
        for host in hosts
    }
    covered = (
        wraps.sign(wrap, host, turn.now.wall)
        for wrap in world.durable.wraps.values()
        for host in groups
        if wraps.covers(wrap.scope, host, groups[host])
    )
    return [sign for sign in covered if sign.key not in world.durable.accepted]
