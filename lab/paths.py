"""Where the lab keeps its things on the machine; nothing of it lies in the checkout."""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
IMAGE = HERE / "image"

HOME = Path(os.environ.get("REMEDIATOR_LAB_HOME") or "/var/lib/remediator-lab").absolute()
CACHE = HOME / "cache"  # images; the only thing that `down` leaves
OUTER = HOME / "outer"  # data root of the engine that runs the hosts; part of the cache
RUN = HOME / "run"  # this lab: keys, config, disks of the hosts, records of faults
HOSTS = RUN / "hosts"
KEYS = RUN / "keys"
FAULTS = RUN / "faults"
LOGS = RUN / "log"
LOCK = HOME / "lock"
SHAPE = RUN / "shape"
ALSO = RUN / "technologies"  # those that were asked for

# Sockets and pids: short names, gone after a reboot. Another HOME, RUNTIME and network namespace make a second lab.
RUNTIME = Path(os.environ.get("REMEDIATOR_LAB_RUNTIME") or "/run/remediator-lab").absolute()
SOCKET = RUNTIME / "docker.sock"
HOSTS_MOUNTED = RUNTIME / "etc-hosts"  # lies over /etc/hosts while the lab is up
HOSTS_BEFORE = RUNTIME / "etc-hosts.before"
# The hosts' control groups are below this one: two labs that have each a RUNTIME have each a group.
CGROUP = f"remediator-lab{RUNTIME.name.removeprefix('remediator-lab')}"

KNOWN_HOSTS = KEYS / "known_hosts"
READ_KEY = KEYS / "read"
ACT_KEY = KEYS / "act"
DEPLOY_KEY = KEYS / "deploy"
TOKEN = KEYS / "token"
CONFIG = RUN / "remediator.yaml"
