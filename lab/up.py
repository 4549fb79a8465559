"""`up`: from whatever the machine is in to a cloud that is whole; what is whole already is kept.

A host is whole when its marker in the run directory was written, which is the last thing done for it. One without is
taken away and made anew, so that an `up` that was killed is repaired by the next one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import config, engine, galera, hosts, images, keys, machine, network, paths, topology
from lab.topology import Host


def up(names: Sequence[str] = topology.NAMES) -> None:
    """Bring the named hosts up and say how long each part took. Raise LabError when the machine cannot run a lab."""
    wanted = [topology.host(n) for n in names]
    clock = _Stopwatch()
    machine.check()
    machine.prepare()
    engine.start()
    clock.lap("engine")
    images.ready()
    clock.lap("images")
    keys.make()
    _network()
    made = [h for h in wanted if not whole(h)]
    _each(made, _fresh)
    _each(wanted, hosts.wait_booted)
    keys.learn_hosts(wanted)
    clock.lap(f"{len(made)} hosts")
    _each(made, hosts.provision)
    made_members = [h for h in topology.GALERA if h in made]
    galera.form(made_members, [h for h in topology.GALERA if whole(h) and h not in made])
    _each(wanted, hosts.wait_running)
    for host in made:
        _marker(host).write_text(json.dumps({"at": time.time(), "image": images.recipe(host.engine)}) + "\n")
    config.write(paths.RUN, hosts=[h.name for h in topology.HOSTS if whole(h)])
    clock.lap("services")
    print(f"lab: up, {len(wanted)} hosts ({clock})", flush=True)


def whole(host: Host) -> bool:
    """Say whether a host was made to the end, from the images of this recipe."""
    marker = _marker(host)
    return marker.exists() and json.loads(marker.read_text()).get("image") == images.recipe(host.engine) and hosts.state(host) != "absent"


def _marker(host: Host) -> Path:
    return paths.HOSTS / host.name / "whole"


def _fresh(host: Host) -> None:
    hosts.remove(host)
    hosts.create(host)
    hosts.boot(host)


def _network() -> None:
    if not engine.docker("network", "inspect", "lab", check=False).ok:
        name = f"com.docker.network.bridge.name={topology.BRIDGE}"
        engine.docker(
            "network", "create", "--internal", "--subnet", topology.SUBNET, "--gateway", topology.GATEWAY, "-o", name, "lab"
        )
    network.let_hosts_talk()


def _each(chosen: Iterable[Host], work: Callable[[Host], None]) -> None:
    """Do `work` for all hosts side by side; the first error is raised after all have ended."""
    with ThreadPoolExecutor(len(topology.HOSTS)) as pool:
        list(pool.map(work, chosen))


class _Stopwatch:
    """Laps in seconds, for the line that `up` ends with."""

    def __init__(self) -> None:
        self._start_s = self._last_s = time.monotonic()
        self._laps: list[str] = []

    def lap(self, what: str) -> None:
        now_s = time.monotonic()
        self._laps.append(f"{what} {now_s - self._last_s:.0f} s")
        self._last_s = now_s

    def __str__(self) -> str:
        return ", ".join([*self._laps, f"in all {self._last_s - self._start_s:.0f} s"])
