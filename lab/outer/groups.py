"""The control groups of the lab's hosts: which are there, and how they go once their hosts are gone."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

from lab import paths
from lab.outer.proc import run

MOUNT_SOURCE = "remediator-lab"
"""The source of what is mounted here for a moment."""
_GROUPS = "remediator-lab*"
"""The groups of every lab; what another one has left behind goes too, once no process is in any of it."""


def own() -> list[Path]:
    """Return the lab's own group in each hierarchy that is mounted and has it."""
    return sorted({top / paths.CGROUP for top in _tops() if (top / paths.CGROUP).is_dir()})


def _tops() -> list[Path]:
    lines = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [Path(line[1]) for line in lines if line[2] in ("cgroup", "cgroup2")]


def remove() -> None:
    """Remove the empty control groups of the lab's containers.

    A host's systemd mounts cgroup v1 controllers that this machine does not mount. The groups of those controllers
    start at the top of a hierarchy that nobody else sees. The hierarchy is mounted for a moment to reach them. A group
    with a process in it cannot be removed.
    """
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    for top in _tops():
        _remove_labs(top)
    seen = {word for m in mounts if m[2] == "cgroup" for word in m[3].split(",")}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        controllers = line.split(":")[1]
        if not controllers or seen & set(controllers.split(",")):
            continue
        with tempfile.TemporaryDirectory(prefix="remediator-lab-") as folder:
            for _ in range(10):  # a hierarchy goes with its last unmount, once removed groups are gone for good
                if not run(["mount", "-t", "cgroup", "-o", controllers, MOUNT_SOURCE, folder], check=False).ok:
                    break
                _remove_labs(Path(folder))
                for name in ("docker", "libpod_parent", "system.slice", "init.scope", "user.slice"):
                    _remove_empty(Path(folder) / name)
                run(["umount", folder], check=False)
                if f":{controllers}:" not in Path("/proc/self/cgroup").read_text():
                    break
                time.sleep(0.2)


def _remove_labs(top: Path) -> None:
    for group in top.glob(_GROUPS):
        if group.name == paths.CGROUP or not populated(group):
            _remove_empty(group)


def populated(top: Path) -> bool:
    """Say whether a process is in a group or below it; what cannot be read may hold one."""
    try:
        return any(file.read_text().strip() for file in top.rglob("cgroup.procs"))
    except OSError:
        return True


def _remove_empty(top: Path) -> None:
    if top.is_dir():
        for folder, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
