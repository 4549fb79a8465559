"""The Northbound and Southbound databases: a raft of the controllers each, and what is said to and read from them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from lab.cloud import hosts, shapes, topology
from lab.cloud.topology import Host
from lab.outer.proc import Finished, poll


@dataclass(frozen=True, kw_only=True)
class Database:
    """One of the two. `short` is how OVN's own programs call it; `raft` its port among its members."""

    short: str
    schema: str
    port: int
    raft: int

    @property
    def container(self) -> str:
        return f"ovn_{self.short}_db"

    @property
    def unit(self) -> str:
        return topology.unit(self.container)

    @property
    def file(self) -> str:
        return f"/var/lib/openvswitch/ovn-{self.short}/ovn{self.short}.db"

    @property
    def control(self) -> str:
        return f"/run/ovn/ovn{self.short}_db.ctl"

    def connection(self) -> str:
        """Return where its clients find it: every member."""
        return ",".join(f"tcp:{h.address}:{self.port}" for h in members())

    def command(self, host: Host) -> str:
        """Return kolla's command."""
        name, folder = self.short, "/var/log/kolla/openvswitch"
        return (
            f"/usr/share/ovn/scripts/ovn-ctl run_{name}_ovsdb --db-{name}-cluster-local-addr={host.address} "
            f"--db-{name}-sock=/run/ovn/ovn{name}_db.sock --db-{name}-pidfile=/run/ovn/ovn{name}_db.pid "
            f"--db-{name}-file={self.file} --ovn-{name}-logfile={folder}/ovn-{name}-db.log"
        )


NORTH = Database(short="nb", schema="OVN_Northbound", port=6641, raft=6643)
SOUTH = Database(short="sb", schema="OVN_Southbound", port=6642, raft=6644)
BOTH = (NORTH, SOUTH)


def members() -> list[Host]:
    """Return the hosts of the current shape that have a member of each."""
    return [h for h in shapes.hosts() if h.name in topology.CONTROL]


def form(fresh: Sequence[Host], picture: str) -> None:
    """Make the databases of new members, joining what there is, and start them. `picture`: the image that has
    ovsdb-tool."""
    joined = [h for h in members() if h not in fresh]
    for host in [h for h in members() if h in fresh]:
        for database in BOTH:
            _make(database, host, joined, picture)
        hosts.shell(host, f"systemctl start {' '.join(d.unit for d in BOTH)}\n", timeout_s=100)
        joined.append(host)
        for database in BOTH:
            poll(f"{database.container} on {host.name}", partial(is_member, database, host), limit_s=60)
    for database in BOTH:
        leader = poll(f"a leader of {database.schema}", partial(leader_of, database), limit_s=60)
        control(leader, f"ovn-{database.short}ctl", "set-connection", f"ptcp:{database.port}:0.0.0.0")


def _make(database: Database, host: Host, joined: Sequence[Host], picture: str) -> None:
    """Make the member's file as `ovn-ctl` would at a first start: a new cluster, or one that is joined."""
    here = f"tcp:{host.address}:{database.raft}"
    if joined:
        rest = " ".join(f"tcp:{other.address}:{database.raft}" for other in joined)
        how = f"join-cluster {database.file} {database.schema} {here} {rest}"
    else:
        how = f"create-cluster {database.file} /usr/share/ovn/ovn-{database.short}.ovsschema {here}"
    volume = f"{database.container}:/var/lib/openvswitch/ovn-{database.short}/"
    script = f"test -e {database.file} || ovsdb-tool {how}"
    hosts.shell(
        host,
        f"{host.engine} run --rm --network none --volume {volume} --entrypoint sh {picture} -c {shlex.quote(script)}\n",
        timeout_s=100,
    )


def status(database: Database, host: Host) -> str:
    """Return what the member says of its cluster; nothing when it does not answer."""
    said = execute(
        host, database.container, "ovs-appctl", "-T", "3", "-t", database.control, "cluster/status", database.schema
    )
    return said.out if said.ok else ""


def is_member(database: Database, host: Host) -> bool:
    said = status(database, host)
    return "Status: cluster member" in said and "Leader: unknown" not in said


def leader_of(database: Database) -> Host | None:
    """Return the member that leads now."""
    return next((h for h in members() if "Role: leader" in status(database, h)), None)


def control(host: Host, program: str, *words: str) -> Finished:
    """Run ovn-nbctl or ovn-sbctl on a member's own database."""
    container = NORTH.container if program == "ovn-nbctl" else SOUTH.container
    return execute(host, container, program, "--timeout=20", *words, check=True)


def execute(host: Host, container: str, *argv: str, check: bool = False) -> Finished:
    """Run a program in a container of a host."""
    return hosts.execute(host, [host.engine, "exec", container, *argv], timeout_s=40, check=check)
