"""What a webhook brought, normalised: a hint that says "check it now", and never a reason to act by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

_PREFIX = re.compile(r"^(?:nagios|icinga|notify)_")


def plain(name: str) -> str:
    """Return a macro's name as all senders' spellings of it come out alike: ``NAGIOS_TIMET``, ``$TIMET$``,
    ``icinga.timet``: timet."""
    return _PREFIX.sub("", name.strip("$ -").lower().replace(".", "_").replace("-", "_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One notification or event-handler call. All Nagios macros arrive as strings; numbers are parsed here.

    `key` is the idempotency key: (source, host, service, event id, state type, attempt, notification type), hashed.
    `downtime_depth` is that of what the hint is about, its service or else its host; `host_downtime_depth` that of the
    host. None means the sender did not say. `raw` is the parsed body as sent, cut to 16 KiB, secrets redacted.
    """

    source: str
    key: str
    host: str
    service: str | None
    state: str
    state_type: str
    attempt: int | None
    notification_type: str
    downtime_depth: int | None
    output: str
    problem_id: str
    raw: Mapping[str, Any]
    host_downtime_depth: int | None = None
    sender: str = ""
    """The name of the token that it came with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignName:
    """A name from outside that means no watched host, as it was last sent.

    `name` is its one spelling, `sent` how it was written; `why` tells why it means none; `word` is the newest thing
    said of it. `ambiguous`: several watched hosts are called so. `told`: of how many of its `times` people have heard.
    """

    name: str
    sent: str
    source: str
    why: str
    word: str
    ambiguous: bool
    times: int
    told: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """The loop's answer after the commit: the id of the event, and whether this key had been taken before."""

    event: str
    duplicate: bool


class QueueFull(Exception):
    """The loop's bounded queue is full: answer 503 with Retry-After."""


class CannotStore(Exception):
    """The store refused the write (read-only, full, gone): answer 503 with Retry-After."""


class CannotTake(Exception):
    """The hint itself cannot be handled, and sent again it could not be either: answer 400 with the reason."""


class NotTaken(Exception):
    """The hint was not looked at, through no fault of its own or of the store: answer 503 with Retry-After and the
    reason."""


class EnginePort(Protocol):
    """What the web server may ask of the loop. Every method is thread-safe and returns at once."""

    def submit(self, hint: Hint) -> Future[Taken]:
        """Queue `hint`. Raise QueueFull. The future resolves after the commit, or with CannotStore, CannotTake or
        NotTaken."""

    def loop_age_s(self) -> float:
        """Seconds since the last finished tick."""

    def ready(self) -> Mapping[str, bool]:
        """``{"database", "lease", "paused", "audit"}``; ready means database, lease and audit are true."""

    def metrics(self) -> Mapping[str, list[tuple[Mapping[str, str], float]]]:
        """Metric name (as in docs/contracts.md, without type) to its samples."""
