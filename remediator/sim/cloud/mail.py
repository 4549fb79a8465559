"""Where the pages of a simulated daemon arrive, in place of its notifiers; while it is down nobody can be told
anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Mail:
    """`taken`: every page that arrived, oldest first. `down`: why none is taken; empty while it is up. `refused`: how
    many pages were not taken."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.taken: list[dict[str, Any]] = []
        self.down = ""
        self.refused = 0

    def send(self, notification: Mapping[str, Any]) -> None:
        """Take a page. Raise OSError while it is down."""
        if self.down:
            self.refused += 1
            raise OSError(self.down)
        self.taken.append(dict(notification))
        self._tell(f"   page {notification.get('subject')}")
