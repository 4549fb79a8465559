"""From the section `host` of one reply to frozen facts about the host itself. Pure; `disks.py` has those of section
`disk`.

Invariant: a section of the wrong shape is UNKNOWN as a whole; an age is in seconds and None where systemd has no stamp.
A directory below /etc/kolla whose name no container can have is left out: it is nobody's configuration. Who the host is
(`machine_id`, `names`) is None where it says something that is neither an id nor a name.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.manifest.host_identity import ActFile, Machine
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.names import is_name
from remediator.model.values import Unknown

MOST_NAMES = 8
MOST_SAID = 64
"""Names that are looked at; a host sends 8."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.json")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,39}")
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
    machine_id: str | None
    """A digest of it; None when it is not known."""
    names: tuple[str, ...] | None
    """Names by which the host calls itself, hostname first; None when they are not known."""
    act_files: tuple[ActFile, ...] | None = None
    """Files of `remediator-act`; None when the host has none of them, or says something else."""


def parse(data: Any) -> HostFacts | Unknown:
    """Return the facts in section `host`, or `Unknown` with its reason."""
    return typed.read(data, "host", _parsed)


def _parsed(data: Mapping[str, Any]) -> HostFacts:
    unit = None if data["engine_unit"] is None else typed.table(data, "engine_unit")
    memory, log = typed.table(data, "memory"), None if data["ansible_log"] is None else typed.items(data, "ansible_log")
    return HostFacts(
        booted_age_s=typed.age_or_none(data, "booted_age_s"),
        engine_unit_state=None if unit is None else typed.text(unit, "state"),
        engine_unit_age_s=None if unit is None else typed.age_or_none(unit, "age_s"),
        load=tuple(typed.number({"load": value}, "load") for value in typed.items(data, "load")),
        memory={name: typed.whole(memory, name) for name in memory},
        ansible=tuple(_working(one) for one in typed.items(data, "ansible")),
        ansible_log=None if log is None else tuple(_line(line) for line in log),
        etc_kolla=None if data["etc_kolla"] is None else _services(typed.table(data, "etc_kolla")),
        synchronised=typed.flag_or_none(data, "synchronised"),
        machine_id=_machine_id(data.get("machine_id")),
        names=_names(data.get("names")),
        act_files=_act_files(data.get("act_files")),
    )


def _machine_id(found: Any) -> str | None:
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def _names(found: Any) -> tuple[str, ...] | None:
    if not isinstance(found, list):
        return None
    said = (name for name in found[:MOST_SAID] if isinstance(name, str) and len(name) <= 253 and _NAME.fullmatch(name))
    return tuple(itertools.islice(dict.fromkeys(said), MOST_NAMES))


def _act_files(found: Any) -> tuple[ActFile, ...] | None:
    if not isinstance(found, list):
        return None
    files = []
    for each in found[:MOST_SAID]:
        name, digest, release = (
            (each.get(key) for key in ("file", "sha256", "release")) if isinstance(each, dict) else (None,) * 3
        )
        if not isinstance(name, str) or _FILE.fullmatch(name) is None:
            return None
        told = release if isinstance(release, str) and _RELEASE.fullmatch(release) else ""
        known = digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None
        files.append(ActFile(name=sys.intern(name), sha256=known and sys.intern(known), release=sys.intern(told)))
    return tuple(files)


def _working(one: Mapping[str, Any]) -> Working:
    return Working(pid=typed.whole(one, "pid"), start=typed.whole(one, "start"), what=typed.text(one, "what"))


def _line(line: Mapping[str, Any]) -> tuple[float, str]:
    return typed.moment(line, "at"), typed.text(line, "what")


def _services(found: Mapping[str, Any]) -> dict[str, Service]:
    return {name: _service(typed.table(found, name)) for name in found if is_name(name)}


def _service(item: Mapping[str, Any]) -> Service:
    return Service(sha256=typed.text(item, "sha256"), mtime_s=typed.moment(item, "mtime"))


HOST = SectionKind(name="host", facts=HostFacts, parse=parse)


def of(reply: HostReply) -> HostFacts | Unknown:
    """Return the facts in section `host` of `reply`."""
    return reply.facts(HOST)


def machine(reply: HostReply) -> Machine | Unknown:
    """Return what the host of `reply` tells of itself."""
    found = of(reply)
    if isinstance(found, Unknown):
        return found
    return Machine(
        machine_id=found.machine_id,
        names=found.names,
        booted_age_s=found.booted_age_s,
        engine_age_s=found.engine_unit_age_s,
        act_files=found.act_files,
    )
