"""The storm breaker's eyes: which hosts have a fresh problem that nothing accounts for, scope by scope.

A fresh problem went HARD in the last ten minutes, cured meanwhile or not. What broke together has one cause, and
healing it piece by piece hides that. A problem that is accounted for (`accounted`) counts for nothing. Nor does a
target that stands on several hosts: it is a cluster's, and the problems of its members are their own. UNKNOWN is never
a problem, nor is a host that stopped answering while this daemon was cut off. Invariant: what a person has closed the
breaker over is not counted again; a problem that is counted until then keeps R3 from acting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from remediator.daemon.inhibit import accounts
from remediator.daemon.observe import vantage
from remediator.daemon.state.world import World
from remediator.daemon.turn import mutes
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan
from remediator.model.records.holds import OpenStorm
from remediator.model.records.records import Incident
from remediator.model.times import Instant
from remediator.mutes.brakes import storms
from remediator.safety.case import StormScope
from remediator.safety.guards import storm

FRESH_S = 600.0
OF_THE_INVENTORY = frozenset({"host-identity", "host-names"})
"""Checks whose problem is a mistake in the inventory, or in the name of a file on a host: nothing broke."""


def troubled(turn: Turn) -> tuple[Incident, ...]:
    """Return the fresh problems of single hosts that nothing accounts for, open or just closed."""
    world, now = turn.world, turn.now
    return tuple(
        each
        for each in _fresh(world, now)
        if accounts.counts(each) and not accounts.worked_on(turn, each) and not vantage.blames_us(world, each, now)
    )


def _fresh(world: World, now: Instant) -> list[Incident]:
    return [
        incident
        for incident in (*world.durable.incidents.values(), *world.durable.just_closed.values())
        if incident.bad_at is not None
        and incident.check not in OF_THE_INVENTORY
        and len(incident.target.hosts) == 1
        and now.since(incident.bad_at) < FRESH_S
        and (world.durable.storm_closed_at is None or incident.bad_at.after(world.durable.storm_closed_at))
    ]


def scopes_of(turn: Turn, plan: Plan) -> tuple[StormScope, ...]:
    """Return the scopes that a plan lies in: the whole cloud, each group of a host it touches, and its service."""
    every = _scopes(turn)
    names = {"cloud"} | {
        f"group/{group}"
        for host in plan.touches
        if host in turn.world.loaded.inventory.hosts
        for group in turn.world.loaded.inventory.hosts[host].groups
    }
    if plan.target.kind == "container":
        names.add(f"service/{plan.target.name}")
    return tuple(every[name] for name in sorted(names) if name in every)


def _scopes(turn: Turn) -> Mapping[str, StormScope]:
    """Return every scope that has a problem, and the cloud; made once a turn."""
    if turn.storm_scopes is None:
        accounts.note(turn, _fresh(turn.world, turn.now))
        turn.storm_scopes = {scope.name: scope for scope in _made(turn)}
    return turn.storm_scopes


def _made(turn: Turn) -> Iterator[StormScope]:
    world, now = turn.world, turn.now
    hosts_in: dict[str, dict[str, datetime]] = {"cloud": {}}
    for incident in troubled(turn):
        host = incident.target.host
        if host not in world.loaded.inventory.hosts:
            continue
        until = _fresh_until(incident, now)
        for scope in _scopes_of_problem(world, incident):
            known = hosts_in.setdefault(scope, {})
            known[host] = max(until, known.get(host, until))
    for scope, hosts in hosts_in.items():
        yield StormScope(name=scope, hosts=_size(world, scope), troubled=tuple(sorted(hosts)), fresh_until=hosts)


def _scopes_of_problem(world: World, incident: Incident) -> tuple[str, ...]:
    groups = tuple(f"group/{group}" for group in world.loaded.inventory.hosts[incident.target.host].groups)
    service = (f"service/{incident.target.name}",) if incident.target.kind == "container" else ()
    return ("cloud", *groups, *service)


def _fresh_until(incident: Incident, now: Instant) -> datetime:
    assert incident.bad_at is not None
    return now.wall + timedelta(seconds=FRESH_S - now.since(incident.bad_at))


def _size(world: World, scope: str) -> int:
    kind, _, name = scope.partition("/")
    if kind == "cloud":
        return len(world.loaded.inventory.hosts)
    if kind == "group":
        return len(world.loaded.inventory.group(name))
    return len(world.samples.hosts_with.get(name, ()))


def watch(turn: Turn, closed_by: str = "") -> None:
    """Once a turn: forget what is not fresh any more, and note every breaker that opens or closes; one that opens
    latches R3.

    `closed_by`: who closed it in this moment, and why.
    """
    world = turn.world
    for incident in list(world.durable.just_closed.values()):
        if incident.bad_at is None or turn.now.since(incident.bad_at) >= FRESH_S:
            turn.no_longer_fresh(incident.id)
    opened = _open_now(turn)
    mutes.apply(turn, storms.watched(world.durable.storm, world.health.storms, opened, closed_by, turn.now))
    world.health.storms_open(opened)
    if opened:
        mutes.apply(turn, storms.counted(world.durable.storm, _counted_now(turn), world.durable.incidents))


def _open_now(turn: Turn) -> dict[str, OpenStorm]:
    most_hosts, most_percent = turn.world.loaded.limits.storm_hosts, turn.world.loaded.limits.storm_percent
    return {
        name: OpenStorm(why=why, until=storm.ends_at(scope, most_hosts, most_percent))
        for name, scope in _scopes(turn).items()
        if (why := storm.too_many(scope, most_hosts, most_percent)) is not None
    }


def _counted_now(turn: Turn) -> frozenset[str]:
    world = turn.world
    return frozenset(
        incident.id
        for incident in troubled(turn)
        if incident.target.host in world.loaded.inventory.hosts
        and not world.health.storms.keys().isdisjoint(_scopes_of_problem(world, incident))
    )


# closed by hand ---------------------------------------------------------------------------------------------------


def in_the_way(turn: Turn) -> list[Incident]:
    """Return the problems that were counted, are not over, and that nothing accounts for."""
    world = turn.world
    turn.storm_scopes = None
    _scopes(turn)
    counted = world.durable.storm_counted | _counted_now(turn)
    known = [world.durable.incidents[each] for each in sorted(counted) if each in world.durable.incidents]
    accounts.note(turn, known)
    return [
        world.durable.incidents[each.id]
        for each in known
        if accounts.counts(world.durable.incidents[each.id]) and not _well(world, each)
    ]


def _well(world: World, incident: Incident) -> bool:
    series = world.samples.series.get((incident.check, incident.target.text))
    return series is not None and series.state is State.OK and series.ok_samples >= lifecycle.OK_SAMPLES_TO_CLOSE


def close(turn: Turn, actor: str, reason: str) -> None:
    """Close the breaker: nothing that went HARD until now is counted any more. The caller has asked `in_the_way`."""
    mutes.apply(turn, storms.closed(turn.world.durable.storm, actor, reason, turn.now))
    turn.storm_scopes = None
    watch(turn, f"{actor} closed it: {reason}")
