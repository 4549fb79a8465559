"""What MariaDB with Galera declares to the lab."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path

from lab.cloud import hosts, shapes
from lab.cloud.service import Service
from lab.cloud.technology import Technology
from lab.cloud.topology import Host
from lab.faults.model import Broken
from lab.galera import mariadb, passwords, recovery, schema, server_config
from lab.galera.demo import STORY
from lab.galera.faults import FAULTS, members

GROUP = "mariadb"


def settings(watched: Sequence[Host]) -> str:
    """Return how a daemon reads the members, where it watches any."""
    if not any(host in mariadb.HOSTS for host in watched):
        return ""
    return (
        f"  galera: {{group: {GROUP}, port: 3306, user: monitor, password: {{file: {passwords.MONITOR}}}, "
        f"canaries: [{', '.join(schema.CANARIES)}]}}\n"
    )


def up(fresh: Sequence[Host], broken: Set[str]) -> None:
    """Form the cluster or let fresh members join; bring it back where no fault explains that it is not whole."""
    there = [h for h in mariadb.members(shapes.current()) if h in fresh or hosts.made(h)]
    new = [h for h in there if h in fresh]
    old = [h for h in there if h not in fresh]
    if new:
        mariadb.form(new, old)
    elif not broken & {h.name for h in there} and not all(mariadb.synced(h, len(old)) for h in old):
        recovery.recover(old)


def heal(broken: Broken) -> None:
    """Wait until the members that no other fault holds are Synced."""
    mariadb.wait_synced(members.whole_but(broken))


TECHNOLOGY = Technology(
    name="galera",
    services=(
        Service(
            name=mariadb.CONTAINER,
            image="mariadb-server",
            on=tuple(h.name for h in mariadb.HOSTS),
            command=lambda host: "lab_mariadb",
            files=lambda host: {"galera.cnf": server_config.text(host)},
            volumes=("mariadb:/var/lib/mysql/",),
            clustered=True,
        ),
    ),
    groups={GROUP: ("control",)},
    secrets=passwords.EVERY,
    image=Path(__file__).with_name("image"),
    made_from=schema.TABLES,
    checks=("galera-node", "galera-cluster", "galera-mark", "galera-upgrade"),
    settings=settings,
    faults=FAULTS,
    up=up,
    heal=heal,
    demo=STORY,
)
