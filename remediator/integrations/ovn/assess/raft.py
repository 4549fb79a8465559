"""Judgement-free results about the members of a raft cluster and about the whole of it. Pure.

Invariant: counts are of proven facts (`proven_x`, `others_connected`: lower bounds) or of possible ones
(`may_be_connected`: an upper bound). A member is connected only by its own word: the server says so, it is a member by
``cluster/status``, and it knows a leader. A standalone server is nobody's member.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.integrations.ovn import fields
from remediator.integrations.ovn.assess import daemon
from remediator.integrations.ovn.cluster import NORTH, Raft
from remediator.integrations.ovn.facts import host as ovn_facts
from remediator.integrations.ovn.facts.cluster_status import ClusterStatus, Standing
from remediator.integrations.ovn.facts.database import DatabaseServer, Model, Serving
from remediator.integrations.ovn.memory import Terms
from remediator.model import targets
from remediator.model.content.judging import Assessed, Evidence
from remediator.model.kleene import Truth
from remediator.model.messages.replies import HostReply
from remediator.model.values import Data, Unknown

NOT_ASKED = Unknown("not_asked")
OF_SERVING = ("model", "connected")
OF_CLUSTER = (
    "standing",
    "role",
    "leader",
    "term",
    "cluster_id",
    "server_id",
    "address",
    "not_committed",
    "not_applied",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One host of the group, as it is known."""

    host: str
    server: DatabaseServer | Unknown | None
    elections: int

    @property
    def status(self) -> ClusterStatus | Unknown | None:
        return self.server.cluster if isinstance(self.server, DatabaseServer) else self.server

    @property
    def serving(self) -> Serving | Unknown | None:
        return self.server.serving if isinstance(self.server, DatabaseServer) else self.server

    @property
    def stopped(self) -> Truth:
        if isinstance(self.server, DatabaseServer):
            return self.server.socket.stopped
        return self.server if isinstance(self.server, Unknown) else Unknown("no_server")

    @property
    def connected(self) -> Truth:
        """The member is connected to a majority of its cluster, or it is proven not to be."""
        if self.stopped is True or self.server is None:
            return False
        serving, status = self.serving, self.status
        if isinstance(self.server, DatabaseServer) and self.server.databases == ():
            return False
        if not isinstance(serving, Serving):
            return serving if isinstance(serving, Unknown) else NOT_ASKED
        if serving.model is not Model.CLUSTERED or not serving.connected:
            return False
        if not isinstance(status, ClusterStatus):
            return status if isinstance(status, Unknown) else NOT_ASKED
        return status.standing is Standing.MEMBER and status.leader is not None

    @property
    def sid(self) -> str | None:
        return self.status.sid if isinstance(self.status, ClusterStatus) else None


def members(raft: Raft) -> Callable[[Evidence], Sequence[Assessed]]:
    """Return what judges each member of `raft`."""

    def judge(evidence: Evidence) -> Sequence[Assessed]:
        known = _group(evidence, raft)
        return [
            _member(raft, one, [other for other in known if other is not one], evidence.reply(one.host))
            for one in known
            if one.server is not None
        ]

    return judge


def whole(raft: Raft) -> Callable[[Evidence], Sequence[Assessed]]:
    """Return what judges `raft` as a whole."""

    def judge(evidence: Evidence) -> Sequence[Assessed]:
        known = _group(evidence, raft)
        if not known or all(one.server is None for one in known):
            return []
        return [Assessed(target=targets.cluster(raft.kind, evidence.hosts), data=_whole(known))]

    return judge


def _group(evidence: Evidence, raft: Raft) -> list[Member]:
    """Return the members, each machine once: the second name of one is left out."""
    found = []
    for name in evidence.hosts:
        names = evidence.names(name)
        if names and any(other in evidence.hosts and other < name for other in names):
            continue
        reply, memory = evidence.reply(name), evidence.memory(name)
        found.append(
            Member(
                host=name,
                server=NOT_ASKED if reply is None else _server(reply, raft),
                elections=memory.elections(raft.database) if isinstance(memory, Terms) else 0,
            )
        )
    return found


def _server(reply: HostReply, raft: Raft) -> DatabaseServer | Unknown | None:
    told = ovn_facts.of(reply)
    if isinstance(told, Unknown):
        return told
    return told.north if raft is NORTH else told.south


def _member(raft: Raft, one: Member, others: Sequence[Member], reply: HostReply | None) -> Assessed:
    unit, identity = (
        (dict.fromkeys(fields.UNIT, NOT_ASKED), {}) if reply is None else daemon.unit(reply, raft.container)
    )
    server = one.server
    reached = server.socket if isinstance(server, DatabaseServer) else NOT_ASKED if server is None else server
    data: dict[str, Any] = {
        **unit,
        **daemon.reached(reached),
        **_serving(one),
        **_status(one),
        "elections": one.elections,
        **_beside(one, others),
    }
    return Assessed(target=targets.member(raft.kind, one.host), data=data, identity=identity)


def _serving(one: Member) -> Data:
    found = one.serving
    if not isinstance(found, Serving):
        return dict.fromkeys(OF_SERVING, None if one.stopped is True else found)
    return {"model": found.model.value, "connected": found.connected}


def _status(one: Member) -> Data:
    """A proven stop makes what only a running member has absent."""
    found = one.status
    if not isinstance(found, ClusterStatus):
        nothing = None if one.stopped is True else found
        return dict.fromkeys((*OF_CLUSTER, "servers", "unheard", "ghosts"), nothing)
    up = {connection.sid for connection in found.connections if connection.up}
    return {
        "standing": found.standing.value,
        "role": None if found.role is None else found.role.value,
        "leader": found.leader,
        "term": found.term,
        "cluster_id": found.cluster_id,
        "server_id": found.server_id,
        "address": found.address,
        "not_committed": found.not_committed,
        "not_applied": found.not_applied,
        "servers": len(found.servers),
        "unheard": _unheard(found, up),
        "ghosts": _ghosts(found),
    }


def _unheard(found: ClusterStatus, up: set[str]) -> list[str]:
    """A connection that has not told who it is yet (``0000``) may be that of any server: then nobody is unheard."""
    if "0000" in up:
        return []
    return sorted(one.address for one in found.servers if not one.is_self and one.sid not in up)


def _ghosts(found: ClusterStatus) -> list[str]:
    return [f"{address} ({', '.join(sids)})" for address, sids in sorted(found.doubled_addresses.items())]


def _beside(one: Member, others: Sequence[Member]) -> Data:
    proven = [other for other in others if other.connected is True]
    majority = _listed([one, *others]) // 2 + 1
    may_be = sum(other.connected is not False for other in others)
    quorum: Truth
    if len(proven) >= majority and len({_of_cluster(other) for other in proven}) == 1:
        quorum = True
    elif may_be < majority:
        quorum = False
    else:
        quorum = next(
            (other.connected for other in others if isinstance(other.connected, Unknown)), Unknown("several clusters")
        )
    return {
        "group_size": len(others) + 1,
        "others_connected": len(proven),
        "others_all_known": not any(isinstance(other.connected, Unknown) for other in others),
        "quorum_without_me": quorum,
    }


def _of_cluster(one: Member) -> str | None:
    return one.status.cluster_id if isinstance(one.status, ClusterStatus) else None


def _listed(known: Sequence[Member]) -> int:
    """Return how many servers count for a majority: the longest list of any member, or the inventory's where that has
    more. A ghost counts, for it does in raft."""
    lists = [len(one.status.servers) for one in known if isinstance(one.status, ClusterStatus)]
    return max((*lists, len(known)))


def _whole(known: Sequence[Member]) -> Data:
    told = {one.host: one.status for one in known if isinstance(one.status, ClusterStatus)}
    proven = [one for one in known if one.connected is True]
    may_be = sum(one.connected is not False for one in known)
    ids = sorted({status.cluster_id for status in told.values() if status.cluster_id is not None})
    alone = [one.host for one in known if isinstance(one.serving, Serving) and one.serving.model is Model.STANDALONE]
    leader = _leader(known, proven)
    only_one = len(alone) == 1 and len(known) == 1
    return {
        "members": len(known),
        "answered": sum(isinstance(one.serving, Serving) for one in known),
        "proven_connected": len(proven),
        "may_be_connected": may_be,
        "proven_stopped": sum(one.stopped is True for one in known),
        "leaders": [host for host, status in told.items() if status.is_leader],
        "leader": alone[0] if only_one else leader,
        "quorum": True if only_one else _quorum(known, leader, may_be),
        "cluster_ids": ids,
        "standalone": alone,
        "mixed": len(ids) > 1 or (bool(alone) and (bool(ids) or len(alone) > 1)),
        "joining": _standing(told, Standing.JOINING),
        "left": sorted({*_standing(told, Standing.LEFT), *_standing(told, Standing.LEAVING), *_serves_nothing(known)}),
        "failed": _standing(told, Standing.FAILED),
        "ghosts": sorted({ghost for status in told.values() for ghost in _ghosts(status)}),
        "elections": max((one.elections for one in known), default=0),
        "table": "\n".join(_line(one) for one in known),
    }


def _leader(known: Sequence[Member], proven: Sequence[Member]) -> str | None:
    """Return the host of the leader that a majority of all servers follows, by the word of each."""
    by: dict[tuple[str | None, str | None], int] = {}
    for one in proven:
        if isinstance(one.status, ClusterStatus):
            key = one.status.cluster_id, one.status.leader_sid
            by[key] = by.get(key, 0) + 1
    majority = _listed(known) // 2 + 1
    for (cluster_id, sid), count in by.items():
        if count >= majority:
            for one in known:
                if one.sid == sid and _of_cluster(one) == cluster_id:
                    return one.host
    return None


def _quorum(known: Sequence[Member], leader: str | None, may_be: int) -> Truth:
    if leader is not None:
        return True
    if may_be < _listed(known) // 2 + 1:
        return False
    return next((one.connected for one in known if isinstance(one.connected, Unknown)), Unknown("no_common_leader"))


def _standing(told: Mapping[str, ClusterStatus], standing: Standing) -> list[str]:
    return [host for host, status in told.items() if status.standing is standing]


def _serves_nothing(known: Sequence[Member]) -> list[str]:
    return [one.host for one in known if isinstance(one.server, DatabaseServer) and one.server.databases == ()]


def _line(one: Member) -> str:
    """Return what is known of a member, for people."""
    if isinstance(one.status, ClusterStatus):
        found = one.status
        role = "" if found.role is None else f", {found.role.value}"
        return (
            f"{one.host}: {found.standing.value}{role}, term {found.term}, leader {found.leader or 'unknown'}, "
            f"cluster {(found.cluster_id or 'not yet known')[:4]}, {len(found.servers)} servers"
        )
    if isinstance(one.serving, Serving):
        return f"{one.host}: {one.serving.model.value}"
    if one.stopped is True:
        return f"{one.host}: stopped"
    why = one.serving.reason if isinstance(one.serving, Unknown) else "it has no server"
    return f"{one.host}: not known ({why[:80]})"
