"""The storm breaker's eyes: which hosts have a fresh problem that nothing explains, scope by scope.

Fresh is what went HARD in the last ten minutes, cured meanwhile or not (DESIGN's reason: what broke together has one cause, and
healing it piece by piece hides that). A problem under a parent that is not OK counts for nothing, nor does a target that
stands on several hosts: it is a cluster's, and its members' problems are its own. UNKNOWN is never a problem, nor is a host that
stopped answering while we were cut off ourselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remediator.daemon import situation
from remediator.daemon.turn import ENGINE, Turn
from remediator.daemon.world import STORM_LATCH, World
from remediator.model.plans import Plan
from remediator.model.records import Incident, IncidentState
from remediator.model.times import Instant, rfc3339
from remediator.safety import storm
from remediator.safety.case import StormScope

FRESH_S = 600.0
OF_THE_INVENTORY = frozenset({"host-identity"})
"""Checks whose problem is a mistake in the inventory: nothing broke."""


def troubled(world: World, now: Instant) -> tuple[Incident, ...]:
    """Return the fresh problems of single hosts that nothing explains, open or just closed."""
    return tuple(
        incident
        for incident in (*world.incidents.values(), *world.just_closed.values())
        if incident.bad_at is not None
        and incident.check not in OF_THE_INVENTORY
        and len(incident.target.hosts) == 1
        and now.since(incident.bad_at) < FRESH_S
        and incident.parent is None
        and incident.state is not IncidentState.SUPPRESSED
        and not situation.blames_us(world, incident, now)
    )


def scopes_of(turn: Turn, plan: Plan) -> tuple[StormScope, ...]:
    """Return the scopes that a plan lies in: the whole cloud, each group of a host it touches, and its service."""
    every = _scopes(turn)
    names = {"cloud"} | {
        f"group/{group}"
        for host in plan.touches
        if host in turn.world.inventory.hosts
        for group in turn.world.inventory.hosts[host].groups
    }
    if plan.target.kind == "container":
        names.add(f"service/{plan.target.name}")
    return tuple(every[name] for name in sorted(names) if name in every)


def _scopes(turn: Turn) -> Mapping[str, StormScope]:
    """Return every scope that has a problem, and the cloud; made once a turn."""
    if turn.storm_scopes is None:
        turn.storm_scopes = {scope.name: scope for scope in _made(turn.world, turn.now)}
    return turn.storm_scopes


def _made(world: World, now: Instant) -> Iterator[StormScope]:
    hosts_in: dict[str, set[str]] = {"cloud": set()}
    for incident in troubled(world, now):
        host = incident.target.host
        if host not in world.inventory.hosts:
            continue
        scopes = ["cloud", *(f"group/{group}" for group in world.inventory.hosts[host].groups)]
        if incident.target.kind == "container":
            scopes.append(f"service/{incident.target.name}")
        for scope in scopes:
            hosts_in.setdefault(scope, set()).add(host)
    for scope, hosts in hosts_in.items():
        yield StormScope(name=scope, hosts=_size(world, scope), troubled=tuple(sorted(hosts)))


def _size(world: World, scope: str) -> int:
    kind, _, name = scope.partition("/")
    if kind == "cloud":
        return len(world.inventory.hosts)
    if kind == "group":
        return len(world.inventory.group(name))
    return len(world.hosts_with.get(name, ()))


def watch(turn: Turn) -> None:
    """Once a turn: forget what is not fresh any more, and note every breaker that opens or closes; the first one latches R3."""
    world = turn.world
    for incident in list(world.just_closed.values()):
        if incident.bad_at is None or turn.now.since(incident.bad_at) >= FRESH_S:
            del world.just_closed[incident.id]
    if not world.storms and len(world.incidents) + len(world.just_closed) <= world.limits.storm_hosts:
        return
    opened = {
        name: why
        for name, scope in _scopes(turn).items()
        if (why := storm.too_many(scope, world.limits.storm_hosts, world.limits.storm_percent)) is not None
    }
    for name in sorted(set(opened) - set(world.storms)):
        _opened(turn, name, opened[name])
    for name in sorted(set(world.storms) - set(opened)):
        turn.journal.audit("storm_closed", ENGINE, {"scope": name})
        turn.say("warning", "storm_closed", reason=name)
    world.storms = opened


def _opened(turn: Turn, scope: str, why: str) -> None:
    world = turn.world
    turn.journal.audit("storm_opened", ENGINE, {"scope": scope, "why": why})
    turn.say("warning", "storm_opened", reason=why)
    if world.storm_latched is None:
        world.storm_latched = f"since {rfc3339(turn.now.wall)}: {why}"
        turn.journal.set_meta(STORM_LATCH, world.storm_latched)
        turn.page(
            f"storm:{rfc3339(turn.now.wall)}",
            "The storm breaker is open: too much broke at once",
            f"{why}\nNothing new is started on it by itself. R1 and R2 go on when the count falls; R3 waits for"
            " `remediator brakes close storm --reason R`.",
        )
