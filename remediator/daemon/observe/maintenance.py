"""The signs of other people's work that the hosts show: what is kept of them, for how long, and which mute something
now."""

from __future__ import annotations

from dataclasses import replace

from remediator.daemon.turn import sightings
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.messages.signs import Sign

SIGN_AHEAD_S = 60.0
"""A stored sign that is further ahead of the daemon's clock than this is not believed."""


def remember(turn: Turn, reply: HostReply, shown: tuple[Sign, ...]) -> None:
    """Keep what the reply shows, and every sign that still mutes: a host that goes silent shows it no more."""
    world = turn.world
    if reply.reach is not Reach.OK:
        return
    world.others.shown_signs[reply.host] = _not_ahead(turn, reply.host, shown)
    for sign in world.others.shown_signs[reply.host]:
        if (
            sign.key in world.durable.accepted
            or (turn.now.wall - sign.at).total_seconds() > world.loaded.limits.maintenance_s
        ):
            continue
        sightings.keep_sign(turn, sign)


def _not_ahead(turn: Turn, host: str, shown: tuple[Sign, ...]) -> tuple[Sign, ...]:
    """Return `shown`, where what bears a time to come happened when it was first seen: it holds from then, and not for
    ever."""
    world, now = turn.world, turn.now.wall
    ahead = [sign for sign in shown if sign.at > now]
    seen = world.others.seen_ahead.get(host, {})
    firsts = {sign.key: min(now, seen.get(sign.key, now)) for sign in ahead}
    if firsts:
        world.others.seen_ahead[host] = firsts
    else:
        world.others.seen_ahead.pop(host, None)
    return tuple(replace(sign, at=firsts[sign.key]) if sign.at > now else sign for sign in shown)


def pull_back(turn: Turn) -> None:
    """After the store was read: what was kept with a time to come, by an earlier release or another clock, happened
    now."""
    for sign in list(turn.world.durable.signs.values()):
        if (sign.at - turn.now.wall).total_seconds() > SIGN_AHEAD_S:
            sightings.put_sign_back(turn, replace(sign, at=turn.now.wall))


def forget_old(turn: Turn) -> None:
    """Drop kept signs that have been over for longer than they mute."""
    for key, sign in list(turn.world.durable.signs.items()):
        if (turn.now.wall - sign.at).total_seconds() > turn.world.loaded.limits.maintenance_s + 60:
            sightings.forget_sign(turn, key)


def signs_of(turn: Turn, hosts: tuple[str, ...]) -> list[Sign]:
    """Return every sign that the newest whole replies of `hosts` show, with those that were kept, and mixed
    versions."""
    world = turn.world
    found = [sign for sign in world.durable.signs.values() if sign.host in hosts]
    for host in hosts:
        found.extend(world.others.shown_signs.get(host, ()))
    replies = [reply for host in hosts if (reply := world.samples.facts.reply(host)) is not None]
    found.extend(world.loaded.integrations.signs_together(replies))
    return found


def covering(turn: Turn, services: frozenset[str], hosts: tuple[str, ...]) -> list[Sign]:
    """Return the signs, of any host, that may mute one of `services` or one of `hosts` now and that no baseline
    contains."""
    world = turn.world
    replies = [reply for host in world.loaded.inventory.hosts if (reply := world.samples.facts.reply(host)) is not None]
    mixed = [sign for service in services for sign in world.loaded.integrations.signs_together(replies, service)]
    return [
        sign
        for sign in (*world.durable.signs.values(), *mixed)
        if sign.key not in world.durable.accepted
        and (sign.host in hosts if sign.service is None else sign.service in services)
    ]
