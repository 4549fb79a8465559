"""How much of the cloud answers the daemon, and whether a silent host is better explained by the daemon being cut
off."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.daemon.state.wire import TryReferences
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.replies import Reach
from remediator.model.people import ENGINE
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.records.records import Incident
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.safety.case import Vantage

REACHABLE = "host-reachable"
YOUNG_INTERVALS = 3
YOUNG_SLACK_S = 30.0
LOOK_EVERY_S = 2.0
TRY_EVERY_S = 30.0
RECOVERS_S = 120.0
"""A host that fell silent while the daemon was cut off counts as a problem of its own this long after sight returns."""
KEPT_S = 600.0
"""For so long the breaker counts a problem, and for so long the daemon remembers when it was cut off."""


def vantage(turn: Turn) -> Vantage:
    """Return how much of the inventory answers now, the daemon's own host aside; looked up once a turn."""
    if turn.vantage is None:
        turn.vantage = _vantage(turn)
    return turn.vantage


def _vantage(turn: Turn) -> Vantage:
    world = turn.world
    hosts = answering = 0
    for host in world.loaded.inventory.hosts:
        reply = world.samples.facts.reply(host)
        if reply is not None and reply.boot_id is not None and reply.boot_id == world.setup.own_boot_id:
            continue
        hosts += 1
        if (
            reply is not None
            and reply.reach is Reach.OK
            and turn.now.at_most_since(reply.asked_at)
            <= YOUNG_INTERVALS * world.loaded.every_s.get(host, 60.0) + YOUNG_SLACK_S
        ):
            answering += 1
    references: Mapping[str, bool | Unknown] = {
        f"{address}:{port}": world.health.references.get(f"{address}:{port}", Unknown("not tried yet"))
        for address, port in world.loaded.config.references
    }
    if hosts == 0 and world.loaded.inventory.hosts:
        return Vantage(hosts=1, answering=1, references=references)  # nothing but the host we run on
    return Vantage(hosts=hosts, answering=answering, references=references)


def watch(turn: Turn) -> None:
    """Note when more than half of the cloud is out of sight, and tell people once that the daemon may be cut off."""
    world = turn.world
    if world.loaded.config.references and (
        world.health.references_at is None or turn.now.since(world.health.references_at) > TRY_EVERY_S
    ):
        world.health.tries_references(turn.now)
        turn.effects.append(TryReferences(addresses=world.loaded.config.references))
    if world.health.vantage_at is not None and turn.now.since(world.health.vantage_at) < LOOK_EVERY_S:
        return
    world.health.looks_around(turn.now)
    seen = vantage(turn)
    asked = [host for host in world.loaded.inventory.hosts if world.samples.facts.reply(host) is not None]
    cut_off = len(asked) == len(world.loaded.inventory.hosts) and seen.answering * 2 < seen.hosts
    if cut_off and world.health.cut_off_since is None:
        world.health.cut_off(turn.now)
        why = f"I reach {seen.answering} of {seen.hosts} hosts: it may be me who is cut off"
        turn.journal.audit("cut_off", ENGINE, {"hosts": seen.hosts, "answering": seen.answering})
        turn.say("error", "cut_off", reason=why)
        turn.page(
            PageKey(PageKind.CUT_OFF, parts=(turn.now.wall.isoformat(),)),
            "remediator may be cut off from its cloud",
            f"{why}; nothing is done.",
        )
    elif not cut_off and world.health.cut_off_since is not None:
        world.health.sees_again(turn.now, KEPT_S)
        turn.journal.audit("sees_again", ENGINE, {"hosts": seen.hosts, "answering": seen.answering})
        turn.say("warning", "sees_again", reason=f"{seen.answering} of {seen.hosts} hosts answer")


def blames_us(world: World, incident: Incident, now: Instant) -> bool:
    """Return whether a host that does not answer is better explained by the daemon being cut off.

    Where both went together, one page has said so, and what is whole again was never broken.
    """
    if incident.check != REACHABLE or incident.hard_at is None:
        return False
    hard_at = incident.hard_at
    if world.health.cut_off_since is not None and not world.health.cut_off_since.after(hard_at):
        return True
    return any(
        not since.after(hard_at) and not hard_at.after(until) and (not incident.open or now.since(until) < RECOVERS_S)
        for since, until in world.health.past_cut_offs
    )
