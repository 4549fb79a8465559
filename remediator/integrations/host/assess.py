"""Judgement-free results about a host: `host.reach`, `host.disk`, `host.clock`, `host.engine`, `host.said` and
`host.identity`. Pure.

Invariant: one result per host that was ever asked. `host.reach` is never UNKNOWN; the others are UNKNOWN with the
reason of the reply when it failed. `fields.py` says what each field means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from remediator.integrations.container import facts as containers
from remediator.integrations.host import disks, facts, fields
from remediator.model import targets, times
from remediator.model.content.judging import Assessed, AssessSpec, Evidence, Scope
from remediator.model.hosts import one_machine
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Data, FieldType, Unknown

SLOW_S = 5.0
"""Above this round trip the two clocks cannot be compared."""

MOST_NAMES = 20
"""Names that a result lists: those of one machine, and those that are none."""

ANSWERS = (Reach.OK, Reach.BUSY, Reach.GARBLED, Reach.TOO_LARGE)


def _each(build: Callable[[HostReply], Data]) -> Callable[[Evidence], Sequence[Assessed]]:
    def judge(evidence: Evidence) -> Sequence[Assessed]:
        found = []
        for host in evidence.hosts:
            reply = evidence.reply(host)
            if reply is not None:
                identity = {} if reply.boot_id is None else {"boot_id": reply.boot_id}
                found.append(Assessed(target=targets.on_host(host), data=build(reply), identity=identity))
        return found

    return judge


def round_trip_s(reply: HostReply) -> float:
    """Return how long the round trip took, by whichever of the daemon's clocks says more."""
    return round(reply.received_at.at_most_since(reply.asked_at), 3)


def clock_offset_s(reply: HostReply) -> float | Unknown:
    """Return the host's clock minus the daemon's, in seconds. The host read its clock when its work was done, so the
    error is half of the time of the way there and back. How long the work itself took does not count. Above 5 s of way
    nothing is known."""
    if reply.reach is not Reach.OK or reply.host_clock_s is None:
        return Unknown(f"host_{reply.reach.value}")
    way_s = max(0.0, round_trip_s(reply) - reply.host_took_s)
    if way_s >= SLOW_S:
        return Unknown("round_trip_too_long")
    return round(reply.host_clock_s - reply.received_at.wall.timestamp() + way_s / 2, 3)


def reach(reply: HostReply) -> Data:
    return {
        "reachable": reply.reach in ANSWERS,
        "kind": reply.reach.value,
        "reason": reply.reason or None,
        "took_s": round_trip_s(reply),
    }


def disk(reply: HostReply) -> Data:
    found = disks.of(reply)
    if isinstance(found, Unknown):
        return dict.fromkeys(fields.DISK, found)
    if not found.mounts:
        return {
            **dict.fromkeys(fields.DISK, Unknown("no_mount_answered")),
            "dead_mounts": list(found.dead),
            "mounts": 0,
        }
    fullest = max(found.mounts, key=lambda mount: mount.used_percent)
    counted = [(mount.inode_percent, mount.path) for mount in found.mounts if mount.inode_percent is not None]
    inodes, path = max(counted, default=(None, None))
    return {
        "used_percent": fullest.used_percent,
        "worst_mount": fullest.path,
        "free_bytes": fullest.available,
        "inode_percent": inodes,
        "worst_inode_mount": path,
        "dead_mounts": list(found.dead),
        "mounts": len(found.mounts),
    }


def clock(reply: HostReply) -> Data:
    offset_s, found = clock_offset_s(reply), facts.of(reply)
    return {
        "offset_s": offset_s,
        "abs_offset_s": offset_s if isinstance(offset_s, Unknown) else abs(offset_s),
        "round_trip_s": round_trip_s(reply),
        "synchronised": found if isinstance(found, Unknown) else found.synchronised,
    }


def engine(reply: HostReply) -> Data:
    return {**_answering(reply), **_since(reply)}


def _answering(reply: HostReply) -> dict[str, Any]:
    found = containers.of(reply)
    if isinstance(found, Unknown):
        return dict.fromkeys(("engine", "answers", "state", "reason"), found)
    answers = found.engine_state == "ok"
    reason = None if answers else found.engine_reason
    return {"engine": found.engine, "answers": answers, "state": found.engine_state, "reason": reason}


def _since(reply: HostReply) -> dict[str, Any]:
    found = facts.of(reply)
    names = ("unit_state", "started_at", "age_s", "host_booted_at", "host_age_s")
    if isinstance(found, Unknown):
        return dict.fromkeys(names, found)
    return {
        "unit_state": found.engine_unit_state,
        "started_at": _ago(reply, found.engine_unit_age_s),
        "age_s": found.engine_unit_age_s,
        "host_booted_at": _ago(reply, found.booted_age_s),
        "host_age_s": found.booted_age_s,
    }


def _identity(evidence: Evidence) -> Sequence[Assessed]:
    found = []
    for host in evidence.hosts:
        reply = evidence.reply(host)
        if reply is not None:
            found.append(Assessed(target=targets.on_host(host), data=identity(reply, evidence.names(host))))
    return found


def identity(reply: HostReply, names: Sequence[str]) -> Data:
    """Return what is known of the machine that answered; `names` are all that the inventory has for it, when it has
    several."""
    found = facts.of(reply)
    if isinstance(found, Unknown) and not names:
        return dict.fromkeys(fields.IDENTITY, found)
    known = reply.boot_id is not None and not isinstance(found, Unknown) and found.machine_id is not None
    return {
        "named_twice": bool(names),
        "speaks": not names or names[0] == reply.host,
        "names": list(names[:MOST_NAMES]),
        "sentence": one_machine(names) if names else None,
        "machine_known": known,
    }


def said(reply: HostReply) -> Data:
    """Return which names in the reply are no names: nothing is concluded from those, and a person hears of them."""
    found = containers.of(reply)
    if isinstance(found, Unknown):
        return dict.fromkeys(fields.SAID, found)
    return {"refused": len(found.refused), "entries": list(found.refused[:MOST_NAMES])}


def _ago(reply: HostReply, age_s: float | None) -> str | None:
    return None if age_s is None else times.rfc3339(reply.received_at.wall - timedelta(seconds=age_s))


def _spec(
    name: str, sections: tuple[str, ...], table: Mapping[str, FieldType], build: Callable[[HostReply], Data], text: str
) -> AssessSpec:
    return AssessSpec(
        name=f"host.{name}",
        scope=Scope.HOST,
        sections=sections,
        fields=table,
        judge=_each(build),
        target_kind="host",
        summary=text,
    )


ASSESSMENTS = (
    _spec("reach", (), fields.REACH, reach, "whether the host answers over SSH, and if not, how it fails"),
    _spec("disk", ("disk",), fields.DISK, disk, "how full its file systems are, in bytes and in inodes"),
    _spec("clock", ("host",), fields.CLOCK, clock, "how far its clock is from ours"),
    _spec("engine", ("containers", "host"), fields.ENGINE, engine, "whether its container engine answers"),
    _spec(
        "said",
        ("containers",),
        fields.SAID,
        said,
        "whether every name that it gives its containers and units can be one",
    ),
    AssessSpec(
        name="host.identity",
        scope=Scope.HOST,
        sections=("host",),
        fields=fields.IDENTITY,
        judge=_identity,
        target_kind="host",
        summary="whether the inventory has this machine under one name",
    ),
)
