"""The files whose tests need a whole lab for themselves, shared out: a lab that is free takes the next one.

Each file is taken once, by one lab. The longest come first, so that the labs end at about the same time. A file says
how long it lasts
(`LASTS_S = 300`); one that does not say may be long, and comes before all others. Where only one lab works, it takes
them all.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

LASTS = re.compile(r"^LASTS_S = (\d+)$", re.MULTILINE)


class Files:
    """The test files in these directories that nobody has taken."""

    def __init__(self, directories: Sequence[Path]) -> None:
        self._left = sorted((file for each in directories for file in each.glob("test_*.py")), key=_turn)
        self._lock = threading.Lock()

    def taken(self) -> Iterator[Path]:
        """Give one file after the other to whoever asks, until none is left."""
        while (file := self._take()) is not None:
            yield file

    def _take(self) -> Path | None:
        with self._lock:
            return self._left.pop(0) if self._left else None


def _turn(file: Path) -> tuple[float, str]:
    said = LASTS.search(file.read_text("utf-8"))
    return -float(said[1]) if said else -math.inf, file.name
