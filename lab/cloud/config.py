"""Writes a config of the daemon for the lab: limits at the floors, samples every 5 s, everything of its own beside
it."""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.cloud import inventory, keys, shapes, technologies, topology
from lab.cloud.topology import Host

HTTP_PORT = 8087
_BIND = re.compile(r'^http: \{bind: "127\.0\.0\.1:(\d+)"', re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A config and what belongs to it."""

    config: Path
    state_dir: Path
    pause_file: Path
    checkpoints: Path
    audit_key: Path
    token_file: Path
    http: str


def checks() -> list[str]:
    """Return the checks that run at the lab's pace."""
    return [name for each in technologies.in_use() for name in each.checks]


def http_port() -> int:
    """Return the port of the config that `up` wrote; before that HTTP_PORT, or a free one where another daemon listens
    there."""
    if paths.CONFIG.exists() and (found := _BIND.search(paths.CONFIG.read_text())):
        return int(found[1])
    for wanted in (HTTP_PORT, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", wanted))
            return int(probe.getsockname()[1])
    return HTTP_PORT


def write(
    folder: Path, *, hosts: Sequence[str] | None = None, http_port: int = HTTP_PORT, name: str = "remediator.yaml"
) -> Written:
    """Write `folder/name` for the given hosts, by default all of the lab's shape, and return its places.

    Folder, token and state are private to the owner; kolla's inventory, where the shape has one, lies in
    `folder/kolla`.
    """
    chosen = shapes.hosts(hosts)
    folder.mkdir(parents=True, exist_ok=True)
    token = folder / "token" if folder != paths.RUN else paths.TOKEN
    if not token.exists():
        keys.write_private(token, secrets.token_urlsafe(24) + "\n")
    written = Written(
        config=folder / name,
        state_dir=folder / "state",
        pause_file=folder / "PAUSE",
        checkpoints=folder / "audit/checkpoints.jsonl",
        audit_key=folder / "audit/key",
        token_file=token,
        http=f"127.0.0.1:{http_port}",
    )
    for private in (written.state_dir, written.audit_key.parent):
        private.mkdir(exist_ok=True, mode=0o700)
    keys.write_private(written.config, _text(written, chosen))
    return written


def _text(to: Written, hosts: Sequence[Host]) -> str:
    asked = "".join(f"  {name}: {{every: 5s, retry: 5s}}\n" for name in checks())
    settings = "".join(each.settings(hosts) for each in technologies.in_use())
    return f"""# Written by the lab. Its limits stand at the floors, so that an incident is cured while one watches.
cloud: lab
inventory:
{_inventory(to.config.parent, hosts)}ssh:
  user: {topology.SSH_USER}
  read: {paths.READ_KEY}
  act: {paths.ACT_KEY}
  known_hosts: {paths.KNOWN_HOSTS}
  sudo: true
integrations:{" {}" if not settings else ""}
{settings}state_dir: {to.state_dir}
pause_file: {to.pause_file}
audit: {{checkpoints: {to.checkpoints}, key: {to.audit_key}}}
http: {{bind: "{to.http}"}}
tokens:
  - {{name: lab, scopes: [ingest, read, operate], token: {{file: {to.token_file}}}}}
autonomy: {{R1: auto, R2: auto, R3: approve}}
limits:
  persistence: {{R1: 10s, R2: 30s, R3: 60s}}
  cooldown: {{R1: 30s, R2: 2m, R3: 1h}}
  rate: {{per_10min: 20, per_day: 100}}
  runs_per_rung: {{R1: 3, R2: 2, R3: 1}}
  hold: {{R1: 20s, R2: 30s, R3: 60s}}
  maintenance: 15m
  host_boot: 3m
  baseline: 1h
checks:
{asked}"""


def _inventory(folder: Path, hosts: Sequence[Host]) -> str:
    """Return what stands under `inventory`, and write kolla's files where the shape has them."""
    if shapes.current().inventory == "inline":
        return "  hosts:\n" + "".join(
            f"    {h.name}: {{address: {h.address}, groups: [{', '.join(inventory.groups(h))}], engine: {h.engine}}}\n"
            for h in hosts
        )
    multinode = folder / "kolla/multinode"
    keys.write_private(multinode, inventory.text(hosts), mode=0o644)
    keys.write_private(multinode.with_name("globals.yml"), inventory.globals_yml(), mode=0o644)
    return f"  kolla: {multinode}\n"
