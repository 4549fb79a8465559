"""What is on the machine that a lab could leave: links, routes, firewall rules, mounts, engine processes, containers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.proc import run

ENGINES = (
    "dockerd",
    "containerd",
    "containerd-shim",
    "containerd-shim-runc-v2",
    "docker-proxy",
    "conmon",
    "remediator",
)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Each kind of thing by name. Processes are (pid, name), so that one that ends and begins anew shows."""

    links: frozenset[str]
    routes: frozenset[str]
    rules: frozenset[str]
    mounts: frozenset[str]
    processes: frozenset[str]


def machine() -> Machine:
    """Return what is there now."""
    return Machine(
        links=_lines(("ip", "-o", "link"), lambda line: line.split(": ")[1]),
        routes=_lines(("ip", "route", "show", "table", "all"), str.strip),
        rules=_lines(("iptables", "-S"), str.strip),
        mounts=frozenset(line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()),
        processes=_processes(),
    )


def left_behind(before: Machine, after: Machine) -> list[str]:
    """Return what is there after and was not before, in words."""
    found = []
    for kind in ("links", "routes", "rules", "mounts", "processes"):
        one = "process" if kind == "processes" else kind.removesuffix("s")
        found += [f"{one} {name}" for name in sorted(getattr(after, kind) - getattr(before, kind))]
    return found


def _lines(command: tuple[str, ...], name: Callable[[str], str]) -> frozenset[str]:
    if shutil.which(command[0]) is None:
        return frozenset()
    text = run(list(command), check=False).out
    return frozenset(name(line) for line in text.splitlines() if line.strip())


def _processes() -> frozenset[str]:
    found = set()
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            try:
                name = (directory / "comm").read_text().strip()
            except OSError:
                continue
            if name in ENGINES:
                found.add(f"{directory.name} {name}")
    return frozenset(found)
