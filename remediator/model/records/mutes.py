"""Mutes that people set for a while: pauses, silences, downtimes, wraps. Beside them what people clear: ladders that
wait for an acknowledgement, signs that a baseline accepts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from remediator.model.messages.matchers import Matcher
from remediator.model.times import rfc3339

DEFAULT_S = 4 * 3600.0
LONGEST_S = 7 * 86400.0
"""A silence or a downtime has an end, always: by default after 4 h, at the latest after 7 days."""
OVER = "its time is over"
"""Why one of them ends that nobody has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One reason to do nothing at all. Pauses are a set: each is lifted by itself."""

    id: str
    reason: str
    author: str
    at: str

    @property
    def text(self) -> str:
        return f"{self.reason} ({self.author}, {self.at})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Mutes remediation of every plan whose labels satisfy all `matchers`, until `until`."""

    id: str
    matchers: tuple[Matcher, ...]
    author: str
    reason: str
    created_at: datetime
    until: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "matchers": [{"label": m.label, "operator": m.operator, "value": m.value} for m in self.matchers],
            "author": self.author,
            "reason": self.reason,
            "created_at": rfc3339(self.created_at),
            "until": rfc3339(self.until),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDowntime:
    """A target, or a whole host (``host/H``), that a person has taken out until `until`."""

    id: str
    target: str
    author: str
    reason: str
    created_at: datetime
    until: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "target": self.target,
            "author": self.author,
            "reason": self.reason,
            "created_at": rfc3339(self.created_at),
            "until": rfc3339(self.until),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrap:
    """A command that a person runs under ``pause --wrap``: while it runs, and for the time of maintenance after, it
    mutes `scope`.

    `scope` is ``all``, ``group/G`` or ``host/H``. `ended_at` None: it still runs.
    """

    id: str
    scope: str
    command: str
    author: str
    reason: str
    pid: int
    pid_started: str
    """The start time of `pid` as the kernel counts it: a pid alone is used again."""
    began_at: datetime
    ended_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "scope": self.scope,
            "command": self.command,
            "author": self.author,
            "reason": self.reason,
            "pid": self.pid,
            "pid_started": self.pid_started,
            "began_at": rfc3339(self.began_at),
            "ended_at": rfc3339(self.ended_at) if self.ended_at else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacked:
    """A ladder that ended on `target` without a cure, and that nobody has acknowledged yet."""

    target: str
    incident: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """The newest acknowledgement of a target: nothing on it waits for one any more."""

    target: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The signs that a person has accepted with a baseline of `scope`, by their keys."""

    scope: str
    keys: tuple[str, ...]
    by: str
    reason: str
