"""What a host says of one OVN database server: a member of a cluster, a standalone server, or a relay. Pure.

Invariant: the server tells of itself in its own database (_Server), and as a member of its cluster. Both are sources,
and each is UNKNOWN by itself. A database of another name than the expected one is UNKNOWN. Sources: RFC 7047 and
ovsdb-server(5) for the table Database of _Server (`model`, `leader`, `connected`, `cid`, `sid`, `index`);
kolla-ansible roles/ovn-db for sockets and containers.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovn.facts import cluster_status
from remediator.integrations.ovn.facts.cluster_status import ClusterStatus
from remediator.integrations.ovs.facts import answering, replies, values
from remediator.integrations.ovs.facts.answering import Reached
from remediator.model.values import Unknown

NORTHBOUND, SOUTHBOUND = "OVN_Northbound", "OVN_Southbound"
MOST_DATABASES = 16
MOST_NAME = 128
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
    databases: tuple[str, ...] | Unknown
    """What it serves beside _Server. Empty: a server that left its cluster serves nothing any more (seen with 3.1)."""
    serving: Serving | Unknown
    cluster: ClusterStatus | Unknown | None
    """None: it is in no cluster (standalone, relay)."""


def parse(database: str, container: str, item: Mapping[str, Any], control: Mapping[str, Any] | None) -> DatabaseServer:
    """Return the facts of one server, by its way for clients and its way for commands (None: it has none that is
    asked). Raise as `typed` does."""
    socket = answering.parse(typed.table(item, "reached"))
    commands = socket if control is None else answering.parse(typed.table(control, "reached"))
    rows = _rows(item["answers"]) if socket.answers else socket.unknown
    serving = rows if isinstance(rows, Unknown) else _serving(rows, database)
    return DatabaseServer(
        database=database,
        container=container,
        expected=typed.flag(item, "expected"),
        socket=socket,
        control=commands,
        databases=rows if isinstance(rows, Unknown) else tuple(sorted(set(rows) - {"_Server"})),
        serving=serving,
        cluster=None if control is None else _cluster(database, commands, control["answers"], serving),
    )


def _rows(answers: Any) -> Mapping[str, Mapping[str, Any]] | Unknown:
    """Return the rows of the table Database of _Server, by the name of the database."""
    reply = replies.result(answers, 0)
    if isinstance(reply, Unknown):
        return reply
    rows = replies.rows(reply, 0)
    if isinstance(rows, Unknown):
        return rows
    if len(rows) > MOST_DATABASES:
        return Unknown(f"ovsdb: {len(rows)} databases")
    found = {}
    for each in rows:
        row = typed.table({"row": each}, "row")
        found[typed.text(row, "name", MOST_NAME)] = row
    return found if len(found) == len(rows) else Unknown("ovsdb: two databases of one name")


def _serving(rows: Mapping[str, Mapping[str, Any]], database: str) -> Serving | Unknown:
    """Return what the server says of `database`."""
    if database not in rows:
        return Unknown(f"ovsdb: it serves no {database}")
    row = rows[database]
    model, connected, leader = (values.scalar(row.get(name), kind) for name, kind in _ALWAYS)
    if not isinstance(model, str):
        return Unknown("ovsdb: no model")
    if not isinstance(connected, bool) or not isinstance(leader, bool):
        return Unknown("ovsdb: neither connected nor not")
    cluster_id, server_id, index = (
        values.uuid(row.get("cid")),
        values.uuid(row.get("sid")),
        values.scalar(row.get("index"), int),
    )
    try:
        kind = Model(model)
    except ValueError:
        return Unknown(f"ovsdb: a model that is not known: {ascii(model[:20])[1:-1]}")
    return Serving(
        model=kind,
        connected=connected,
        leader=leader,
        cluster_id=cluster_id if isinstance(cluster_id, str) else None,
        server_id=server_id if isinstance(server_id, str) else None,
        index=index if isinstance(index, int) else None,
    )


def _cluster(
    database: str, control: Reached, answers: Any, serving: Serving | Unknown
) -> ClusterStatus | Unknown | None:
    """Return the member's word on its cluster; None: its server says that it is in none."""
    if isinstance(serving, Serving) and serving.model is not Model.CLUSTERED:
        return None
    if not control.answers:
        return control.unknown
    told = replies.result(answers, 0)
    if isinstance(told, Unknown):
        return told
    if not isinstance(told, str):
        return Unknown("cluster_status: no text")
    found = cluster_status.parse(told)
    if isinstance(found, ClusterStatus) and found.name != database:
        return Unknown("cluster_status: of another database")
    return found


_ALWAYS: tuple[tuple[str, type[Any]], ...] = (("model", str), ("connected", bool), ("leader", bool))
