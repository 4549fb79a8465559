"""The faults: a registry of them, `break_` and `heal`. Each family has its file; records say which are active.

A fault creates no container and touches nothing under /etc/kolla, but for `removed` and `kolla-config-touched`, as
their names say. A fault has one of these causes:

- a flag file under /run/lab on the host
- a drop-in that is printed
- a rule in the host's own network namespace
- the outer engine
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lab import baseline, paths
from lab.cloud import hosts, services, shapes, technologies, topology
from lab.errors import LabError, UsageError
from lab.faults import records
from lab.faults.model import Broken, Fault, Params


def all_of_them() -> dict[str, Fault]:
    """Return each fault of the technologies in use by its name."""
    return {fault.name: fault for each in technologies.in_use() for fault in each.faults}


def described() -> list[dict[str, Any]]:
    """Return the faults that the current shape can have, as `faults --format json` shows them."""
    shape = shapes.current()
    return [fault.described(shape) for fault in all_of_them().values() if fault.where(shape)]


def find(name: str) -> Fault:
    """Return the fault called `name`. Raise UsageError if there is none."""
    known = all_of_them()
    if name not in known:
        raise UsageError(f"unknown fault {name!r}; faults are {', '.join(known)}")
    return known[name]


def break_(name: str, host: str | None = None, params: Params | None = None) -> list[str]:
    """Switch a fault on and return, once it is visible from outside, the lines that say what was done."""
    fault = find(name)
    shape = shapes.current()
    target = topology.host(host or fault.default_in(shape))
    where = fault.where(shape)
    if not where:
        raise UsageError(f"{name} needs {fault.needs}; the shape {shape.name} has {len(fault.among(shape))}")
    if target.name not in where:
        raise UsageError(f"{name} can be on {', '.join(where)}, not on {target.name}")
    values = fault.accept(params or {})
    there = services.names(target)
    if "container" in values and values["container"] not in there:
        raise UsageError(f"{target.name} has no container {values['container']!r}; it has {', '.join(there)}")
    if not hosts.made(target):
        raise LabError(f"{target.name} is not up: python -m lab up")
    record = records.remember(name, target.name, values)
    try:
        return fault.start(Broken(host=target, params=values))
    except UsageError:  # nothing was done
        records.forget(record)
        raise


def heal(name: str | None = None, host: str | None = None, *, config: Path = paths.CONFIG) -> list[str]:
    """Undo the active faults, all or those of a name or host, the latest first, and return a line for each.

    Where a heal booted or recreated something, the daemon of `config`, if it runs, is told to accept the host.
    """
    if name is not None:
        find(name)
    if host is not None:
        topology.host(host)
    lines = []
    for record in records.active():
        if name not in (None, record.fault) or host not in (None, record.host):
            continue
        target = topology.host(record.host)
        fault = find(record.fault)
        if hosts.state(target) != "absent":
            fault.undo(Broken(host=target, params=record.params))
        records.forget(record)
        lines.append(f"healed {record.fault} on {record.host}")
        if fault.rebooted:
            lines += baseline.accept(f"host/{record.host}", f"the lab healed {record.fault}", config=config)
    return lines
