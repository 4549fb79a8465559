"""Lets go of what nothing asks for any more, in memory and in the baseline: a daemon that lives for years must not fill
up.

Invariant: only what cannot change a verdict goes. Runs that a budget, a cooldown or a ladder may still count stay. An
accepted sign stays while a host shows it, or while a silent host leaves that unknown.
"""

from __future__ import annotations

from datetime import timedelta

from remediator.daemon.observe import boots
from remediator.daemon.state.world import World
from remediator.daemon.turn import mutes
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.replies import Reach
from remediator.model.messages.signs import SignKey
from remediator.model.times import rfc3339
from remediator.model.values import Unknown
from remediator.mutes import wraps
from remediator.store import retention

SETTLED_S = 86400.0
"""What was accepted longer ago, and is not shown any more, no limit asks for."""


def forget(turn: Turn, past_runs_s: float) -> int:
    """Forget what is over and return how many rows of the store went: at most a batch, inside the transaction of
    `turn`.

    `past_runs_s`: runs whose INTENT is older count no more, unless their incident is open.
    """
    world, wall = turn.world, turn.now.wall
    turn.forget_runs(wall.timestamp() - past_runs_s)
    limits = world.loaded.limits
    before = wall - timedelta(seconds=max(SETTLED_S, 2 * limits.maintenance_s, 2 * limits.host_boot_s))
    old = retention.accepted_before(turn.journal.connection, rfc3339(before))
    gone = [key for key in old if _is_over(world, key, before.timestamp())]
    mutes.forget_accepted(turn, gone)
    return len(gone)


def _is_over(world: World, key: str, before_s: float) -> bool:
    """Return whether nothing that is seen, or may be seen, carries the mark `key` of a baseline."""
    seen = SignKey.read(key)
    if seen.kind == boots.START:
        began = boots.started_at(seen)
        return began is not None and began[1] < before_s
    if seen.kind == wraps.KIND:
        return seen.of not in world.durable.wraps
    if seen.kind not in world.loaded.integrations.lasting_signs or not _tells_all(world, seen.of):
        return False
    return key not in world.durable.signs and all(sign.key != key for sign in world.others.shown_signs.get(seen.of, ()))


def _tells_all(world: World, host: str) -> bool:
    """Return whether the newest reply of `host` says everything that signs are read from."""
    reply = world.samples.facts.reply(host)
    if reply is None or reply.reach is not Reach.OK:
        return False
    sections = world.loaded.integrations.sign_sections(world.loaded.inventory.hosts.get(host))
    return not any(isinstance(reply.section(name), Unknown) for name in sections)
