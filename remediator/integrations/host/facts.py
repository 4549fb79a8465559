"""From the section `host` of one reply to frozen facts about the host itself. Pure; `disks.py` has those of section `disk`.

Invariant: a section of the wrong shape is UNKNOWN as a whole; an age is in seconds and None where systemd has no stamp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.model.values import Unknown


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


def parse(data: Any) -> HostFacts | Unknown:
    """Return the facts in section `host`, or `Unknown` with its reason."""
    if isinstance(data, Unknown):
        return data
    try:
        unit, lines, kolla = data["engine_unit"], data["ansible_log"], data["etc_kolla"]
        return HostFacts(
            booted_age_s=data["booted_age_s"],
            engine_unit_state=None if unit is None else str(unit["state"]),
            engine_unit_age_s=None if unit is None else unit["age_s"],
            load=tuple(float(value) for value in data["load"]),
            memory=dict(data["memory"]),
            ansible=tuple(Working(pid=one["pid"], start=one["start"], what=one["what"]) for one in data["ansible"]),
            ansible_log=None if lines is None else tuple((float(line["at"]), str(line["what"])) for line in lines),
            etc_kolla=None if kolla is None else {name: _service(item) for name, item in kolla.items()},
            synchronised=data["synchronised"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Unknown(f"error:host: {type(error).__name__}: {str(error)[:80]}")


def _service(item: Mapping[str, Any]) -> Service:
    return Service(sha256=str(item["sha256"]), mtime_s=float(item["mtime"]))
