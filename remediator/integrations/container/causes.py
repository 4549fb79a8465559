"""Why a container is in a bad state, where the facts name the cause: what a restart cannot cure, and the operator must
see.

Invariant: a cause is only named on evidence (a flag, an exit code, a log line, a full disk); None means that none is
known.
"""

from __future__ import annotations

import re

from remediator.integrations.container.facts import Container, Unit

NO_SPACE = re.compile(r"No space left on device|ENOSPC|Errcode: 28\b|Disk full")
LINES = (
    (
        "config_missing",
        re.compile(
            r"MissingRequiredSource|ConfigFileBadPermissions|ConfigFileBadState|UserNotFound|InvalidConfig\b"
            r"|No such file or directory: u?'/(?:var/lib/kolla/config_files|run_command)"
            r"|ConfigFiles?(?:NotFound|PermissionDenied|Parse|Value)|RequiredOptError"
        ),
    ),
    ("port_in_use", re.compile(r"[Aa]ddress already in use|EADDRINUSE|Can not bind IPC socket")),
)
"""The first two lines are what kolla_set_configs raises (kolla docker/base/set_configs.py, queens to 2026.1), the third
oslo.config.

`Can not bind IPC socket` is said by iscsid beside the host's own iscsid.
"""
SYSTEMD = re.compile(r"(?:Started|Stopped|Stopping|Starting|Failed to start) kolla-|kolla-\S+-container\.service: ")
EXITS = {126: "bad_command", 127: "bad_command", 139: "segfault"}


def cause(
    container: Container | None, unit: Unit | None, log: str | None, full: frozenset[str] = frozenset()
) -> str | None:
    """Return the cause, or None. `full` holds ``disk_full`` or ``inode_full`` when a file system of the host is."""
    if container is None:
        return None
    if unit is not None and unit.operator_stopped:
        return None
    bad = not container.running or container.health == "unhealthy" or (unit is not None and (unit.failed or unit.busy))
    again = not bad and log is not None and started_again(container, unit)
    if not bad and not again:
        return None
    if (container.oom_killed and not container.running) or (unit is not None and unit.result == "oom-kill"):
        return "oom"
    if again and container.oom_before:
        return "oom"
    if full:
        return sorted(full)[0]
    said = latest_run(log or "", ended=again)
    text = "\n".join(part for part in (said, container.error, container.health_output) if part)
    if NO_SPACE.search(text):
        return "disk_full"
    for name, pattern in LINES:
        if pattern.search(text):
            return name
    if not container.running and container.exit_code in EXITS:
        return EXITS[container.exit_code]
    return "engine_error" if container.error else None


def started_again(container: Container, unit: Unit | None) -> bool:
    """Return whether the container runs because the engine or systemd started it again. A host sends the log of such a
    container while it is young."""
    return container.running and (container.restart_count > 0 or (unit is not None and unit.n_restarts > 0))


def latest_run(log: str, *, ended: bool = False) -> str:
    """Return what the container's own process said in its latest run, of the last lines of its unit's journal.

    systemd's own lines divide the runs; what an earlier run died of is not what this run died of. With `ended` the
    latest run goes on, and the run before it is meant. An engine's log has one run and no such lines.
    """
    runs = re.split(r"^Started kolla-.*$", log, flags=re.M)
    for run in reversed(runs[:-1] if ended and len(runs) > 1 else runs):
        said = [line for line in run.splitlines() if line and not SYSTEMD.match(line)]
        if said:
            return "\n".join(said)
    return ""
