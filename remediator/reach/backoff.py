"""When a host that failed is tried again: exponential with jitter, so that dead hosts take no workers and do not retry
together.
"""

from __future__ import annotations

import random

FIRST_S = 1.0
CAP_S = 30.0


class Backoff:
    """Counts failures in a row. Times are those of one monotonic clock, handed in."""

    def __init__(self, cap_s: float = CAP_S) -> None:
        self._cap_s = cap_s
        self._failures = 0
        self._failed_s = 0.0
        self._next_s = 0.0

    def failed(self, now_s: float) -> None:
        """Note a failure. The next try is due after 1, 2, 4 ... s up to the cap, shortened at random by at most
        half."""
        span_s = min(self._cap_s, FIRST_S * 2.0 ** min(self._failures, 16))
        self._failures += 1
        self._failed_s, self._next_s = now_s, now_s + random.uniform(span_s / 2, span_s)

    def worked(self) -> None:
        self._failures, self._next_s = 0, 0.0

    @property
    def failing(self) -> bool:
        """Whether the last try failed."""
        return self._failures > 0

    def waits(self, now_s: float) -> bool:
        """Return whether it is too early for another try."""
        return now_s < self._next_s

    def since_s(self, now_s: float) -> float:
        """Return the seconds since the last failure."""
        return now_s - self._failed_s
