"""Section data as a host sends it, built from a few words: what a test leaves out is a healthy container under
systemd."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from remediator.collect.facts import FactsOfHosts
from remediator.model.content.judging import Evidence
from remediator.model.hosts import Host, Inventory
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.times import Instant
from tests.builders import replies

BOOTED = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
NOW_S = BOOTED.timestamp() + 3600


def at(seconds: float) -> Instant:
    """Return an instant `seconds` after the tests' epoch."""
    return Instant(BOOTED + timedelta(seconds=seconds), seconds, "our-boot")


def stamp(age_s: float, now_s: float = NOW_S) -> str:
    """Return an engine's time, `age_s` before the host's clock."""
    return datetime.fromtimestamp(now_s - age_s, UTC).isoformat().replace("+00:00", "Z")


def container(name: str = "memcached", **changes: Any) -> dict[str, Any]:
    return {
        "id": "c0ffee",
        "name": name,
        "image": f"quay.io/openstack.kolla/{name}:2025.1",
        "image_id": "sha256:aa",
        "created": stamp(90_000),
        "status": "running",
        "running": True,
        "exit_code": 0,
        "oom_killed": False,
        "error": "",
        "started_at": stamp(3000),
        "finished_at": "0001-01-01T00:00:00Z",
        "restart_count": 0,
        "restart_policy": "no",
        "health": "healthy",
        "failing_streak": 0,
        "health_output": "",
        "kolla_version": "20.0.0",
        "short_lived": False,
        "env_names": ["PATH"],
        **changes,
    }


def down(name: str = "memcached", **changes: Any) -> dict[str, Any]:
    """A container that exited with 1 a minute ago."""
    gone = {"status": "exited", "running": False, "exit_code": 1, "health": None, "failing_streak": None}
    return container(name, **{**gone, "started_at": stamp(70), "finished_at": stamp(60), **changes})


def unit(**changes: str) -> dict[str, str]:
    return {
        "ActiveState": "active",
        "SubState": "running",
        "Result": "success",
        "NRestarts": "0",
        "InvocationID": "i-1",
        "ActiveExitTimestampMonotonic": "0",
        "ExecMainExitTimestampMonotonic": "0",
        **changes,
    }


START_LIMIT = unit(ActiveState="failed", SubState="failed", Result="start-limit-hit", NRestarts="10")
CRASHED = unit(
    ActiveState="failed",
    SubState="failed",
    Result="exit-code",
    ExecMainExitTimestampMonotonic="100",
    ActiveExitTimestampMonotonic="101",
)
"""It fell over by itself: the process ended first, then the unit left `active`."""
KILLED_AT_STOP = unit(
    ActiveState="failed",
    SubState="failed",
    Result="exit-code",
    ExecMainExitTimestampMonotonic="101",
    ActiveExitTimestampMonotonic="100",
)
"""Somebody stopped it, and the process had to be killed: systemd calls that `failed` too."""
STOPPED = unit(ActiveState="inactive", SubState="dead")
RESTARTING = unit(ActiveState="activating", SubState="auto-restart", Result="exit-code", NRestarts="3")


def containers(
    *found: dict[str, Any] | None,
    units: Mapping[str, dict[str, str]] | None = None,
    engine_state: str = "ok",
    **changes: Any,
) -> dict[str, Any]:
    """Return section `containers`; every container has an active unit unless `units` says otherwise."""
    there = {item["name"]: item for item in found if item is not None}
    given = {name: unit() for name in there} if units is None else dict(units)
    return {
        "clock": NOW_S,
        "engine": {"name": "docker", "state": engine_state, "reason": "" if engine_state == "ok" else "no answer"},
        "containers": there if engine_state == "ok" else None,
        "unit_files": sorted(given),
        "units": given,
        "units_reason": None,
        "configs": sorted({*there, *given}),
        "logs": {},
        **changes,
    }


def host(**changes: Any) -> dict[str, Any]:
    """Return section `host` of a host that booted an hour ago and on which nobody works."""
    return {
        "uptime_s": 9000.0,
        "booted_age_s": 3600.0,
        "engine_unit": {"state": "active", "substate": "running", "result": "success", "age_s": 3500.0},
        "load": [0.1, 0.2, 0.3],
        "cpus": 4,
        "memory": {"MemTotal": 100, "MemAvailable": 50},
        "ansible": [],
        "ansible_log": [],
        "etc_kolla": {},
        "synchronised": True,
        **changes,
    }


def mount(used: int, available: int, inodes: int = 100, free: int = 50) -> dict[str, int]:
    return {"total": used + available + 5, "used": used, "available": available, "inodes": inodes, "inodes_free": free}


def reply(name: str = "ctl1", *, asked_s: float = 3600.0, reach: Reach = Reach.OK, **sections: Any) -> HostReply:
    answered = reach is Reach.OK
    return HostReply(
        host=name,
        asked_at=at(asked_s),
        received_at=at(asked_s + 0.2),
        reach=reach,
        reason="" if answered else "it failed",
        sections=replies.sections(sections),
        host_clock_s=BOOTED.timestamp() + asked_s if answered else None,
        boot_id="boot-1" if answered else None,
        host_took_s=0.1,
    )


def evidence(
    *replies: HostReply | None, memories: Mapping[str, Any] | None = None, hosts: tuple[str, ...] = ()
) -> Evidence:
    """Return the evidence of `replies`; `hosts` adds ones that were never asked."""
    given = {one.host: one for one in replies if one is not None}
    names = hosts or tuple(sorted(given))
    members = {name: Host(name=name, address=name, groups=("mariadb",)) for name in names}
    inventory = Inventory(hosts=members, version="v", source="test")
    return FactsOfHosts(hosts=names, inventory=inventory, now=at(3601), replies=given, memories=memories or {})
