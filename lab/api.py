"""The lab for tests and other tools: what the commands do, as functions that return values and raise LabError.

Nothing here prints. `host_exec` goes through the outer engine, so an assertion still works on a host whose network,
sshd or clock is broken. Only a host that is off or hung cannot be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab import baseline, faults, paths
from lab import status as status_
from lab.cloud import config as config_
from lab.cloud import hosts, shapes, topology
from lab.cloud.config import Written
from lab.errors import CommandFailed, LabError, UsageError
from lab.faults import records
from lab.outer.proc import Finished

__all__ = [
    "CommandFailed",
    "Finished",
    "LabError",
    "UsageError",
    "Written",
    "accept_baseline",
    "active_faults",
    "break_fault",
    "daemon_argv",
    "fault_list",
    "heal",
    "host_exec",
    "host_shell",
    "ssh_argv",
    "status",
    "write_config",
]


def status() -> dict[str, Any]:
    """Return what `status --format json` prints."""
    return status_.status()


def fault_list() -> list[dict[str, Any]]:
    """Return what `faults --format json` prints."""
    return faults.described()


def active_faults() -> list[dict[str, Any]]:
    """Return the faults that were switched on and not healed, the latest first."""
    return [{"fault": r.fault, "host": r.host, "params": r.params, "at": r.at} for r in records.active()]


def break_fault(name: str, host: str | None = None, **params: str | int | bool) -> list[str]:
    """Switch a fault on and return, once it is visible from outside, the lines that say what was done.

    Parameters are those of `faults`, with `_` for `-`; a switch is given as True.
    """
    given = {
        key.replace("_", "-"): "yes" if value is True else str(value)
        for key, value in params.items()
        if value is not False
    }
    return faults.break_(name, host, given)


def heal(name: str | None = None, host: str | None = None, *, config: Path = paths.CONFIG) -> list[str]:
    """Undo the active faults, all or those of a name or host, and return once all is well, with a line for each.

    After one that booted or recreated something, the daemon of `config` (if it runs) is asked to accept the host.
    """
    return faults.heal(name, host, config=config)


def forget_claims(*names: str) -> None:
    """Say on hosts (all) that no remediator that claimed them is at work any more: what a person does who has ended one
    for good."""
    for name in names or topology.NAMES:
        hosts.execute(topology.host(name), ("rm", "-f", "/run/remediator/claims"), timeout_s=30, check=False)


def accept_baseline(scope: str, reason: str, *, config: Path = paths.CONFIG) -> list[str]:
    """Run `remediator baseline accept` against the daemon of `config` until it agrees, at most 90 s; nothing without a
    daemon."""
    return baseline.accept(scope, reason, config=config)


def write_config(folder: Path, *, hosts: Sequence[str] | None = None, http_port: int = config_.HTTP_PORT) -> Written:
    """Write a daemon's config for some hosts, by default for all of the lab's shape. Its state, audit, pause file and
    token lie under `folder`."""
    return config_.write(folder, hosts=hosts, http_port=http_port)


def host_exec(
    host: str, argv: Sequence[str], timeout: float = 60, *, stdin: str | None = None, check: bool = False
) -> Finished:
    """Run `argv` as root in a host through the outer engine and return its code and output."""
    return hosts.execute(topology.host(host), argv, timeout_s=timeout, stdin=stdin, check=check)


def host_shell(host: str, script: str, timeout: float = 60) -> str:
    """Run a shell script as root in a host and return what it printed. Raise CommandFailed when a command of it
    fails."""
    return hosts.shell(topology.host(host), script, timeout_s=timeout).out


def daemon_argv(command: Sequence[str]) -> list[str]:
    """Return the command line that runs `command`, as root, on the host of the daemon; on this machine it is the
    command itself."""
    where = shapes.current().daemon_on
    return list(command) if where is None else hosts.argv(topology.host(where), command)


def ssh_argv(host: str, command: Sequence[str] = (), *, act: bool = False) -> list[str]:
    """Return the ssh command line into a host with the reading key, or with the acting one."""
    return hosts.ssh_argv(topology.host(host), command, key=paths.ACT_KEY if act else paths.READ_KEY)
