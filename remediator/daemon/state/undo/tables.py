"""A dictionary and a set that can go back to how they were when the turn began.

Invariant: a turn costs what it changed, never what is there: only the old values of changed keys are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, MutableSet
from typing import Any, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

_ABSENT: Any = object()


class Undoable(dict[Key, Value]):
    """`begin` before a turn, `undo` after one that failed. What `discard` removes stays away."""

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[Key, Any] = {}

    def begin(self) -> None:
        """Take what is there now for what `undo` goes back to."""
        self._before = {}

    def undo(self) -> None:
        """Put back what was changed since `begin`; called again it changes nothing."""
        before, self._before = self._before, {}
        for key, value in before.items():
            if value is _ABSENT:
                super().pop(key, None)
            else:
                super().__setitem__(key, value)

    def discard(self, key: Key) -> None:
        """Remove `key`, if it is there, whatever becomes of the turn."""
        super().pop(key, None)
        self._before.pop(key, None)

    def __setitem__(self, key: Key, value: Value) -> None:
        self._before.setdefault(key, self.get(key, _ABSENT))
        super().__setitem__(key, value)

    def __delitem__(self, key: Key) -> None:
        self._before.setdefault(key, self.get(key, _ABSENT))
        super().__delitem__(key)

    def __ior__(self, other: Any) -> Undoable[Key, Value]:  # type: ignore[override, misc]
        self.update(other)
        return self

    def pop(self, key: Key, default: Any = _ABSENT) -> Any:
        """Remove `key` and return its value, or `default`. Raise KeyError when there is neither."""
        if key not in self and default is not _ABSENT:
            return default
        value = self[key]
        del self[key]
        return value

    # those of dict pass the two above by
    clear = MutableMapping.clear
    popitem = MutableMapping.popitem
    setdefault = MutableMapping.setdefault
    update = MutableMapping.update


class UndoableSet(MutableSet[Key]):
    """`begin` before a turn, `undo` after one that failed."""

    def __init__(self) -> None:
        self._kept: Undoable[Key, None] = Undoable()

    def begin(self) -> None:
        """Take what is there now for what `undo` goes back to."""
        self._kept.begin()

    def undo(self) -> None:
        """Put back what was changed since `begin`; called again it changes nothing."""
        self._kept.undo()

    def __contains__(self, item: object) -> bool:
        return item in self._kept

    def __iter__(self) -> Iterator[Key]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, value: Key) -> None:
        """Add `value`, if it is not there."""
        if value not in self._kept:
            self._kept[value] = None

    def discard(self, value: Key) -> None:
        """Remove `value`, if it is there."""
        self._kept.pop(value, None)

    def update(self, values: Iterable[Key]) -> None:
        """Add each of `values`."""
        for value in values:
            self.add(value)

    def keep_only(self, values: Iterable[Key]) -> None:
        """Remove what is not in `values`."""
        for value in set(self._kept).difference(values):
            self.discard(value)
