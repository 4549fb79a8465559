"""`baseline accept`: a person says "this is whole, as it stands now", and is believed only where the checks agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from remediator.daemon.inhibit import wraps
from remediator.daemon.observe import boots, groups, maintenance, marks
from remediator.daemon.requests import approvals
from remediator.daemon.state.wire import Asked
from remediator.daemon.turn import meta_values, mutes
from remediator.daemon.turn.turn import Turn
from remediator.model.content.judging import CheckResult, CheckSpec, Scope
from remediator.model.messages.control import Answer
from remediator.model.messages.replies import Reach
from remediator.model.messages.signs import SignKey
from remediator.model.records.mutes import Accepted
from remediator.model.times import rfc3339
from remediator.mutes import baselines
from remediator.mutes.baselines import CheckSeen, HostSeen, Objections


def hosts_of(turn: Turn, scope: str) -> tuple[str, ...] | None:
    """Return the hosts of `scope` (``all``, ``inventory``, ``group/G``, ``host/H``); None when there is no such
    scope."""
    inventory = turn.world.loaded.inventory
    if scope in ("all", "inventory"):
        return tuple(sorted(inventory.hosts))
    kind, _, name = scope.partition("/")
    if kind == "group":
        domain = (
            groups.members_seen(turn.world, name) if name in turn.world.loaded.integrations.domains else frozenset()
        )
        return inventory.group(name) or tuple(sorted(domain)) or None
    host = turn.world.names.exact(name) if kind == "host" else None
    return None if host is None else (host,)


def _objections(turn: Turn, scope: str, hosts: tuple[str, ...]) -> Objections:
    """Return why `hosts` cannot be called settled."""
    return baselines.objections([_host_seen(turn, host) for host in hosts], _checks_seen(turn, scope, set(hosts)))


def _host_seen(turn: Turn, host: str) -> HostSeen:
    reply = turn.world.samples.facts.reply(host)
    running = (
        sign.detail
        for sign in wraps.signs(turn, (host,))
        if turn.world.durable.wraps[SignKey.read(sign.key).of].ended_at is None
    )
    if reply is None or reply.reach is not Reach.OK:
        return HostSeen(host=host, sampled=False, wrapped=tuple(running))
    manifests = turn.world.loaded.integrations
    ansible = any(sign.kind in manifests.momentary_signs for sign in manifests.signs(reply))
    return HostSeen(host=host, sampled=True, ansible=ansible, wrapped=tuple(running))


def _checks_seen(turn: Turn, scope: str, hosts: set[str]) -> Iterator[CheckSeen]:
    """Yield what the checks say of targets on `hosts`; a group's only where all its members are among them."""
    world = turn.world
    for check in world.loaded.checks():
        for (name, target), series in world.samples.series.items():
            result = world.samples.results.get((name, target))
            if name != check.name or result is None or not set(result.target.hosts) & hosts:
                continue
            if check.assess.scope is Scope.GROUP and not set(result.target.hosts) <= hosts:
                continue
            if scope.startswith("group/") and _only_its_mark(turn, check, result):
                continue
            yield CheckSeen(
                check=name,
                target=target,
                state=series.state,
                output=result.output,
                ok_samples=series.ok_samples,
                every_s=check.every_s,
            )


def _only_its_mark(turn: Turn, check: CheckSpec, result: CheckResult) -> bool:
    """Return whether nothing but what we kept of the group stands against it: it was rebuilt, and a person says so by
    name."""
    mark = marks.proposed(turn, check, result.target.hosts)
    return mark is not None and marks.well_with(turn, check, result.target.hosts, mark)


def _marks(turn: Turn, hosts: tuple[str, ...]) -> dict[str, Any]:
    """Keep the marks of the groups that stand on `hosts` as they are now; return what each was and is."""
    told: dict[str, Any] = {}
    for check in turn.world.loaded.checks():
        members = turn.world.loaded.check_hosts(check)
        if check.assess.scope is not Scope.GROUP or not members or not set(members) <= set(hosts):
            continue
        mark = marks.proposed(turn, check, members)
        if mark is not None:
            told[check.assess.name] = {"before": turn.world.durable.marks.get(check.assess.name), "after": mark}
            meta_values.keep_mark(turn, check.assess.name, mark)
    return told


def accept(turn: Turn, asked: Asked) -> Answer:
    """Store what is seen now as settled, or refuse (exit 4) with the list of what is not."""
    scope = turn.world.names.target(str(asked.args.get("scope") or ""), turn.world.loaded.integrations.kinds)
    reason = str(asked.args.get("reason") or "").strip()
    if not reason:
        return Answer(exit=64, error="baseline accept needs --reason: it is written into the audit")
    if not approvals.may_approve(asked.actor):
        return Answer(exit=4, error=approvals.MAY_NOT)
    hosts = hosts_of(turn, scope)
    if hosts is None:
        doubt = turn.world.names.doubt(scope)
        return Answer(exit=64, error=f"there is no scope {scope!r}{doubt}: all, inventory, group/NAME or host/NAME")
    objections = _objections(turn, scope, hosts)
    refused = objections.whole
    if refused:
        mutes.apply(turn, baselines.refused(scope, reason, refused, asked.actor.name))
        return Answer(
            exit=4,
            data={
                "refused": refused,
                "young": objections.young,
                "checks": objections.checks,
                "again_s": objections.again_s if objections.young else None,
            },
            error=f"not settled: {objections.summary()}",
        )
    momentary = turn.world.loaded.integrations.momentary_signs
    signs = [sign for sign in maintenance.signs_of(turn, hosts) if sign.kind not in momentary]
    wrapped = {sign.key for sign in wraps.signs(turn, hosts)}
    keys = sorted({sign.key for sign in signs} | wrapped | set(boots.boot_marks(turn, hosts)))
    at = rfc3339(turn.now.wall)
    accepted_groups = groups.accepted(turn, hosts, at, whole_inventory=scope in ("all", "inventory"))
    kept_marks = _marks(turn, hosts)
    seen: dict[str, Any] = {
        "scope": scope,
        "hosts": list(hosts),
        "keys": keys,
        "groups": accepted_groups,
        "marks": kept_marks,
    }
    record = Accepted(scope=scope, keys=tuple(keys), by=asked.actor.name, reason=reason)
    mutes.apply(turn, baselines.accepted(record, seen))
    return Answer(exit=0, data={"accepted": {**seen, "count": len(keys)}})


def show(turn: Turn, asked: Asked) -> Answer:
    """Return what is accepted, and which signs of maintenance hold now."""
    world = turn.world
    signs = maintenance.signs_of(turn, tuple(sorted(world.loaded.inventory.hosts)))
    remaining = [
        {
            "kind": sign.kind,
            "host": sign.host,
            "service": sign.service,
            "at": rfc3339(sign.at),
            "detail": sign.detail,
            "key": sign.key,
        }
        for sign in signs
        if sign.key not in world.durable.accepted
        and (turn.now.wall - sign.at).total_seconds() < world.loaded.limits.maintenance_s
    ]
    return Answer(exit=0, data={"accepted": sorted(world.durable.accepted), "holding": remaining})
