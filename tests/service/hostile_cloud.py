"""Three hosts behind real SSH servers on loopback, under a real daemon: two say the truth, `h4` answers as a play has
it.

What they say is what the simulator's hosts say, on the real clock. Who asks for a command waits for it in vain: nothing
may act here.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from remediator.sim.clock import Timeline, VirtualClock
from remediator.sim.cloud import hostile_plays
from remediator.sim.cloud.cloud import SimCloud
from remediator.sim.cloud.hosts import SimHost
from tests.lab.scenario import free_port
from tests.service.ssh_server import SshServer, new_key, serving

LIAR = "h4"
HOSTS = {"h1": "cmp1", "h2": "cmp2", LIAR: "ctl3"}
"""By the name in the inventory: whose part in the simulated cloud the host has."""
INGEST, READ = "ingest-for-tests", "read-for-tests"
EVERY_S = 2


class _TrueClock(VirtualClock):
    """The hosts' clocks are right."""

    def true(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class HostileCloud:
    """`play`: what the liar answers; empty: the truth."""

    config: Path
    port: int
    hosts: dict[str, SimHost]
    play: str = ""
    played: int = 0

    def answer(self, name: str, request: bytes) -> bytes:
        asked = json.loads(request)
        host = self.hosts[name]
        sections = host.sections([each["name"] for each in asked["sections"]])
        body = {"v": 1, "boot_id": host.boot_id, "sections": sections, "took": 0.1, "clock": host.wall().timestamp()}
        if name == LIAR and self.play:
            self.played += 1
            return bytes(hostile_plays.play(self.play, body, str(asked["sentinel"]), self.played))
        return b"\n" + asked["sentinel"].encode() + b" " + json.dumps(body).encode() + b"\n"


@contextlib.contextmanager
def cloud(directory: Path) -> Iterator[HostileCloud]:
    """Give the hosts, and the config of a daemon for them."""
    clock, port, lock = _TrueClock(), free_port(), threading.Lock()
    simulated = SimCloud(clock, Timeline(clock))
    made = HostileCloud(
        config=directory / "config.yaml", port=port, hosts={name: simulated.hosts[of] for name, of in HOSTS.items()}
    )
    read = new_key(directory / "read")
    new_key(directory / "act")
    with contextlib.ExitStack() as stack:
        servers: dict[str, SshServer] = {}
        for name in HOSTS:
            servers[name] = server = stack.enter_context(serving(new_key(directory / f"{name}-host"), [read]))

            def answer(request: bytes, name: str = name) -> bytes:
                with lock:
                    return made.answer(name, request)

            server.behaviour.answer = answer
        known = directory / "known_hosts"
        known.write_text("".join(server.known_hosts_line() for server in servers.values()))
        for name, token in (("ingest", INGEST), ("reading", READ)):
            (directory / name).write_text(token)
            (directory / name).chmod(0o600)
        hosts = ", ".join(
            f"{name}: {{address: 127.0.0.1, port: {server.port}, groups: [compute]}}"
            for name, server in servers.items()
        )
        checks = "".join(
            f"  {name}: {{every: {EVERY_S}s, retry: {EVERY_S}s}}\n"
            for name in (
                "container-state",
                "container-health",
                "host-reachable",
                "host-clock",
                "host-disk",
                "host-names",
            )
        )
        made.config.write_text(
            f"cloud: hostile\ninventory: {{hosts: {{{hosts}}}}}\n"
            f"ssh: {{user: r, sudo: false, read: {read}, act: {directory}/act, known_hosts: {known}}}\n"
            f"state_dir: {directory}/state\npause_file: {directory}/PAUSE\naudit: {{checkpoints: "
            f"{directory}/audit/c.jsonl}}\n"
            f'http: {{bind: "127.0.0.1:{port}"}}\nchecks:\n{checks}'
            f"tokens: [{{name: in, scopes: [ingest], token: {{file: {directory}/ingest}}}}, "
            f"{{name: out, scopes: [read], token: {{file: {directory}/reading}}}}]\n"
        )
        made.config.chmod(0o600)
        yield made
