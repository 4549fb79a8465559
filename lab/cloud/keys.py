"""Secrets of this lab, made by `up` and gone with `down`: ssh keys (reading, acting, deploying), known_hosts,
passwords, a token."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from lab import paths
from lab.cloud import shapes, technologies
from lab.cloud.topology import Host
from lab.outer import engine
from lab.outer.proc import poll, run

ACT = "/usr/local/sbin/remediator-act"
ACT_FILES = "/etc/remediator-act.d"
"""Where a host has what the script takes, as `remediator actions --format act` prints it."""
ACTS_PER_HOUR = 200
"""A host of the lab is broken and cured more often than one of a cloud."""


def make() -> None:
    """Make what is missing; what is there is kept, so that a lab that is up goes on with its keys."""
    paths.KEYS.mkdir(parents=True, exist_ok=True, mode=0o700)
    for key in (paths.READ_KEY, paths.ACT_KEY, paths.DEPLOY_KEY):
        if not key.exists():
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"lab-{key.name}", "-f", str(key)])
    for secret in (*(secret for each in technologies.in_use() for secret in each.secrets), paths.TOKEN):
        if not secret.exists():
            write_private(secret, secrets.token_urlsafe(24) + "\n")


def authorized() -> str:
    """Return the authorized_keys of a host: the reading key free, the acting one behind the product's own script."""
    read, act = (key.with_suffix(".pub").read_text() for key in (paths.READ_KEY, paths.ACT_KEY))
    return f'{read}restrict,command="{ACT} --per-hour {ACTS_PER_HOUR}" {act}'


def authorized_to_deploy() -> str:
    """Return the authorized_keys of the account that deploys: its key is none of the daemon's."""
    return paths.DEPLOY_KEY.with_suffix(".pub").read_text()


def learn_hosts(hosts: Iterable[Host]) -> None:
    """Write each host's public keys, read through the outer engine and not over the network, into known_hosts."""
    lines = _known()
    for host in hosts:
        public = poll(f"the ssh keys of {host.name}", lambda host=host: _public(host), limit_s=60)  # type: ignore[misc]
        lines[f"{host.name},{shapes.current().address(host)}"] = [
            " ".join(key.split()[:2]) for key in public.splitlines()
        ]
    text = "".join(f"{names} {key}\n" for names in sorted(lines) for key in lines[names])
    write_private(paths.KNOWN_HOSTS, text, mode=0o644)


def _known() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    for line in paths.KNOWN_HOSTS.read_text().splitlines() if paths.KNOWN_HOSTS.exists() else ():
        names, key = line.split(" ", 1)
        lines.setdefault(names, []).append(key)
    return lines


def _public(host: Host) -> str | None:
    argv = ["exec", host.outer, "cat", "/etc/ssh/ssh_host_ed25519_key.pub", "/etc/ssh/ssh_host_ecdsa_key.pub"]
    answer = engine.docker(*argv, timeout_s=20, check=False)
    return answer.out if answer.ok else None


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    part.rename(path)
