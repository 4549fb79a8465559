"""`up`: from whatever the machine is in to a cloud that is whole; what is whole already is kept.

A host is whole when its marker in the run directory was written, which is the last thing done for it. One without is
taken away and made anew, so that an `up` that was killed is repaired by the next one.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from lab import baseline, paths
from lab.cloud import config, hosts, keys, services, shapes, technologies, topology
from lab.cloud.service import create
from lab.cloud.topology import Host
from lab.faults import records
from lab.outer import engine, images, machine, names, network


def up(only: Sequence[str] | None = None, *, shape: str | None = None, also: Sequence[str] = ()) -> None:
    """Bring the named hosts of a shape up, by default all, and say how long each part took.

    Without `shape` it is that of the lab that is there. `also` names technologies that come up when they are asked for.
    Raise LabError when the machine cannot run a lab.
    """
    clock = _Stopwatch()
    machine.check()
    shapes.remember(shapes.choose(shape))
    technologies.remember(also)
    wanted = shapes.hosts(only)
    machine.prepare()
    engine.start()
    _clear_strays()
    clock.lap("engine")
    images.ready()
    clock.lap("images")
    keys.make()
    _networks()
    fresh = [h for h in wanted if not whole(h)]
    for record in records.active():
        if record.host in {h.name for h in fresh}:
            records.forget(record)
    broken = {r.host for r in records.active()}
    sound = [h for h in wanted if h.name not in broken]
    _each(fresh, _make)
    _each([h for h in sound if h not in fresh and hosts.state(h) != "running"], hosts.boot)
    _each(sound, hosts.wait_booted)
    keys.learn_hosts(sound)
    clock.lap(f"{len(fresh)} hosts")
    _each(fresh, hosts.provision)
    for technology in technologies.in_use():
        technology.up(fresh, broken)
    _each(sound, hosts.wait_running)
    for host in fresh:
        hosts.marker(host).write_text(json.dumps({"at": time.time(), "image": _recipe(host)}) + "\n")
    resolve_names()
    config.write(paths.RUN, hosts=[h.name for h in shapes.hosts() if hosts.made(h)], http_port=config.http_port())
    clock.lap("services")
    print(f"lab: up, {len(wanted)} hosts in the shape {shapes.current().name} ({clock})", flush=True)
    if broken & {h.name for h in wanted}:
        print(f"lab: left as they are, with their faults: {', '.join(sorted(broken))} (python -m lab heal)", flush=True)
    for line in baseline.accept("all", "the lab came up") if fresh else []:
        print(f"lab: {line}", flush=True)


def whole(host: Host) -> bool:
    """Say whether a host was made to the end by this very recipe."""
    return hosts.made(host) and json.loads(hosts.marker(host).read_text()).get("image") == _recipe(host)


def _recipe(host: Host) -> str:
    """Return what a host is made from, as one word: its images, its networks, its containers, and what is filled into
    them."""
    parts = [*services.config_files(host).items(), *(create(s, host) for s in services.of(host))]
    filled = [each.made_from for each in technologies.on(host)]
    digest = hashlib.sha256(
        repr((shapes.current(), parts, filled, technologies.networks_in_use())).encode()
    ).hexdigest()
    return f"{images.recipe(host.engine)}+{digest[:16]}"


def _clear_strays() -> None:
    """Remove containers of the outer engine that are no hosts: an image build that was killed leaves one."""
    for name in engine.docker("ps", "-a", "--format", "{{.Names}}").out.split():
        if name not in {h.outer for h in topology.HOSTS}:
            engine.docker("rm", "-f", "-v", name, check=False)


def _make(host: Host) -> None:
    hosts.remove(host)
    hosts.create(host)
    hosts.boot(host)


def _networks() -> None:
    own = topology.NETWORKS if shapes.current().management else (topology.SERVICE,)
    for each in (*own, *technologies.networks_in_use()):
        if engine.docker("network", "inspect", each.name, check=False).ok:
            continue
        bridge = f"com.docker.network.bridge.name={each.bridge}"
        engine.docker(
            "network",
            "create",
            "--internal",
            "--subnet",
            each.subnet,
            "--gateway",
            each.gateway,
            "-o",
            bridge,
            each.name,
        )
    network.let_hosts_talk()


def resolve_names() -> None:
    """Let the names of the inventory resolve on this machine, where the shape has such an inventory and the daemon runs
    here."""
    shape = shapes.current()
    here = shape.inventory == "names" and shape.daemon_on is None
    names.resolve([(h.name, shape.address(h)) for h in shapes.hosts()] if here else [])


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
