"""What a host says of one OVN database server: a member of a cluster, a standalone server, or a relay. Pure.

Invariant: what the server says of itself in its own database (_Server) and what it says as a member of its cluster are
two sources, each UNKNOWN by itself. A database of another name than the expected one is UNKNOWN. Sources: RFC 7047 and
ovsdb-server(5) for the table Database of _Server (`model`, `leader`, `connected`, `cid`, `sid`, `index`);
kolla-ansible roles/ovn-db for sockets and containers.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations.ovn.facts.cluster_status import ClusterStatus
from remediator.integrations.ovs.facts.answering import Reached
from remediator.model.values import Unknown

NORTHBOUND, SOUTHBOUND = "OVN_Northbound", "OVN_Southbound"
NORTH_PORT, SOUTH_PORT = 6641, 6642
NORTH_RAFT_PORT, SOUTH_RAFT_PORT = 6643, 6644


class Model(enum.Enum):
    """How the server serves the database (column ``model``)."""

    CLUSTERED = "clustered"
    STANDALONE = "standalone"
    RELAY = "relay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What the server says of the database in its own one, _Server."""

    model: Model
    connected: bool
    """It is in contact with a majority of its cluster (clustered), or with its source (relay); a standalone one always
    is."""
    leader: bool
    """True on the leader of a cluster, and on every standalone server."""
    cluster_id: str | None
    server_id: str | None
    index: int | None
    """How far its log goes; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseServer:
    """One server of one database on one host."""

    database: str
    container: str
    """The name of its container in kolla: ``ovn_nb_db``, ``ovn_sb_db``, ``ovn_sb_db_relay_1``."""
    expected: bool
    """Its configuration is below /etc/kolla: the server ought to be here."""
    socket: Reached
    """Its way for clients (OVSDB)."""
    control: Reached
    """Its way for commands (unixctl)."""
    serving: Serving | Unknown
    cluster: ClusterStatus | Unknown | None
    """None: it is in no cluster (standalone, relay)."""


def parse(item: Mapping[str, Any]) -> DatabaseServer:
    """Return the facts of one server. Raise as `typed` does."""
    raise NotImplementedError(item)
