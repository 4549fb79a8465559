"""How many targets a host shows that were not known of it: each is a result, an event, and an incident where it is bad.

Invariant: a host that shows new names for ever fills the store with at most MOST of them a day. What it shows beyond that is not judged,
which makes it UNKNOWN; a reply without a new name is judged as ever. Counted since the start of the daemon.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from remediator.model.times import Instant

MOST = 2000
"""Of one host within DAY_S. A controller has a few dozen; a cloud that is deployed anew under other names has them twice."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Of each host since when is counted, and how many. It is replaced and never changed: a turn that is undone counts nothing."""

    of: Mapping[str, tuple[Instant, int]] = field(default_factory=dict)

    def refuse(self, host: str, count: int, now: Instant) -> str | None:
        """Return why a reply of `host` with `count` new targets is not judged; None when it may be."""
        since, known = self._kept(host, now)
        if not count or known + count <= MOST:
            return None
        return f"it has shown {known + count} targets within {now.since(since) / 3600:.0f} h that were not there before, and at most {MOST} are judged"

    def noted(self, host: str, count: int, now: Instant) -> Newcomers:
        """Return these with targets of `host` that were judged for the first time."""
        if not count:
            return self
        since, known = self._kept(host, now)
        return Newcomers({**self.of, host: (since, known + count)})

    def without(self, hosts: Collection[str]) -> Newcomers:
        """Return these without hosts that left the inventory."""
        return Newcomers({host: kept for host, kept in self.of.items() if host not in hosts})

    def _kept(self, host: str, now: Instant) -> tuple[Instant, int]:
        since, known = self.of.get(host, (now, 0))
        return (now, 0) if now.since(since) > DAY_S else (since, known)
