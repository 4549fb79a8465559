"""Who is connected to the members' group port, and whom their configuration names, against the inventory. Pure.

Invariant: a stranger is told on one member's word; that there is none needs every reached member's (GB-2, GB-9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remediator.integrations.galera.facts import Member
from remediator.model.judging import Evidence
from remediator.model.kleene import Truth, any_of
from remediator.model.replies import HostReply, Reach
from remediator.model.values import Unknown


def elsewhere(evidence: Evidence, seen: Mapping[str, Member], replies: Mapping[str, HostReply | None]) -> Truth:
    """Somebody whom the inventory does not know is connected at the group's port: it may be a member, and Primary."""
    ours = set(_addresses(evidence).values())
    found: list[Truth] = []
    for host, one in seen.items():
        reply = replies[host]
        if reply is None or reply.reach is not Reach.OK:
            continue  # of such a one nothing is proven anyway
        if isinstance(one.launch, Unknown):
            found.append(one.launch)
        elif isinstance(one.launch.peers, Unknown):
            found.append(one.launch.peers)
        else:
            found.append(bool(set(one.launch.peers) - ours))
    return any_of(found)


def _addresses(evidence: Evidence) -> dict[str, str]:
    found = {}
    for name in evidence.hosts:
        host = evidence.inventory.hosts.get(name)
        if host is not None:
            found[name] = host.api_address or host.address
    return found


def addresses_match(evidence: Evidence, seen: Mapping[str, Member]) -> Truth:
    """wsrep_cluster_address on every member that was read names exactly the members of the inventory."""
    ours = set(_addresses(evidence).values())
    found: list[Truth] = []
    for one in seen.values():
        if isinstance(one.launch, Unknown):
            continue
        addresses = one.launch.addresses
        if isinstance(addresses, Unknown):
            found.append(addresses)
        else:
            found.append(addresses is not None and set(addresses) == ours)
    return any_of(()) if not found else _all(found)


def _all(values: Sequence[Truth]) -> Truth:
    if any(value is False for value in values):
        return False
    return next((value for value in values if isinstance(value, Unknown)), True)
