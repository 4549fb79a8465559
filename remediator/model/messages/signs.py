"""Signs that somebody works on a host: facts with a time and a key, so that a baseline can contain them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignKey:
    """The name of a thing seen: its `kind`, `of` what it is (a host, a wrap, a service), and what tells it from others.

    `text` is how it is stored and compared; this is the one place that knows its form.
    """

    kind: str
    of: str
    rest: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.of}:{self.rest}"

    @classmethod
    def read(cls, text: str) -> SignKey:
        """Reverse `text`. What has no such form is of no kind that is known."""
        kind, _, more = text.partition(":")
        of, _, rest = more.partition(":")
        return cls(kind, of, rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign of maintenance. It mutes `service` on all its hosts, or the whole `host` when `service` is None.

    `key` is the text of its `SignKey` (``container:ctl1:memcached:<id>``, ``etc_kolla:ctl1:memcached:<sha256>``): a
    baseline that contains the key has accepted it. `at` is when it happened by the daemon's clock; a running process
    happens now.
    """

    kind: str
    host: str
    service: str | None
    at: datetime
    key: str
    detail: str
