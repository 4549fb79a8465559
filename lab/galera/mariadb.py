"""The Galera cluster: formed from nothing, joined by new members, asked for its state and its rows.

The first member starts with a flag that bootstraps; once the others are Synced it is restarted without, so that no
lasting process carries --wsrep-new-cluster.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from lab.cloud import hosts, topology
from lab.cloud.shapes import Shape
from lab.cloud.topology import Host
from lab.errors import UsageError
from lab.galera import passwords, schema
from lab.outer.proc import poll

CONTAINER = "mariadb"
UNIT = topology.unit(CONTAINER)
HOSTS: tuple[Host, ...] = tuple(topology.host(name) for name in topology.CONTROL)
"""Where a member can be."""
EXTRA_CONFIG = "/run/lab/mariadb.extra.cnf"
_BOOTSTRAP = "/run/lab/mariadb.bootstrap"
_WELL = {"wsrep_cluster_status": "Primary", "wsrep_local_state_comment": "Synced", "wsrep_ready": "ON"}


def members(shape: Shape) -> tuple[Host, ...]:
    """Return the hosts of a shape that have a member."""
    return tuple(h for h in HOSTS if h.name in shape.hosts)


def form(members: Sequence[Host], running: Sequence[Host] = ()) -> None:
    """Make the members a cluster, or let them join the one of the `running` hosts."""
    if not members:
        return
    if running:
        start(members)
        wait_synced([*running, *members])
        return
    first, rest = members[0], members[1:]
    hosts.shell(first, f"touch {_BOOTSTRAP}\nsystemctl start {UNIT}\n", timeout_s=100)
    poll(
        f"the first Galera member on {first.name}",
        lambda: status(first, password="").get("wsrep_ready") == "ON",
        limit_s=90,
    )
    hosts.shell(first, f"rm -f {_BOOTSTRAP}\n")
    sql(first, schema.text(), password="")
    start(rest)
    wait_synced(members)
    # A member that is alone comes back by its last view (gvwstate.dat), which a clean stop would take away.
    kill = "" if rest else f"{first.engine} kill mariadb\n"
    hosts.shell(first, f"{kill}systemctl restart {UNIT}\n", timeout_s=200)
    wait_synced(members)


def sql(
    host: Host, text: str, *, container: str = "mariadb", password: str | None = None, timeout_s: float = 60
) -> str:
    """Run statements as root on a member's own socket and return the rows, by tabs. Raise CommandFailed when one
    fails."""
    return hosts.shell(
        host, _client(host, container, password) + f" <<'END-OF-SQL'\n{text}\nEND-OF-SQL\n", timeout_s=timeout_s
    ).out


def status(host: Host, *, password: str | None = None, container: str = "mariadb") -> dict[str, str]:
    """Return the wsrep status variables that a member tells, or nothing when it does not answer."""
    script = _client(host, container, password) + " -e \"SHOW GLOBAL STATUS LIKE 'wsrep_%'\"\n"
    answer = hosts.shell(host, script, timeout_s=20, check=False)
    return dict(line.split("\t", 1) for line in answer.out.splitlines() if "\t" in line)


def synced(host: Host, at_least: int, at_most: int = len(HOSTS), *, container: str = "mariadb") -> bool:
    """Say whether a member is Synced in a Primary component of so many members."""
    seen = status(host, container=container)
    return _WELL.items() <= seen.items() and at_least <= int(seen.get("wsrep_cluster_size", 0)) <= at_most


def primary(host: Host) -> bool:
    """Say whether a member says of itself that it is in a Primary component."""
    return status(host).get("wsrep_cluster_status") == "Primary"


def wait_synced(members: Sequence[Host], limit_s: float = 150) -> None:
    """Wait until all the members are Synced in one Primary component."""
    names = ", ".join(h.name for h in members)
    with ThreadPoolExecutor(len(members)) as pool:
        poll(
            f"Galera Synced on {names}",
            lambda: all(pool.map(lambda h: synced(h, len(members)), members)),
            limit_s=limit_s,
            every_s=0.7,
        )


def start(members: Sequence[Host]) -> None:
    """Start the members' units side by side; that they come is not waited for."""
    if not members:
        return
    script = f"systemctl reset-failed {UNIT} 2>/dev/null || true\nsystemctl start {UNIT}\n"
    with ThreadPoolExecutor(len(members)) as pool:
        list(pool.map(lambda h: hosts.shell(h, script, timeout_s=100), members))


def write(host: Host, rows: int) -> None:
    """Commit so many transactions of one row each on a member, and so move its position by as many."""
    sql(host, f"INSERT INTO lab.writes (host) VALUES ('{host.name}');\n" * rows)


def set_flush(value: int) -> None:
    """Set innodb_flush_log_at_trx_commit on all members, for what runs and for what starts until its host boots again.

    - 0: the log goes to the disk once a second, so a killed process loses transactions that it acknowledged.
    - 1 (the default): the log goes to the disk at each commit.
    - 2: the log goes to the operating system, and no further, at each commit.
    """
    if value not in (0, 1, 2):
        raise UsageError(f"innodb_flush_log_at_trx_commit is 0, 1 or 2, not {value}")
    for host in HOSTS:
        if hosts.state(host) != "running":
            continue
        text = f"[mysqld]\ninnodb_flush_log_at_trx_commit = {value}\n"
        hosts.shell(host, f"printf %s {shlex.quote(text)} > {EXTRA_CONFIG}\n")
        if status(host):
            sql(host, f"SET GLOBAL innodb_flush_log_at_trx_commit = {value};")


def _client(host: Host, container: str, password: str | None) -> str:
    secret = passwords.ROOT.read_text().strip() if password is None else password
    return (
        f"export MYSQL_PWD={shlex.quote(secret)}\n{host.engine} exec -i -e MYSQL_PWD {container} mariadb "
        f"--connect-timeout=3 -uroot -NB"
    )
