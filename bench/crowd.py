"""What benches share: a config of many hosts, and a way to them on which each answers as one with 25 containers does.

The bodies are those of the simulator's hosts, made once and then the host's own by its name and clock: an answer costs
nothing here.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from pathlib import Path

from remediator.config import load_config
from remediator.daemon.process import composition
from remediator.daemon.process.composition import Parts
from remediator.integrations import registry
from remediator.model.content.commands import Command
from remediator.model.hosts import Host
from remediator.model.messages.replies import CommandDone, Reach
from remediator.model.times import Clock
from remediator.reach.backoff import Backoff
from remediator.reach.interface import RawReply
from remediator.sim.clock import Timeline, VirtualClock
from remediator.sim.cloud.cloud import SimCloud
from remediator.sim.cloud.crowd import ON_EACH, Crowd

EVERY_S = 15.0
CONNECT_S = 5.0
HOST, CLOCK = "cmp1", 11111.5
"""Whose body it is, and where the host's clock stands in it."""


def parts(directory: Path, hosts: int) -> Parts:
    """Return what a daemon of `hosts` is made of; everything it writes is below `directory`."""
    lines = ["cloud: bench", "inventory:", "  hosts:"]
    for n in range(hosts):
        groups = "control" if n < 3 else "compute"
        lines.append(f"    h{n:04}: {{address: 127.1.{n // 250}.{1 + n % 250}, groups: [{groups}]}}")
    lines += [f"state_dir: {directory}/state", f"pause_file: {directory}/PAUSE"]
    lines.append(f"audit: {{checkpoints: {directory}/audit/c.jsonl, key: {directory}/audit/key}}")
    path = directory / "config.yaml"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return composition.load(load_config(str(path), os.environ, registry.sections))


def _body() -> bytes:
    clock = VirtualClock()
    crowd = Crowd(containers=("mariadb", "memcached", "keystone", *ON_EACH))
    host = SimCloud(clock, Timeline(clock), crowd=crowd).hosts[HOST]
    sections = host.sections(("containers", "host", "disk"))
    sections["containers"]["data"]["clock"] = CLOCK
    return json.dumps({"v": 1, "boot_id": f"boot-{HOST}", "sections": sections, "took": 0.1, "clock": CLOCK}).encode()


class CrowdReach:
    """Every host answers after `latency_s`; a `silent` one never does, and is left alone as SSH leaves it."""

    token = ""

    def __init__(self, clock: Clock, latency_s: float = 0.0) -> None:
        self.silent: set[str] = set()
        self.asked: dict[str, list[float]] = defaultdict(list)
        """When each host was really asked, by the monotonic clock."""
        self._clock, self._latency_s = clock, latency_s
        self._body = _body()
        self._backoff: dict[str, Backoff] = defaultdict(Backoff)

    def exchange(
        self, host: Host, argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, forced: bool = False
    ) -> RawReply:
        backoff = self._backoff[host.name]
        if not forced and backoff.failing and backoff.waits(time.monotonic()):
            return RawReply(reach=Reach.UNREACHABLE, reason="no answer (tried before)")
        self.asked[host.name].append(time.monotonic())
        if host.name in self.silent:
            time.sleep(CONNECT_S)
            backoff.failed(time.monotonic())
            return RawReply(reach=Reach.UNREACHABLE, reason=f"no answer within {CONNECT_S:.0f} s")
        time.sleep(self._latency_s)
        length, _, rest = stdin.partition(b"\n")
        sentinel = json.loads(rest[int(length) :])["sentinel"].encode()
        now = f"{self._clock.now().wall.timestamp():.3f}".encode()
        body = self._body.replace(str(CLOCK).encode(), now).replace(HOST.encode(), host.name.encode())
        return RawReply(reach=Reach.OK, stdout=b"\n" + sentinel + b" " + body + b"\n", exit_code=0)

    def run(self, host: Host, command: Command) -> CommandDone:
        return CommandDone.never_left(command.argv, "a bench acts on nothing")

    def close(self) -> None:
        """There is nothing to end."""
