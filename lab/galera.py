"""The Galera cluster: formed from nothing, joined by new members, asked for its state, and brought back after a loss.

The first member starts with a flag that bootstraps; once the others are Synced it is restarted without, so that no
lasting process carries --wsrep-new-cluster.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from lab import hosts, paths, topology
from lab.errors import LabError
from lab.proc import poll
from lab.topology import Host

UNIT = topology.unit("mariadb")
_BOOTSTRAP = "/run/lab/mariadb.bootstrap"


def form(members: Sequence[Host], running: Sequence[Host] = ()) -> None:
    """Make the members a cluster, or let them join the one of the `running` hosts."""
    if not members:
        return
    if running:
        _start(members)
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
    _create_users(first)
    _start(rest)
    wait_synced(members)
    hosts.shell(first, f"systemctl restart {UNIT}\n", timeout_s=200)
    wait_synced(members)


def status(host: Host, *, password: str | None = None) -> dict[str, str]:
    """Return the wsrep status variables that a member tells, or nothing when it does not answer."""
    secret = paths.ROOT_PASSWORD.read_text().strip() if password is None else password
    script = f"export MYSQL_PWD={shlex.quote(secret)}\n"
    script += f"{host.engine} exec -e MYSQL_PWD mariadb mariadb --connect-timeout=3 -uroot -NB -e \"SHOW GLOBAL STATUS LIKE 'wsrep_%'\"\n"
    answer = hosts.shell(host, script, timeout_s=20, check=False)
    return dict(line.split("\t", 1) for line in answer.out.splitlines() if "\t" in line)


def synced(host: Host, at_least: int, at_most: int = len(topology.GALERA)) -> bool:
    """Say whether a member is Synced in a Primary component of so many members."""
    seen = status(host)
    wanted = {"wsrep_cluster_status": "Primary", "wsrep_local_state_comment": "Synced", "wsrep_ready": "ON"}
    return wanted.items() <= seen.items() and at_least <= int(seen.get("wsrep_cluster_size", 0)) <= at_most


def recover(members: Sequence[Host]) -> None:
    """Bring a cluster back whose members may all be down: by restart (pc.recovery), else by the most advanced one.

    The lab's own remedy for its own faults; it knows that nobody wrote since, which no operator can take for granted.
    """
    _start(members)
    try:
        wait_synced(members, limit_s=60)
        return
    except LabError:
        if len(members) < len([h for h in topology.GALERA if hosts.state(h) != "absent"]):
            raise  # some are left out: a bootstrap could make a second cluster
    with ThreadPoolExecutor(len(members)) as pool:
        list(
            pool.map(
                lambda h: hosts.shell(
                    h, f"systemctl stop {UNIT}\nsystemctl reset-failed {UNIT} || true\n", timeout_s=150
                ),
                members,
            )
        )
        positions = list(pool.map(_position, members))
    first = max(zip(positions, members, strict=True), key=lambda pair: pair[0])[1]
    rest = [h for h in members if h is not first]
    data = "/var/lib/docker/volumes/mariadb/_data"
    hosts.shell(
        first,
        f"sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' {data}/grastate.dat\nrm -f {data}/gvwstate.dat\n",
    )
    hosts.shell(first, f"touch {_BOOTSTRAP}\nsystemctl start {UNIT}\n", timeout_s=100)
    poll(f"the first Galera member on {first.name}", lambda: synced(first, 1), limit_s=90)
    hosts.shell(first, f"rm -f {_BOOTSTRAP}\n")
    _start(rest)
    wait_synced(members)
    hosts.shell(first, f"systemctl restart {UNIT}\n", timeout_s=200)
    wait_synced(members)


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


def _start(members: Sequence[Host]) -> None:
    if not members:
        return
    script = f"systemctl reset-failed {UNIT} 2>/dev/null || true\nsystemctl start {UNIT}\n"
    with ThreadPoolExecutor(len(members)) as pool:
        list(pool.map(lambda h: hosts.shell(h, script, timeout_s=100), members))


def _position(host: Host) -> int:
    """Return the seqno that a stopped member recovers, or -1."""
    script = (
        "docker run --rm --user mysql --network none -v mariadb:/var/lib/mysql --entrypoint sh "
        "$(docker container inspect -f '{{.Config.Image}}' mariadb) -c 'mariadbd --no-defaults --datadir=/var/lib/mysql "
        "--wsrep-on --wsrep-provider=/usr/lib/galera/libgalera_smm.so --wsrep-recover 2>&1' | grep -o 'ecovered position.*' || true\n"
    )
    answer = hosts.shell(host, script, timeout_s=60).out.strip()
    seqno = answer.rsplit(":", 1)[-1]
    return int(seqno) if seqno.lstrip("-").isdigit() else -1


def _create_users(host: Host) -> None:
    root, monitor = (p.read_text().strip() for p in (paths.ROOT_PASSWORD, paths.MONITOR_PASSWORD))
    grants = f"""
CREATE USER 'monitor'@'10.77.0.%' IDENTIFIED BY '{monitor}';
CREATE USER 'monitor'@'localhost' IDENTIFIED BY '{monitor}';
CREATE DATABASE keystone;
CREATE TABLE keystone.project (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(64));
INSERT INTO keystone.project (name) VALUES ('admin'), ('service');
ALTER USER 'root'@'localhost' IDENTIFIED BY '{root}';
"""
    hosts.execute(host, [host.engine, "exec", "-i", "mariadb", "mariadb", "-uroot"], stdin=grants)
