"""Signs that somebody works on a host: facts with a time and a key, so that a baseline can contain them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign of maintenance. It holds `service` on all its hosts, or the whole `host` when `service` is None.

    `key` names the very thing seen (``container:ctl1:memcached:<id>``, ``etc_kolla:ctl1:memcached:<sha256>``): a baseline
    that contains the key has accepted it. `at` is when it happened by our clock; a running process happens now.
    """

    kind: str
    host: str
    service: str | None
    at: datetime
    key: str
    detail: str
