"""What every stored body has in common: how its text is made, and how an instant stands in it."""

from __future__ import annotations

import json
from typing import Any

from remediator.model import times
from remediator.model.times import Instant

_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=True).encode


def dump(value: Any) -> str:
    return _encode(value)


def storable(text: str) -> str:
    """Return `text` as the database can take it: what is no character becomes ``?``."""
    return text.encode("utf-8", "replace").decode()


def instant(value: Instant | None) -> list[Any] | None:
    return None if value is None else [value.wall.timestamp(), value.boot_s, value.boot_id]


def to_instant(value: list[Any] | None) -> Instant | None:
    if value is None:
        return None
    return Instant(times.from_epoch(value[0]), value[1], value[2])
