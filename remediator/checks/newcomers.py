"""How many new targets a host shows. Each costs a result, an event, and an incident where it is bad.

Invariant: a host that shows new names for ever fills the store with at most MOST of them a day. Further new targets are
not judged, which makes them UNKNOWN. A reply without a new name is judged as usual. Counted since the start of the
daemon.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from remediator.model.times import Instant

MOST = 2000
"""Most new targets of a host within DAY_S. A controller has a few dozen; a cloud deployed anew under other names has
them twice.
"""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Of each host: since when new targets are counted, and how many there were. Replaced, never changed: a turn that
    is undone counts nothing.
    """

    of: Mapping[str, tuple[Instant, int]] = field(default_factory=dict)

    def refuse(self, host: str, count: int, now: Instant) -> str | None:
        """Return why a reply of `host` with `count` new targets is not judged; None when it may be."""
        since, known = self._kept(host, now)
        if not count or known + count <= MOST:
            return None
        return (
            f"it has shown {known + count} targets within {now.since(since) / 3600:.0f} h that were not "
            f"there before, and at most {MOST} are judged"
        )

    def noted(self, host: str, count: int, now: Instant) -> Newcomers:
        """Return the counts with the targets of `host` that were judged for the first time."""
        if not count:
            return self
        since, known = self._kept(host, now)
        return Newcomers({**self.of, host: (since, known + count)})

    def without(self, hosts: Collection[str]) -> Newcomers:
        """Return the counts without hosts that left the inventory."""
        return Newcomers({host: kept for host, kept in self.of.items() if host not in hosts})

    def _kept(self, host: str, now: Instant) -> tuple[Instant, int]:
        since, known = self.of.get(host, (now, 0))
        return (now, 0) if now.since(since) > DAY_S else (since, known)
