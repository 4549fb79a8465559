"""A dictionary that can go back to how it was when the turn began.

Invariant: a turn costs what it changed, never what is there: only the old values of changed keys are remembered.
"""

from __future__ import annotations

from collections.abc import MutableMapping
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
