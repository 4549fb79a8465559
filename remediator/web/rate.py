"""How much one token may send: a token bucket, asked before a byte of the body is read.

Pure: time is handed in (monotonic seconds), so that a test needs no sleep.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Requests a second that may be sustained, and how many may come at once."""

    per_s: float = 5_000.0
    burst: float = 20_000.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float


@dataclass(slots=True)
class Limiter:
    """One bucket a name. Names are those of configured tokens, so the number of buckets is bounded by the config."""

    rate: Rate
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, name: str, now_s: float) -> int:
        """Take one request of `name`. Return 0 when it may pass, else the whole seconds after which to try again."""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(self.rate.burst, now_s)
        bucket.left = min(self.rate.burst, bucket.left + max(0.0, now_s - bucket.at_s) * self.rate.per_s)
        bucket.at_s = now_s
        if bucket.left >= 1.0:
            bucket.left -= 1.0
            return 0
        return max(1, math.ceil((1.0 - bucket.left) / self.rate.per_s))
