"""Tells a running daemon that the cloud is whole as it stands, after the lab made or booted something.

Without this the daemon would hold back for its `host_boot`, `maintenance` and `baseline` limits, as it should.
"""

from __future__ import annotations

import time
from pathlib import Path

from lab import paths
from lab.cloud import hosts, shapes, topology
from lab.outer.proc import run

_PROGRAM = paths.CHECKOUT / ".venv/bin/remediator"


def accept(scope: str, reason: str, *, config: Path = paths.CONFIG, limit_s: float = 90) -> list[str]:
    """Ask the daemon of `config` to accept a scope and return what it said; nothing when no daemon runs.

    It refuses until it has two OK samples of everything in the scope, so a refusal is asked again until `limit_s`.
    """
    if not config.exists() or not _PROGRAM.exists() or not _listens(config):
        return []
    argv = [str(_PROGRAM), "--config", str(config), "baseline", "accept", scope, "--reason", reason]
    where = shapes.current().daemon_on
    argv = argv if where is None else hosts.argv(topology.host(where), argv)
    end_s = time.monotonic() + limit_s
    while True:
        answer = run(argv, timeout_s=30, check=False)
        if answer.code != 4 or time.monotonic() > end_s:
            break
        time.sleep(2)
    said = (answer.out if answer.ok else answer.err).strip().splitlines()
    return [f"remediator baseline accept {scope}: {said[-1] if said else f'exit {answer.code}'}"]


def _listens(config: Path) -> bool:
    for line in config.read_text().splitlines():
        if line.startswith("state_dir:"):
            return (Path(line.split(":", 1)[1].strip()) / "control.sock").is_socket()
    return False
