"""The lab's own remedy after its own faults: all members Synced again, with whatever it takes.

The lab knows which faults it made, and that nobody else has written since. No operator can take that for granted. Never
a model for what may act on a cloud.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lab.cloud import hosts
from lab.cloud.topology import Host
from lab.errors import LabError
from lab.galera import disk, mariadb, steps
from lab.galera.disk import Position

T = TypeVar("T")


def _as_it_is(host: Host) -> None:
    """Change nothing before a start."""


def recover(members: Sequence[Host]) -> None:
    """Bring the members back: by a plain start, else from the most advanced one; who cannot follow takes a whole copy.

    Raise LabError when some hosts are left out and no member is Primary: a bootstrap could make a second cluster.
    """
    if not members:
        return
    _each(members, steps.release)
    alive = [h for h in members if mariadb.primary(h)]
    if not alive and _one_view(members):
        mariadb.start(members)
        try:
            mariadb.wait_synced(members, limit_s=45)
            return
        except LabError:
            alive = [h for h in members if mariadb.primary(h)]
    if not alive:
        if len(members) < len([h for h in mariadb.HOSTS if hosts.state(h) != "absent"]):
            raise LabError(
                f"{', '.join(h.name for h in members)}: no Primary, and other hosts are broken: heal those first"
            )
        alive = [_bootstrap(members)]
    for host in members:
        if host not in alive:
            _join(host, alive[0])
    mariadb.wait_synced(members)


def _one_view(members: Sequence[Host]) -> bool:
    """Say whether all the members remember the same Primary view, so that they form it again once all of them run."""
    views = {disk.view(h) for h in members}
    return len(views) == 1 and views != {""}


def _bootstrap(members: Sequence[Host]) -> Host:
    """Bootstrap from the member that is furthest in the history that most of them share; return it, run by its unit."""
    _each(members, steps.stop)
    found = dict(zip(members, _each(members, disk.position), strict=True))
    usable = [p.uuid for p in found.values() if p.usable]
    if not usable:
        raise LabError("no Galera member has a position: python -m lab down; python -m lab up")
    uuid = max(usable, key=usable.count)
    first = max((h for h in members if found[h].uuid == uuid), key=lambda h: (not found[h].prepared, found[h].seqno))
    if disk.grastate(first).get("uuid") != uuid:
        disk.write_grastate(first, uuid=uuid, seqno=-1, flag=1)
    disk.flag(first)
    steps.bootstrap(first)
    others = [h for h in members if h is not first]
    for host in others:
        _follow(host, found[host], Position(uuid=uuid, seqno=found[first].seqno, prepared=False))
    steps.end_bootstrap(first, clean=bool(others))
    steps.join(first)
    return first


def _join(host: Host, primary: Host) -> None:
    if mariadb.synced(host, 2):
        return
    steps.stop(host)
    seen = mariadb.status(primary)
    group = Position(
        uuid=seen.get("wsrep_cluster_state_uuid", ""), seqno=int(seen.get("wsrep_last_committed", 0)), prepared=False
    )
    _follow(host, disk.position(host), group)


def _follow(host: Host, own: Position, group: Position) -> None:
    """Let a stopped member join: from its own position if the group can know that, else by a whole copy, into an empty
    directory at last.

    A second start after each copy, because Galera may leave a joiner disconnected after its IST ("node restart
    required").
    """
    known = own.usable and own.uuid == group.uuid and own.seqno <= group.seqno and not own.prepared
    first = (_as_it_is, _as_it_is) if known else ()
    whole = (disk.force_sst, _as_it_is) if own.uuid else ()  # no position at all: what lies there does not even start
    for prepare in (*first, *whole, disk.empty, _as_it_is):
        prepare(host)
        try:
            steps.join(host)
            return
        except LabError:
            steps.stop(host)
    raise LabError(f"the Galera member on {host.name} does not come back: see /var/log/kolla/mariadb/mariadb.log there")


def _each(members: Sequence[Host], work: Callable[[Host], T]) -> list[T]:
    with ThreadPoolExecutor(len(members)) as pool:
        return list(pool.map(work, members))
