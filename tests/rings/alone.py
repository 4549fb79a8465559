"""The files whose tests need a whole lab for themselves, shared out: a lab that is free takes the next one.

Each file is taken once, by one lab. The longest come first, so that the labs end at about the same time; a file that is not named
here may be long, and comes before them. Where only one lab works, it takes them all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

LONGEST_FIRST = (
    "test_recovery",
    "test_recovery_refused",
    "test_upgrade",
    "test_recovery_live",
    "test_faults",
    "test_gate",
    "test_recovery_sst_cut",
    "test_recovery_killed",
    "test_galera",
    "test_hosts",
)


class Files:
    """The test files of a ring that nobody has taken."""

    def __init__(self, directory: Path) -> None:
        self._left = sorted(directory.glob("test_*.py"), key=_turn)
        self._lock = threading.Lock()

    def taken(self) -> Iterator[Path]:
        """Give one file after the other to whoever asks, until none is left."""
        while (file := self._take()) is not None:
            yield file

    def _take(self) -> Path | None:
        with self._lock:
            return self._left.pop(0) if self._left else None


def _turn(file: Path) -> tuple[int, str]:
    known = LONGEST_FIRST.index(file.stem) if file.stem in LONGEST_FIRST else -1
    return known, file.name
