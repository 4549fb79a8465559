"""Faults of one Galera member's data: empty but flagged, another cluster's, half copied, or with a prepared
transaction.

Data that a fault replaces is kept aside and put back by its heal, unless the member came back without it meanwhile.
"""

from __future__ import annotations

from lab.cloud import hosts, topology
from lab.cloud.topology import Host
from lab.faults import unit
from lab.faults.model import Broken, Fault, Param
from lab.galera import disk, mariadb
from lab.galera.disk import CONFIG, IMAGE
from lab.galera.faults import members
from lab.outer.proc import poll

_XA = "lab"
_RATE = "60mbit"
"""Slow enough for the eye to catch a state transfer of some 80 MB."""


def _empty_flagged(broken: Broken) -> list[str]:
    members.kill(members.present())
    disk.move_aside(broken.host)
    disk.write_grastate(broken.host, uuid=disk.NO_UUID, seqno=-1, flag=1)
    return [
        f"all members were killed; the data directory of {broken.host.name} is empty but for a "
        f"grastate.dat of zero uuid, seqno -1, "
        "safe_to_bootstrap 1; its data is kept aside until heal"
    ]


def _two_uuids(broken: Broken) -> list[str]:
    everyone = members.present()
    members.kill(everyone)
    beyond = max(disk.position(h).seqno for h in everyone) + 20
    disk.move_aside(broken.host)
    _foreign_cluster(broken.host, beyond)
    seen = disk.grastate(broken.host)
    return [
        f"all members were killed; {broken.host.name} now holds a cluster of its own, uuid "
        f"{seen.get('uuid')}, seqno {seen.get('seqno')}, "
        f"safe_to_bootstrap {seen.get('safe_to_bootstrap')}; its data is kept aside until heal"
    ]


def _foreign_cluster(host: Host, seqno: int) -> None:
    """Make an empty database, let it be a cluster of its own up to a seqno, and stop it cleanly."""
    script = f"""set -e
mariadb-install-db --no-defaults --datadir=/var/lib/mysql --user=mysql --auth-root-authentication-method=normal --skip-test-db --innodb-log-file-size=16M >/dev/null 2>&1
mariadbd --defaults-file={CONFIG} --user=mysql --wsrep-new-cluster --bind-address=127.0.0.1 --socket=/tmp/foreign.sock --log-error=/tmp/foreign.err \\
  --wsrep-node-address=127.0.0.1 --wsrep-provider-options="gmcast.listen_addr=tcp://127.0.0.1:4567;ist.recv_addr=127.0.0.1:4568;gcache.size=32M" &
sql() {{ mariadb -S /tmp/foreign.sock -uroot "$@"; }}
n=0
until sql -NBe "SHOW STATUS LIKE \\"wsrep_ready\\"" 2>/dev/null | grep -q ON; do n=$((n + 1)); test $n -lt 200; sleep 0.2; done
sql -e "CREATE DATABASE foreign_cluster; CREATE TABLE foreign_cluster.t (id INT PRIMARY KEY AUTO_INCREMENT)"
for i in $(seq {seqno}); do echo "INSERT INTO foreign_cluster.t VALUES ();"; done | sql
mariadb-admin -S /tmp/foreign.sock -uroot shutdown
wait"""  # noqa: E501
    run = f"docker run --rm --network none --volumes-from mariadb --user 0 --entrypoint sh {IMAGE} -c '{script}'\n"
    hosts.shell(host, run, timeout_s=180)


def _sst_cut(broken: Broken) -> list[str]:
    joiner, rest = broken.host, members.others(broken.host)
    target = members.container(joiner)
    members.stop_cleanly(joiner)
    disk.force_sst(joiner)
    disk.write_grastate(joiner, uuid=disk.NO_UUID, seqno=-1, flag=0)
    for host in rest:
        hosts.shell(
            host, f"tc qdisc replace dev {topology.SERVICE_DEVICE} root tbf rate {_RATE} burst 64kb latency 400ms\n"
        )
    try:
        unit.drop_in(target, unit.STAY_DOWN)
        hosts.shell(joiner, f"systemctl reset-failed {mariadb.UNIT}\nsystemctl start {mariadb.UNIT}\n")
        mark = f"{disk.DATA}/sst_in_progress"
        arriving = f"test -e {mark} && find {disk.DATA} -name 'ib*' -newer {mark} | grep -q ."
        poll(
            "a state transfer under way",
            lambda: hosts.execute(joiner, ["sh", "-c", arriving], check=False).ok,
            limit_s=60,
            every_s=0.05,
        )
        unit.kill(target)
        unit.wait(target, limit_s=30, ActiveState="failed")
        unit.drop_in(target, None)
    finally:
        for host in rest:
            hosts.shell(host, f"tc qdisc del dev {topology.SERVICE_DEVICE} root\n", check=False)
    poll("the donor to be Synced again", lambda: all(mariadb.synced(h, len(rest)) for h in rest), limit_s=90)
    lines = [
        f"{joiner.name} was killed in the middle of a state transfer: its grastate.dat says zero uuid and -1, "
        "its sst_in_progress is left, and its InnoDB is half copied: it does not even recover a position"
    ]
    if broken.params["all"]:
        members.kill(rest)
        lines.append(f"then {', '.join(h.name for h in rest)} were killed: no Primary")
    return lines


def _prepared_xa(broken: Broken) -> list[str]:
    """Prepare a transaction outside of the replication, which has no XA, and leave it so."""
    prepare = (
        f"XA START '{_XA}'; INSERT INTO lab.writes (id, host) VALUES (-1, 'xa'); XA END '{_XA}'; XA PREPARE '{_XA}';"
    )
    _unreplicated(broken.host, prepare)
    members.kill(members.present())
    return [
        f"a transaction was prepared (XA) on {broken.host.name} and neither committed nor rolled back; "
        f"then all members were killed"
    ]


def _undo_prepared_xa(broken: Broken) -> None:
    """Whoever starts the member as it is gets the prepared transaction back with it, and its locks."""
    members.undo(broken)
    if mariadb.sql(broken.host, "XA RECOVER;").strip():
        _unreplicated(broken.host, f"XA ROLLBACK '{_XA}';")


def _unreplicated(host: Host, text: str) -> None:
    mariadb.sql(host, "SET GLOBAL wsrep_on = OFF;")
    try:
        mariadb.sql(host, text)
    finally:
        mariadb.sql(host, "SET GLOBAL wsrep_on = ON;")


def _undo(broken: Broken) -> None:
    host = broken.host
    hosts.shell(host, f"tc qdisc del dev {topology.SERVICE_DEVICE} root 2>/dev/null || true\n")
    if disk.kept(host):
        if mariadb.synced(host, 2):
            disk.forget_kept(host)  # it came back without its old data
        else:
            hosts.shell(host, f"systemctl stop {mariadb.UNIT}\n", timeout_s=150)
            disk.put_back(host)
    members.undo(broken)


_HEALS = "puts the data back and brings the cluster back"

FAULTS = (
    Fault(
        name="galera-empty-flagged",
        summary="all down; the host named has an empty data directory that says it is safe to bootstrap",
        hosts=members.MEMBERS,
        default="ctl1",
        check="galera-cluster",
        outcome="escalated",
        heals=_HEALS,
        start=_empty_flagged,
        undo=_undo,
    ),
    Fault(
        name="galera-two-uuids",
        summary="all down; the host named holds another cluster, further on and safe to bootstrap",
        hosts=members.MEMBERS,
        default="ctl3",
        check="galera-cluster",
        outcome="escalated",
        heals=_HEALS,
        start=_two_uuids,
        undo=_undo,
    ),
    Fault(
        name="galera-sst-cut",
        summary="the host named was killed in the middle of a state transfer",
        hosts=members.MEMBERS,
        default="ctl3",
        check="galera-node",
        outcome="escalated",
        heals="lets the member take a whole copy",
        start=_sst_cut,
        undo=_undo,
        needs=members.TWO,
        params={"all": Param(help="the others are killed too", switch=True)},
    ),
    Fault(
        name="galera-prepared-xa",
        summary="all down; the host named has a prepared transaction",
        hosts=members.MEMBERS,
        default="ctl2",
        check="galera-cluster",
        outcome="escalated",
        heals="brings the cluster back without that transaction",
        start=_prepared_xa,
        undo=_undo_prepared_xa,
    ),
)
