"""From the section `disk` of one reply to frozen numbers per mount. Pure; also read by the assessments of other
integrations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One file system that answered: percentages as `df` prints them; `inode_percent` is None where inodes do not
    count."""

    path: str
    used_percent: float
    available: int
    inode_percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disks:
    mounts: tuple[Mount, ...]
    dead: tuple[str, ...]

    @property
    def full(self) -> frozenset[str]:
        """``disk_full`` and ``inode_full`` as far as a mount has nothing left; a dead mount proves nothing."""
        found = set()
        for mount in self.mounts:
            if mount.available <= 0:
                found.add("disk_full")
            if mount.inode_percent is not None and mount.inode_percent >= 100:
                found.add("inode_full")
        return frozenset(found)


def parse(data: Any) -> Disks | Unknown:
    """Return the facts in section `disk`, or `Unknown` with its reason."""
    return typed.read(data, "disk", _parsed)


def _parsed(data: Mapping[str, Any]) -> Disks:
    if not all(path.startswith("/") for path in data):
        raise ValueError("a mount point is no absolute path")
    found = {path: typed.table(data, path) for path in data}
    alive = {path: item for path, item in found.items() if not item.get("dead")}
    return Disks(
        mounts=tuple(_mount(path, item) for path, item in sorted(alive.items())),
        dead=tuple(sorted(set(data) - set(alive))),
    )


def _mount(path: str, item: Mapping[str, Any]) -> Mount:
    used, available = typed.amount(item, "used"), typed.amount(item, "available")
    inodes, free = typed.amount(item, "inodes"), typed.amount(item, "inodes_free")
    return Mount(
        path=path,
        used_percent=round(100.0 * used / max(1, used + available), 2),
        available=available,
        inode_percent=round(100.0 * (inodes - free) / inodes, 2) if inodes > 0 else None,
    )


DISK = SectionKind(name="disk", facts=Disks, parse=parse)


def of(reply: HostReply) -> Disks | Unknown:
    """Return the facts in section `disk` of `reply`."""
    return reply.facts(DISK)
