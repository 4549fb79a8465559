"""Silences, downtimes, wraps and unacknowledged ladders as JSON rows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.model.matchers import Matcher
from remediator.model.mutes import OwnDowntime, Silence, Unacked, Wrap
from remediator.model.times import parse_rfc3339, rfc3339


def silence(record: Silence) -> dict[str, Any]:
    return {
        "id": record.id,
        "matchers": [{"label": m.label, "operator": m.operator, "value": m.value} for m in record.matchers],
        "author": record.author,
        "reason": record.reason,
        "created_at": rfc3339(record.created_at),
        "until": rfc3339(record.until),
    }


def to_silence(row: Mapping[str, Any]) -> Silence:
    return Silence(
        id=row["id"],
        matchers=tuple(Matcher(**each) for each in row["matchers"]),
        author=row["author"],
        reason=row["reason"],
        created_at=parse_rfc3339(row["created_at"]),
        until=parse_rfc3339(row["until"]),
    )


def downtime(record: OwnDowntime) -> dict[str, Any]:
    return {
        "id": record.id,
        "target": record.target,
        "author": record.author,
        "reason": record.reason,
        "created_at": rfc3339(record.created_at),
        "until": rfc3339(record.until),
    }


def to_downtime(row: Mapping[str, Any]) -> OwnDowntime:
    return OwnDowntime(
        id=row["id"],
        target=row["target"],
        author=row["author"],
        reason=row["reason"],
        created_at=parse_rfc3339(row["created_at"]),
        until=parse_rfc3339(row["until"]),
    )


def wrap(record: Wrap) -> dict[str, Any]:
    return {
        "id": record.id,
        "scope": record.scope,
        "command": record.command,
        "author": record.author,
        "reason": record.reason,
        "pid": record.pid,
        "pid_started": record.pid_started,
        "began_at": rfc3339(record.began_at),
        "ended_at": rfc3339(record.ended_at) if record.ended_at else None,
    }


def to_wrap(row: Mapping[str, Any]) -> Wrap:
    return Wrap(
        id=row["id"],
        scope=row["scope"],
        command=row["command"],
        author=row["author"],
        reason=row["reason"],
        pid=row["pid"],
        pid_started=row["pid_started"],
        began_at=parse_rfc3339(row["began_at"]),
        ended_at=parse_rfc3339(row["ended_at"]) if row["ended_at"] else None,
    )


def unacked(record: Unacked) -> dict[str, Any]:
    return {"target": record.target, "incident": record.incident, "at": rfc3339(record.at), "why": record.why}


def to_unacked(row: Mapping[str, Any]) -> Unacked:
    return Unacked(target=row["target"], incident=row["incident"], at=parse_rfc3339(row["at"]), why=row["why"])
