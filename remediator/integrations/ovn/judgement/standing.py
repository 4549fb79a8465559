"""How one member of a raft cluster stands to it, by its own word and by the leader's. Pure.

Invariant: a member is in step only where its own word, the leader's list and the recorded cluster id agree. Whatever
does not fit together is ASTRAY or UNKNOWN, and never in step. Source: openvswitch ovsdb/raft.c, raft_unixctl_status().
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from remediator.integrations.ovn.facts import cluster_status
from remediator.integrations.ovn.facts.cluster_status import ClusterStatus, Role
from remediator.integrations.ovn.judgement.picture import MemberPicture, Process, RaftPicture
from remediator.model.values import Unknown


class Standing(enum.Enum):
    """How a member stands to its cluster, as people read it."""

    LEADER = "leads"
    LONE = "leads without a majority"
    FOLLOWER = "follows the leader"
    ASTRAY = "does not follow the leader that the others have"
    CANDIDATE = "stands for election"
    JOINING = "joins"
    LEAVING = "leaves"
    LEFT = "has left"
    FAILED = "has failed"
    DISCONNECTED = "is disconnected from the cluster"
    STOPPED = "is stopped"
    OFF = "was stopped by an operator"
    WEDGED = "is wedged"
    UNKNOWN = "is not known"
    FOREIGN = "is of another cluster"
    STANDALONE = "serves the database without a cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One member and how it stands; `why` is the reason of an UNKNOWN one."""

    member: MemberPicture
    standing: Standing
    why: str = ""

    @property
    def host(self) -> str:
        return self.member.host


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """All members, and what their one leader says; `leader` is None without exactly one."""

    picture: RaftPicture
    seats: tuple[Seat, ...]
    leader: ClusterStatus | None

    def those(self, *standings: Standing) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if seat.standing in standings)

    def hosts(self, *standings: Standing) -> tuple[str, ...]:
        return tuple(seat.host for seat in self.those(*standings))


_PROCESSES = {Process.WEDGED: Standing.WEDGED, Process.STOPPED: Standing.STOPPED, Process.OFF: Standing.OFF}
_WORDS = {
    cluster_status.Standing.JOINING: Standing.JOINING,
    cluster_status.Standing.LEAVING: Standing.LEAVING,
    cluster_status.Standing.LEFT: Standing.LEFT,
    cluster_status.Standing.FAILED: Standing.FAILED,
    cluster_status.Standing.DISCONNECTED: Standing.DISCONNECTED,
}


def seating(picture: RaftPicture) -> Seating:
    """Return how all members of `picture` stand."""
    own = cluster_ids(picture)
    first = [_alone(member, own) for member in picture.members]
    leaders = [seat for seat in first if seat.standing is Standing.LEADER]
    words = leaders[0].member.cluster if len(leaders) == 1 else None
    leader = words if isinstance(words, ClusterStatus) else None
    return Seating(picture=picture, seats=tuple(_beside(seat, leader) for seat in first), leader=leader)


def cluster_ids(picture: RaftPicture) -> frozenset[str]:
    """Return every cluster id that is recorded or that a member says."""
    said = {
        member.cluster.cluster_id
        for member in picture.members
        if member.process is Process.ANSWERS and isinstance(member.cluster, ClusterStatus)
    }
    recorded = {picture.recorded} if isinstance(picture.recorded, str) else set()
    return frozenset(each for each in said | recorded if each is not None)


def _alone(member: MemberPicture, ids: Collection[str]) -> Seat:
    """Return how `member` stands by its own word alone."""
    if isinstance(member.process, Unknown):
        return Seat(member=member, standing=Standing.UNKNOWN, why=member.process.reason)
    if member.process is not Process.ANSWERS:
        return Seat(member=member, standing=_PROCESSES[member.process])
    said = member.cluster
    if isinstance(said, Unknown):
        return Seat(member=member, standing=Standing.UNKNOWN, why=said.reason)
    if said is None:
        return Seat(member=member, standing=Standing.STANDALONE)
    if said.cluster_id is not None and len(ids) > 1:
        return Seat(member=member, standing=Standing.FOREIGN)
    if said.standing is not cluster_status.Standing.MEMBER:
        return Seat(member=member, standing=_WORDS[said.standing])
    return _member(member, said)


def _member(member: MemberPicture, said: ClusterStatus) -> Seat:
    """Return how one stands that says that it is a member."""
    if said.role is Role.CANDIDATE:
        return Seat(member=member, standing=Standing.CANDIDATE)
    if said.role is None or said.cluster_id is None:
        return Seat(member=member, standing=Standing.UNKNOWN, why="it is a member without a role or a cluster")
    if isinstance(member.connected, Unknown):
        return Seat(member=member, standing=Standing.UNKNOWN, why=member.connected.reason)
    if said.role is Role.LEADER:
        if not said.is_leader:
            return Seat(member=member, standing=Standing.UNKNOWN, why="it leads, and names another leader")
        return Seat(member=member, standing=Standing.LEADER if member.connected else Standing.LONE)
    return Seat(member=member, standing=Standing.FOLLOWER if member.connected else Standing.ASTRAY)


def _beside(seat: Seat, leader: ClusterStatus | None) -> Seat:
    """Return the seat of a follower once the leader was asked: it is ASTRAY unless both know each other, in one term.
    A list without anybody says nothing of it; its size is then not known either."""
    said = seat.member.cluster
    if seat.standing is not Standing.FOLLOWER or not isinstance(said, ClusterStatus):
        return seat
    if leader is not None and said.leader_sid == leader.sid and said.term == leader.term:
        listed = not leader.servers or any(one.sid == said.sid for one in leader.servers)
        return seat if listed else Seat(member=seat.member, standing=Standing.ASTRAY)
    return Seat(member=seat.member, standing=Standing.ASTRAY)
