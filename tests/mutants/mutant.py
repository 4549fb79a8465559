"""One mistake: a patch of one function of a shipped file.

Invariant: the old code occurs exactly once in its place; a row that does not fit any more is a failure, never skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.mutants import patch

ROOT = Path(__file__).resolve().parents[2]


class OutOfDate(Exception):
    """The place of a mutant is not there, or its old code is not in it exactly once."""

    def __init__(self, name: str, place: str, why: str) -> None:
        super().__init__(f"{name} is out of date: {why}; adapt the row to {place}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`place`: ``module:function``, ``module:Class.method`` or ``module:NAME``. `old`, `new`: code (`patch.patched`).

    `story`: the directed story that is told first. `tests`: in place of it a file of tests, or one of them
    (``file::test``).
    `within_text`: `old` and `new` are a piece of a string that stands in the place.
    """

    name: str
    mistake: str
    place: str
    old: str
    new: str
    story: str = ""
    tests: str = ""
    within_text: bool = False

    @property
    def file(self) -> str:
        return self.place.partition(":")[0].replace(".", "/") + ".py"

    @property
    def proof(self) -> str:
        """What shall catch it: a story, or the file of tests."""
        return self.tests or f"story “{self.story}”"

    def patched(self, text: str) -> str:
        """Return the file's `text` with the mistake in it. Raise OutOfDate."""
        try:
            return patch.patched(text, self.place.partition(":")[2], self.old, self.new, self.within_text)
        except patch.NoFit as error:
            raise OutOfDate(self.name, self.place, str(error)) from error
