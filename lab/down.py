"""`down`: takes away everything that `up` and the faults put on the machine, whatever state it was left in.

Works by what is found (containers, pids that name the lab's directory, mounts under it, links, route, rule), so that an
`up` killed half way leaves nothing either. Only the image cache stays.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import engine, network, paths
from lab.errors import LabError
from lab.images import remove_tree
from lab.proc import run


def down() -> None:
    """Take the lab down. Raise LabError with the list when something could not be taken away."""
    if engine.alive():
        _remove_containers()
        engine.docker("network", "rm", "lab", check=False)
    elif _hosts_on_disk():
        engine.start()  # only the engine itself forgets its containers; the next start would boot them again
        _remove_containers()
        engine.docker("network", "rm", "lab", check=False)
    engine.stop()
    for mount in _mounts():
        run(["umount", "-l", mount], check=False)
    network.remove()
    _remove_cgroups()
    remove_tree(paths.RUNTIME)
    remove_tree(paths.RUN)
    left = leftovers()
    if left:
        raise LabError(f"down left something behind: {', '.join(left)}")


def leftovers() -> list[str]:
    """Return what of the lab is on the machine beside its cache, in words."""
    found = network.leftovers()
    found += [f"process {pid}" for pid in engine.processes("")]
    found += [f"mount {mount}" for mount in _mounts()]
    found += [f"directory {path}" for path in (paths.RUNTIME, paths.RUN) if path.exists()]
    return found


def _remove_containers() -> None:
    names = engine.docker("ps", "-a", "-q").out.split()
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(_remove_container, names))


def _remove_container(name: str) -> None:
    engine.docker("unpause", name, check=False)
    engine.docker("rm", "-f", "-v", name, timeout_s=90, check=False)


def _hosts_on_disk() -> bool:
    containers = paths.OUTER / "containers"
    return containers.is_dir() and any(containers.iterdir())


def _mounts() -> list[str]:
    """Return the mount points under the lab's directories, the deepest first."""
    points = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    ours = [p for p in points if p.startswith((f"{paths.HOME}/", f"{paths.RUNTIME}/"))]
    return sorted(ours, key=len, reverse=True)


def _remove_cgroups() -> None:
    """Remove the empty control groups that the engine made for its containers."""
    for top in (*Path("/sys/fs/cgroup").glob("*/remediator-lab"), Path("/sys/fs/cgroup/remediator-lab")):
        if top.is_dir():
            for folder, _, _ in os.walk(top, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass
