"""Runs on the host, standard library only, Python 3.6 or later: what MariaDB left in its data directory.

It reads three small files of the volume and never changes anything; whether the process runs is asked elsewhere
(section `containers`), and what the member says of itself over SQL.
"""

import os
import re


def collect_galera(request, run):
    root = request.get("galera_volume") or _volume(request.get("engine", "docker"))
    if not os.path.isdir(root):
        return {"volume": root, "present": False}
    return {
        "volume": root,
        "present": True,
        "grastate": _grastate(os.path.join(root, "grastate.dat")),
        "gvwstate_bytes": _size(os.path.join(root, "gvwstate.dat")),
        "sst_in_progress": os.path.exists(os.path.join(root, "sst_in_progress")),
        "log_tail": _log_tail(request.get("galera_log") or "/var/log/kolla/mariadb/mariadb.log"),
    }


def _log_tail(path):
    """Return what the server logged since its last start, at most the last 6 KB of it; None without a log."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.stat(path).st_size - 65536))
            text = file.read(65536).decode("utf-8", "replace")
    except OSError:
        return None
    starts = [match.start() for match in re.finditer(r"^.*(?:Starting MariaDB|[Ss]tarting as process).*$", text, re.M)]
    return text[starts[-1] if starts else 0 :][-6000:]


def _volume(engine):
    if engine == "podman":
        return "/var/lib/containers/storage/volumes/mariadb/_data"
    return "/var/lib/docker/volumes/mariadb/_data"


def _grastate(path):
    """Return the file's fields, None without one; a file that is not whole is returned as far as it goes."""
    try:
        with open(path) as file:
            text = file.read(4096)
    except FileNotFoundError:
        return None
    return dict(re.findall(r"^(\w+):\s*(\S+)\s*$", text, re.M))


def _size(path):
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return None
