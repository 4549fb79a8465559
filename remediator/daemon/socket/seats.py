"""Who may have how many connections of the control socket at once. Pure, but for its lock.

Invariant: no account has more than its share, and all accounts but root together leave some places free. So root is
answered, whatever members of the group do.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

AT_ONCE: Final = 32
A_PEER: Final = 8
FOR_ROOT: Final = 8
"""Places that only root gets."""
ROOT: Final = 0


class Seats:
    """Places by uid: `take` one, and `give` it back."""

    def __init__(self) -> None:
        self._taken: Counter[int] = Counter()
        self._lock = threading.Lock()

    def take(self, uid: int) -> str | None:
        """Take a place for `uid`. Return None, or why there is none."""
        with self._lock:
            if self._taken[uid] >= A_PEER:
                return f"uid {uid} has {A_PEER} requests under way: wait for one of them"
            room = AT_ONCE if uid == ROOT else AT_ONCE - FOR_ROOT
            if self._taken.total() - (0 if uid == ROOT else self._taken[ROOT]) >= room:
                return "too many requests are under way: wait a few seconds"
            self._taken[uid] += 1
            return None

    def give(self, uid: int) -> None:
        """Give a place of `uid` back."""
        with self._lock:
            self._taken[uid] -= 1
            if not self._taken[uid]:
                del self._taken[uid]
