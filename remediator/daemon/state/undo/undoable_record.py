"""What every record of the state has: how it goes back to where it was before a turn that failed.

Invariant: a field says by its kind how it goes back, so that a new one cannot be forgotten. Tables (`Undoable`,
`UndoableSet`) go
back by their logs. Fields that are `lasting` outlive a failed turn. All others are values that are replaced and never
changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from remediator.daemon.state.undo.tables import Undoable, UndoableSet

LASTING = "lasting"


def lasting(why: str) -> Mapping[str, str]:
    """Return the metadata of a field that outlives a turn that failed; `why` says what makes that right."""
    return {LASTING: why}


@dataclass
class Record:
    """One part of the state. `begin` before a turn, `undo` after one that failed."""

    def __post_init__(self) -> None:
        named = {each.name: getattr(self, each.name) for each in fields(self) if LASTING not in each.metadata}
        tables = {name: value for name, value in named.items() if isinstance(value, (Undoable, UndoableSet))}
        self._tables: tuple[Undoable[Any, Any] | UndoableSet[Any], ...] = tuple(tables.values())
        self._plain = tuple(name for name in named if name not in tables)
        self._before: dict[str, Any] = {}

    def begin(self) -> None:
        """Take what is there now for what `undo` goes back to."""
        for table in self._tables:
            table.begin()
        self._before = {name: self.__dict__[name] for name in self._plain}

    def undo(self) -> None:
        """Put back what was changed since `begin`."""
        for table in self._tables:
            table.undo()
        self.__dict__.update(self._before)
