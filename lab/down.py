"""`down`: takes away everything that `up` and the faults put on the machine, whatever state it was left in.

Works by what is found (containers, processes with the lab's mark, mounts, links, route, rule), so that an
`up` killed half way leaves nothing either. Only the image cache stays.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import engine, machine, names, network, paths, topology, trace
from lab.errors import LabError
from lab.images import remove_tree
from lab.proc import run

_GROUPS = "remediator-lab*"
"""The groups of every lab; what another one has left behind goes too, once no process is in any of it."""


def down() -> None:
    """Take the lab down. Raise LabError with the list when something could not be taken away."""
    left = take_down()
    if left:
        raise LabError(f"down left something behind: {', '.join(left)}")


def take_down() -> list[str]:
    """Take the lab down and return what of it is still there, in words."""
    made = trace.made()
    machine.services_may_start()
    names.forget()
    if engine.alive():
        _remove_containers()
        _remove_networks()
    elif _hosts_on_disk():
        engine.start()  # only the engine itself forgets its containers; the next start would boot them again
        _remove_containers()
        _remove_networks()
    engine.stop()
    trace.end(trace.marked())
    for mount in trace.mounts():
        run(["umount", "-l", mount], check=False)
    network.remove()
    _remove_cgroups()
    remove_tree(paths.RUNTIME)
    remove_tree(paths.RUN)
    return trace.left(made)


def _remove_containers() -> None:
    names = engine.docker("ps", "-a", "-q").out.split()
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(_remove_container, names))


def _remove_container(name: str) -> None:
    engine.docker("unpause", name, check=False)
    engine.docker("rm", "-f", "-v", name, timeout_s=90, check=False)


def _remove_networks() -> None:
    for each in topology.NETWORKS:
        engine.docker("network", "rm", each.name, check=False)


def _hosts_on_disk() -> bool:
    containers = paths.OUTER / "containers"
    return containers.is_dir() and any(containers.iterdir())


def _remove_cgroups() -> None:
    """Remove the empty control groups of the lab's containers.

    A host's systemd mounts controllers that this machine does not; their groups start at the top of a hierarchy that
    nobody else sees, so it is mounted for a moment to reach them. A group with a process in it cannot be removed.
    """
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    tops = [Path(m[1]) for m in mounts if m[2] in ("cgroup", "cgroup2")]
    for top in tops:
        for group in top.glob(_GROUPS):
            if group.name == paths.CGROUP or not _populated(group):
                _remove_empty(group)
    seen = {word for m in mounts if m[2] == "cgroup" for word in m[3].split(",")}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        controllers = line.split(":")[1]
        if not controllers or seen & set(controllers.split(",")):
            continue
        with tempfile.TemporaryDirectory(prefix="remediator-lab-") as folder:
            for _ in range(10):  # a hierarchy goes with its last unmount, once removed groups are gone for good
                if not run(["mount", "-t", "cgroup", "-o", controllers, trace.MOUNT_SOURCE, folder], check=False).ok:
                    break
                for name in (paths.CGROUP, "docker", "libpod_parent", "system.slice", "init.scope", "user.slice"):
                    _remove_empty(Path(folder) / name)
                run(["umount", folder], check=False)
                if f":{controllers}:" not in Path("/proc/self/cgroup").read_text():
                    break
                time.sleep(0.2)


def _populated(top: Path) -> bool:
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
