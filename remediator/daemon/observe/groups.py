"""Failure-domain groups: which containers are members of what, how each member is, and for how long the group has been
whole.

Invariant: the members are those of the inventory and of the store. A member that vanished from the inventory counts as
not known, until a person accepts the inventory.
"""

from __future__ import annotations

from dataclasses import replace

from remediator.daemon.state.world import World
from remediator.daemon.turn import sightings
from remediator.daemon.turn.turn import Turn
from remediator.model import targets
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan
from remediator.model.manifest.domains import Domain
from remediator.model.records.records import GroupKept
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.safety.case import Group, Member, units_of
from remediator.safety.guard import seconds

COUNT_EVERY_S = 30.0
GAP_S = 90.0
"""Time between two looks that is longer than this was not seen, and does not count."""


def members_seen(world: World, name: str) -> frozenset[str]:
    """Return the hosts that have a member of group `name` now, as far as anything was judged there."""
    domain = world.loaded.integrations.domains[name]
    found = (
        world.samples.hosts_with[container] for container in domain.containers if container in world.samples.hosts_with
    )
    members = frozenset(host for hosts in found for host in hosts)
    return members if domain.only_in is None else members & frozenset(world.loaded.inventory.group(domain.only_in))


def members(world: World, name: str) -> frozenset[str]:
    """Return every host that is known to have a member of group `name`: those of now, and those that were stored."""
    kept = world.durable.groups.get(name)
    return members_seen(world, name) | (kept.members if kept is not None else frozenset())


def group_of(turn: Turn, plan: Plan) -> Group | Unknown | None:
    """Return the group that `plan` touches, its members as they are now; None when it touches none."""
    world = turn.world
    name = world.loaded.integrations.domain_of(plan.target)
    if name is None:
        return None
    hosts = members(world, name)
    if world.loaded.integrations.domains[name].only_in is not None and not hosts & set(plan.target.hosts):
        return None
    if not hosts:
        return Unknown("no member of it has been judged yet")
    touched = {unit.split("/")[1] for unit in units_of(plan, world.loaded.integrations.kinds)} or set(plan.target.hosts)
    return Group(
        name=name,
        members={host: member(turn, name, host) for host in sorted(hosts)},
        touched=tuple(sorted(touched & hosts)),
        baseline=missing(world, name, hosts),
    )


def missing(world: World, name: str, members: frozenset[str]) -> str | None:
    """Return why group `name` has no baseline; None when a person accepted it, or it was seen whole for long enough."""
    kept = world.durable.groups.get(name)
    if kept is not None and kept.members == members:
        if kept.accepted_at is not None or kept.healthy_s >= world.loaded.limits.baseline_s:
            return None
        return f"it has been seen whole for {seconds(kept.healthy_s)} of {seconds(world.loaded.limits.baseline_s)}"
    return "it has never been seen whole" if kept is None else "its members changed"


def member(turn: Turn, name: str, host: str) -> Member:
    """Return how the member of group `name` on `host` is now."""
    world = turn.world
    domain = world.loaded.integrations.domains[name]
    if host not in world.loaded.inventory.hosts:
        gone = Unknown("it left the inventory")
        return Member(healthy=gone, joining=gone, settled=gone)
    keys = [
        key
        for key in world.samples.keys_of_host.get(host, ())
        if (key[1] == f"{domain.own_kind}/{host}" and key[0] == domain.own_check)
        or (
            domain.own_kind is None
            and targets.kind_of(key[1]) == "container"
            and key[1].rsplit("/", 1)[1] in domain.containers
        )
    ]
    states = [world.samples.series[key] for key in keys if key in world.samples.series]
    if not states or any(series.state is State.UNKNOWN for series in states):
        why = Unknown(f"the member on {host} is UNKNOWN")
        return Member(healthy=why, joining=why, settled=why)
    healthy = all(series.state is State.OK for series in states)
    settled = healthy and all(
        series.ok_since is not None and turn.now.since(series.ok_since) >= domain.settle_s for series in states
    )
    return Member(healthy=healthy, joining=_joining(world, domain, keys), settled=settled)


def _joining(world: World, domain: Domain, keys: list[tuple[str, str]]) -> bool | Unknown:
    """Return whether a member is on its way in, or gives a transfer, in the words of its own technology."""
    for key in keys:
        result = world.samples.results.get(key)
        if result is None or domain.joining is None:
            continue
        found = domain.joining(result.data)
        if isinstance(found, Unknown) or found:
            return found
    return False


def watch(turn: Turn) -> None:
    """Count for how long each group has been whole: every member known, healthy, and the same as before."""
    world = turn.world
    for name in world.loaded.integrations.domains:
        counted = world.samples.group_counted.get(name)
        if counted is not None and turn.now.since(counted) < COUNT_EVERY_S:
            continue
        members = members_seen(world, name)
        if not members:
            continue
        world.samples.group_counted[name] = turn.now
        kept = world.durable.groups.get(name)
        after = _counted(turn, name, kept, members, counted)
        if after != kept:
            sightings.keep_group(turn, name, after)


def _counted(
    turn: Turn, name: str, kept: GroupKept | None, members: frozenset[str], counted: Instant | None
) -> GroupKept:
    if kept is None:
        return GroupKept(members=members)
    if not members <= kept.members:
        return GroupKept(members=members | kept.members)  # one more: seen whole from here on, anew
    if members != kept.members or kept.healthy_s >= turn.world.loaded.limits.baseline_s:
        return kept
    if counted is None or turn.now.since(counted) > GAP_S:
        return kept
    if not all(member(turn, name, host).healthy is True for host in members):
        return kept
    return replace(kept, healthy_s=kept.healthy_s + turn.now.since(counted))


def accepted(turn: Turn, hosts: tuple[str, ...], at: str, whole_inventory: bool) -> list[str]:
    """Take the groups whose members all stand on `hosts` as they are now for their baseline; return their names.

    `whole_inventory`: a member that left the inventory is forgotten.
    """
    done = []
    for name in turn.world.loaded.integrations.domains:
        members = members_seen(turn.world, name)
        kept = turn.world.durable.groups.get(name)
        known = members | (kept.members if kept is not None and not whole_inventory else frozenset())
        if not members or not known <= set(hosts):
            continue
        after = GroupKept(members=members, healthy_s=kept.healthy_s if kept else 0.0, accepted_at=at)
        sightings.keep_group(turn, name, after)
        done.append(name)
    return done
