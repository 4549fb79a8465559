"""What of this lab is on the machine, judged by what the lab itself made, marked and recorded.

Invariant: nothing that somebody else made counts, whatever it is called: another daemon, another container engine,
their links, routes, rules and mounts. A process is the lab's in three cases:

- It has the lab's mark (`lab.outer.mark`) in our mount namespace.
- Its control group lies below the lab's.
- The running lab recorded it, by pid and start time, since the kernel uses pids again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.errors import LabError
from lab.outer import groups, mark, names, network
from lab.outer.proc import poll

PROC = Path("/proc")
_ENDED = ("Z", "X")


@dataclass(frozen=True, kw_only=True, order=True)
class Process:
    """A process as nobody else can be it: `started` is field 22 of /proc/PID/stat."""

    pid: int
    started: int
    name: str

    def __str__(self) -> str:
        return f"process {self.pid} {self.name}"


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the lab has on the machine at a moment and what is given no name by us: the hosts' links, by number, and
    processes."""

    links: frozenset[str] = frozenset()
    processes: frozenset[Process] = frozenset()


def made() -> Made:
    """Return what there is of the lab now, to be asked for again once it is down."""
    return Made(links=network.ports(), processes=processes())


def left(before: Made, *, wait_s: float = 10) -> list[str]:
    """Return in words what there is of the lab, and what of `before` is still there; processes have `wait_s` to end."""
    with suppress(LabError):
        poll("the end of the lab's processes", lambda: not _running(before), limit_s=wait_s)
    found = network.leftovers()
    found += [f"link {link}" for link in sorted(before.links & network.links())]
    found += [str(process) for process in _running(before)]
    found += [f"mount {mount}" for mount in mounts()]
    found += [f"mount {names.HOSTS_FILE}"] if names.mounted() else []
    found += [f"control group {group}" for group in groups.own()]
    found += [f"directory {path}" for path in (paths.RUNTIME, paths.RUN) if path.exists()]
    return found


def processes(proc: Path = PROC) -> frozenset[Process]:
    """Return the processes of this lab, without ourselves and those that we descend from."""
    ours, spaces = _lineage(proc), _space(proc / "self")
    found = set()
    for entry in proc.iterdir():
        if not entry.name.isdigit() or int(entry.name) in ours:
            continue
        process = _read(entry)
        if process is not None and (_contained(entry) or (_marked(entry) and _space(entry) == spaces)):
            found.add(process)
    return frozenset(found)


def marked(proc: Path = PROC) -> frozenset[Process]:
    """Return those of `processes` that have the lab's mark: the ones that the lab started on the machine itself."""
    return frozenset(p for p in processes(proc) if _marked(proc / str(p.pid)))


def alive(process: Process, proc: Path = PROC) -> bool:
    """Say whether this very process still runs."""
    found = _read(proc / str(process.pid))
    return found is not None and found.started == process.started


def end(chosen: Iterable[Process], *, grace_s: float = 20) -> None:
    """End processes of the lab: SIGTERM, and SIGKILL for those that are still there after `grace_s`."""
    ending = list(chosen)
    for number, limit_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 10.0)):
        for process in ending:
            if alive(process):
                with suppress(ProcessLookupError):
                    os.kill(process.pid, number)
        with suppress(LabError):
            poll("the end of the lab's processes", lambda: not any(map(alive, ending)), limit_s=limit_s)


def mounts() -> list[str]:
    """Return the mount points under the lab's directories and those of its own source, the deepest first."""
    lines = [line.split() for line in (PROC / "self/mounts").read_text().splitlines()]
    below = (f"{paths.HOME}/", f"{paths.RUNTIME}/")
    ours = [line[1] for line in lines if line[0] == groups.MOUNT_SOURCE or line[1].startswith(below)]
    return sorted(ours, key=len, reverse=True)


def _running(before: Made) -> list[Process]:
    return sorted(processes() | {process for process in before.processes if alive(process)})


def _read(entry: Path) -> Process | None:
    """Return the process of a directory of /proc; None when it has ended."""
    fields = _stat(entry)
    if fields is None or fields[1] in _ENDED:
        return None
    return Process(pid=int(entry.name), started=int(fields[20]), name=fields[0])


def _stat(entry: Path) -> list[str] | None:
    """Return name, state and all that follows of /proc/PID/stat; a name may hold spaces and brackets."""
    try:
        text = (entry / "stat").read_text(errors="replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    return [name, *rest.split()]


def _lineage(proc: Path) -> set[int]:
    found: set[int] = set()
    pid = int((proc / "self").resolve().name)
    while pid and pid not in found:
        found.add(pid)
        fields = _stat(proc / str(pid))
        pid = int(fields[2]) if fields else 0
    return found


def _marked(entry: Path) -> bool:
    try:
        words = (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"{mark.NAME}={paths.HOME}".encode() in words


def _contained(entry: Path) -> bool:
    """Say whether a process is in a group below the lab's; in a namespace of control groups a path may begin with
    `/..`."""
    try:
        lines = (entry / "cgroup").read_text().splitlines()
    except OSError:
        return False
    return any(paths.CGROUP in line.split(":", 2)[-1].split("/") for line in lines)


def _space(entry: Path) -> str:
    try:
        return str((entry / "ns/mnt").readlink())
    except OSError:
        return ""
