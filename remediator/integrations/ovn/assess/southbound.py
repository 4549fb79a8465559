"""Judgement-free results about the chassis, as the southbound database has them. Pure.

Invariant: what a leader of a minority, or a server of another cluster, says may be old. Rows count only when exactly
one server of the group may know them.
"""

from __future__ import annotations

from collections.abc import Sequence

from remediator.integrations.ovn import cluster, fields
from remediator.integrations.ovn.facts import southbound
from remediator.integrations.ovn.facts.southbound import GatewayGroup, Southbound, alive
from remediator.model import targets
from remediator.model.content.judging import Assessed, Evidence
from remediator.model.values import Data, Unknown

MOST = 20
CONTROLLERS = "ovn-controller"


def judge(evidence: Evidence) -> Sequence[Assessed]:
    """Return `ovn.chassis`, one result for all southbound servers of the evidence; none where nobody has one."""
    replies = {name: reply for name in evidence.hosts if (reply := evidence.reply(name)) is not None}
    told = {name: southbound.of(reply) for name, reply in replies.items()}
    if not told or all(isinstance(one, Southbound) and one.why_not == "no_server" for one in told.values()):
        return []
    target = targets.cluster(cluster.CHASSIS, evidence.hosts)
    asked = {name: one for name, one in told.items() if isinstance(one, Southbound) and one.asked}
    if len(asked) != 1:
        silent = next((one for one in told.values() if isinstance(one, Unknown)), None)
        why = f"several servers say that they lead: {', '.join(asked)}" if asked else "no southbound server leads"
        unknown = silent if silent is not None and not asked else Unknown(why)
        return [Assessed(target=target, data=dict.fromkeys(fields.SOUTHBOUND, unknown))]
    ((name, found),) = asked.items()
    return [Assessed(target=target, data=_data(name, found, len(evidence.inventory.group(CONTROLLERS))))]


def _data(name: str, found: Southbound, hosts: int) -> Data:
    living = {one.name: alive(one, found.nb_cfg, found.clock_s) for one in found.chassis}
    return {
        "asked": name,
        "nb_cfg": found.nb_cfg,
        "chassis": len(found.chassis),
        "alive": sum(value is True for value in living.values()),
        "dead": sorted(one for one, value in living.items() if value is False)[:MOST],
        "unclear": sum(isinstance(value, Unknown) for value in living.values()),
        "hosts": hosts,
        "hosts_without": max(0, hosts - len({one.hostname for one in found.chassis})),
        "doubled": [f"{host}: {', '.join(names[:MOST])}" for host, names in sorted(found.doubled.items())][:MOST],
        "orphans": list(found.orphans[:MOST]),
        "encap_twice": _encap_twice(found),
        "lone_gateways": found.gateway_groups
        if isinstance(found.gateway_groups, Unknown)
        else [one.name for one in found.gateway_groups if _lone(one, living)][:MOST],
    }


def _encap_twice(found: Southbound) -> list[str]:
    by: dict[tuple[str, str], set[str]] = {}
    for one in found.chassis:
        for encap in one.encaps:
            by.setdefault((encap.kind, encap.address), set()).add(one.name)
    twice = {key: names for key, names in by.items() if len(names) > 1}
    return [f"{kind} {address}: {', '.join(sorted(names))}" for (kind, address), names in sorted(twice.items())][:MOST]


def _lone(group: GatewayGroup, living: dict[str, bool | Unknown]) -> bool:
    """Return whether fewer than two of the group are alive, none of which can be missed."""
    return sum(living.get(name) is not False for name in group.chassis if name in living) < 2
