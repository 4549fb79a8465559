"""One mistake: a patch of one shipped file.

Invariant: the old text occurs exactly once in its file; a row that does not fit any more is a failure, never skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class OutOfDate(Exception):
    """The old text of a mutant is not in its file exactly once."""

    def __init__(self, name: str, file: str, times: int) -> None:
        super().__init__(
            f"{name} is out of date: its old text occurs {times} times in {file}; adapt the row to the file"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`story`: the directed story that is told first. `tests`: unit tests in place of the simulator, which cannot see it."""

    name: str
    mistake: str
    file: str
    old: str
    new: str
    story: str = ""
    tests: str = ""

    def patched(self, text: str) -> str:
        """Return the file's `text` with the mistake in it. Raise OutOfDate."""
        times = text.count(self.old)
        if times != 1:
            raise OutOfDate(self.name, self.file, times)
        return text.replace(self.old, self.new)
