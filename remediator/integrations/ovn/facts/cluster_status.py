"""What a member of a raft cluster says of it: the text of ``cluster/status``. Pure.

Invariant: a text that lacks what every member says, says something twice, or was cut in the middle is UNKNOWN as a
whole. A line that nobody knows is passed over: newer servers print more. Source: openvswitch ovsdb/raft.c,
raft_unixctl_status(), of branches 2.12 to 3.5, which prints these lines in this order.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from remediator.integrations.ovs.facts.remotes import Remote
from remediator.model.values import Unknown

MOST_SERVERS = 64


class Standing(enum.Enum):
    """How the server stands to its cluster (line ``Status``)."""

    MEMBER = "cluster member"
    JOINING = "joining cluster"
    LEAVING = "leaving cluster"
    LEFT = "left cluster"
    FAILED = "failed"
    DISCONNECTED = "disconnected from the cluster (election timeout)"


class Role(enum.Enum):
    LEADER = "leader"
    FOLLOWER = "follower"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One line below ``Servers``: a member by the word of the one that was asked."""

    sid: str
    """The first four hexadecimal digits of its server id."""
    address: str
    """As it was written: ``tcp:10.0.0.1:6644``."""
    remote: Remote | Unknown
    is_self: bool
    next_index: int | None
    match_index: int | None
    """What the leader knows the server to have; both None on a follower."""
    last_msg_ms: int | None
    """Since its last word; None: it never spoke, or the server is of a release that does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A connection to another member; `up` False: it is being made (its line has it in parentheses)."""

    sid: str
    outgoing: bool
    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterStatus:
    """One member's word on its cluster."""

    name: str
    """Of the database: ``OVN_Southbound``."""
    cluster_id: str | None
    """The whole UUID; None: it has none yet (it is joining for the first time)."""
    server_id: str
    """The whole UUID; its first four digits are what others call it."""
    address: str
    remote: Remote | Unknown
    standing: Standing
    joining_by: tuple[str, ...]
    """The remotes that a joining server knows."""
    role: Role | None
    """None: it does not say, for it is no member (yet, or any more)."""
    term: int | None
    leader: str | None
    """``self``, the first four digits of a server id, or None: it knows none."""
    vote: str | None
    election_timer_ms: int | None
    log_from: int | None
    log_to: int | None
    not_committed: int | None
    not_applied: int | None
    connections: tuple[Connection, ...]
    disconnections: int | None
    """How often a connection broke since the server started; None: its release does not say it."""
    servers: tuple[Server, ...]
    election_started_ms: int | None
    election_reason: str | None
    election_won_ms: int | None

    @property
    def sid(self) -> str:
        """The first four digits of its own server id."""
        return self.server_id[:4]

    @property
    def is_leader(self) -> bool:
        """It holds itself for the leader, in role and in name."""
        return self.role is Role.LEADER and self.leader == "self"

    @property
    def leader_sid(self) -> str | None:
        return self.sid if self.leader == "self" else self.leader

    @property
    def doubled_addresses(self) -> Mapping[str, tuple[str, ...]]:
        """Addresses that two servers or more have, with their ids: all but one of them are ghosts."""
        by_address: dict[str, list[str]] = {}
        for one in self.servers:
            place = one.address if isinstance(one.remote, Unknown) else one.remote.text
            by_address.setdefault(place, []).append(one.sid)
        return {address: tuple(sids) for address, sids in by_address.items() if len(sids) > 1}


def parse(text: str) -> ClusterStatus | Unknown:
    """Return what the text of ``cluster/status`` says."""
    raise NotImplementedError(text)
