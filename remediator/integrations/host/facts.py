"""From the section `host` of one reply to frozen facts about the host itself. Pure; `disks.py` has those of section `disk`.

Invariant: a section of the wrong shape is UNKNOWN as a whole; an age is in seconds and None where systemd has no stamp.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.values import Unknown

MOST_NAMES = 8
_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_ID = re.compile(r"[0-9a-f-]{32,36}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One directory of /etc/kolla: a digest over names and contents, and its newest change by the host's clock."""

    sha256: str
    mtime_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """One process by which Ansible works on the host; `start` (clock ticks since boot) tells it from a reused pid."""

    pid: int
    start: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    booted_age_s: float | None
    engine_unit_state: str | None
    engine_unit_age_s: float | None
    load: tuple[float, ...]
    memory: Mapping[str, int]
    ansible: tuple[Working, ...]
    ansible_log: tuple[tuple[float, str], ...] | None
    """(epoch seconds by the host's clock, module); None when the journal could not be read."""
    etc_kolla: Mapping[str, Service] | None
    synchronised: bool | None


def machine_id(data: Any) -> str | None:
    """Return the machine id (a digest of it) in section `host`; None when it is not known."""
    found = data.get("machine_id") if isinstance(data, Mapping) else None
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def names(data: Any) -> tuple[str, ...] | None:
    """Return the names by which the host calls itself in section `host`, hostname first; None when they are not known."""
    found = data.get("names") if isinstance(data, Mapping) else None
    if not isinstance(found, list):
        return None
    said = (name for name in found if isinstance(name, str) and len(name) <= 253 and _NAME.fullmatch(name))
    return tuple(dict.fromkeys(said))[:MOST_NAMES]


def parse(data: Any) -> HostFacts | Unknown:
    """Return the facts in section `host`, or `Unknown` with its reason."""
    if isinstance(data, Unknown):
        return data
    try:
        unit = None if data["engine_unit"] is None else typed.table(data, "engine_unit")
        memory = typed.table(data, "memory")
        return HostFacts(
            booted_age_s=typed.number_or_none(data, "booted_age_s"),
            engine_unit_state=None if unit is None else typed.text(unit, "state"),
            engine_unit_age_s=None if unit is None else typed.number_or_none(unit, "age_s"),
            load=tuple(typed.number({"load": value}, "load") for value in data["load"]),
            memory={name: typed.whole(memory, name) for name in memory},
            ansible=tuple(_working(one) for one in data["ansible"]),
            ansible_log=None if data["ansible_log"] is None else tuple(_line(line) for line in data["ansible_log"]),
            etc_kolla=None if data["etc_kolla"] is None else _services(typed.table(data, "etc_kolla")),
            synchronised=typed.flag_or_none(data, "synchronised"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Unknown(f"error:host: {type(error).__name__}: {str(error)[:80]}")


def _working(one: Mapping[str, Any]) -> Working:
    return Working(pid=typed.whole(one, "pid"), start=typed.whole(one, "start"), what=typed.text(one, "what"))


def _line(line: Mapping[str, Any]) -> tuple[float, str]:
    return typed.number(line, "at"), typed.text(line, "what")


def _services(found: Mapping[str, Any]) -> dict[str, Service]:
    return {name: _service(typed.table(found, name)) for name in found}


def _service(item: Mapping[str, Any]) -> Service:
    return Service(sha256=typed.text(item, "sha256"), mtime_s=typed.number(item, "mtime"))
