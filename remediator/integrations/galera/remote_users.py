"""Runs on the host, standard library only, Python 3.6 or later: who uses the data directory, beside the member's own
container.

The script reads the processes and asks the engine which
containers have the directory. A directory is known by device and inode, in whatever container it is seen. It changes
nothing, and every read has a bound.
"""

# ruff: noqa: F821 (`BOOTSTRAPS`, `CONTAINER` and `ENGINE_S` are of remote.py)

import json
import os
import re

INSIDE = "/var/lib/mysql"
MOST_PROCESSES, MOST_USERS = 20000, 8


def processes(proc, root):
    """Return whether a state transfer's script runs, whether a server runs that was told to bootstrap, and the servers
    on the data in `root`. Each server has its number, name and container. A value is null where there are too many
    processes."""
    sst, bootstrap, servers, place = False, False, [], _place(root)
    numbers = [name for name in os.listdir(proc) if name.isdigit()]
    if len(numbers) > MOST_PROCESSES:
        return {"sst_process": None, "process_bootstrap": None, "servers": None}
    for number in numbers:
        try:
            with open("%s/%s/cmdline" % (proc, number), "rb") as file:
                words = file.read(16384).decode("utf-8", "replace").split("\0")
        except PermissionError:
            raise  # a process that is hidden from us may be any of those
        except OSError:
            continue  # it ended
        names = [os.path.basename(word) for word in words[:3]]
        sst = sst or any(name.startswith("wsrep_sst_") for name in names)
        if any(re.match(r"(mariadbd|mysqld)(_safe|-safe)?$", name) for name in names):
            bootstrap = bootstrap or any(BOOTSTRAPS.search(word) for word in words[1:])
            own = "%s/%s" % (proc, number)
            if place is not None and place in (_place(own + "/cwd"), _place(own + "/root" + INSIDE)):
                name = next(name for name in names if re.match(r"(mariadbd|mysqld)(_safe|-safe)?$", name))
                servers.append((number, name, _container_of(own + "/cgroup")))
    return {"sst_process": sst, "process_bootstrap": bootstrap, "servers": servers}


def _place(path):
    """Return what tells a directory apart, by whatever name and in whatever container it is seen; None without one."""
    try:
        info = os.stat(path)
    except PermissionError:
        raise  # what is hidden from us may be it
    except OSError:
        return None
    return info.st_dev, info.st_ino


def _container_of(path):
    """Return the id of the container whose process has this cgroup file; None: of none, or it does not say."""
    try:
        with open(path) as file:
            found = re.findall(r"[0-9a-f]{64}", file.read(65536))
    except OSError:
        return None
    return found[-1] if found else None


def users(engine, run, root, own, servers):
    """Return in words what uses the data directory besides the member's own container; null: not known.

    `own`: id to name of the containers that are known, and whether the member's own runs; null: the engine did not say.
    While the member runs only processes are looked at: nobody else can open its files then. Otherwise every container
    that has the directory is asked for.
    """
    if own is None or servers is None:
        return None
    names, runs = own
    found = []
    for number, name, container in servers:
        if container is not None and names.get(container) == CONTAINER:
            continue
        if container is None and runs:
            continue  # its cgroup does not say: its own container is the likely one
        where = "container %s" % names.get(container, container[:12]) if container else "no container"
        found.append("%s (process %s, %s)" % (where, number, name))
    if not runs:
        mounted = _mounted(engine, run, root)
        if mounted is None:
            return None
        told = " ".join(found)
        found += ["container %s" % name for name in mounted if name not in told]
    return found[:MOST_USERS]


def _mounted(engine, run, root):
    """Return the names of all running containers that have `root` mounted; None when the engine does not say."""
    try:
        code, out, _ = run([engine, "ps", "--no-trunc", "--format", "{{.ID}}"], ENGINE_S, 1 << 20)
        ids = out.split()
        if code == 0 and not ids:
            return []
        if code != 0:
            return None
        code, out, _ = run([engine, "inspect", "--type", "container", *ids], ENGINE_S, 8 << 20)
        if code != 0:
            return None
        place = os.path.realpath(root)
        return sorted(
            item["Name"].lstrip("/")
            for item in json.loads(out)
            if any(os.path.realpath(mount.get("Source") or "/") == place for mount in item.get("Mounts") or ())
            and item["Name"].lstrip("/") != CONTAINER
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
