"""`down`: takes away everything that `up` and the faults put on the machine, whatever state it was left in.

Works by what is found (containers, processes with the lab's mark, mounts, links, route, rule), so that an
`up` killed half way leaves nothing either. Only the image cache stays.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from lab import paths
from lab.cloud import technologies
from lab.errors import LabError
from lab.outer import engine, groups, machine, names, network, trace
from lab.outer.images import remove_tree
from lab.outer.proc import run


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
    groups.remove()
    remove_tree(paths.RUNTIME)
    remove_tree(paths.RUN)
    return trace.left(made)


def _remove_containers() -> None:
    found = engine.docker("ps", "-a", "-q").out.split()
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(_remove_container, found))


def _remove_container(name: str) -> None:
    engine.docker("unpause", name, check=False)
    engine.docker("rm", "-f", "-v", name, timeout_s=90, check=False)


def _remove_networks() -> None:
    for each in technologies.networks():
        engine.docker("network", "rm", each.name, check=False)


def _hosts_on_disk() -> bool:
    containers = paths.OUTER / "containers"
    return containers.is_dir() and any(containers.iterdir())
