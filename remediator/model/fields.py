"""The fields of one judgement as they are kept: read-only, and small.

Tens of thousands of judgements are kept at once, and those of one check all have the same names. The names are kept
once for all of them (a dict of 33 fields takes 832 bytes, this 350).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MOST_SHAPES = 256
"""So many lists of names are shared; names beyond them are kept with their values."""

_SHAPES: dict[tuple[str, ...], dict[str, int]] = {}


class Fields(Mapping[str, Any]):
    """A read-only copy of a mapping, in its order."""

    __slots__ = ("_at", "_values")

    def __init__(self, data: Mapping[str, Any]) -> None:
        names = tuple(data)
        at = _SHAPES.get(names)
        if at is None:
            at = {name: n for n, name in enumerate(names)}
            if len(_SHAPES) < MOST_SHAPES:
                _SHAPES[names] = at
        self._at = at
        self._values = tuple(data.values())

    def __getitem__(self, name: str) -> Any:
        return self._values[self._at[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Fields({dict(self)!r})"
