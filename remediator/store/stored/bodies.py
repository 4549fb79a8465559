"""What every stored body has in common: how its text is made."""

from __future__ import annotations

import json
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=True).encode


def dump(value: Any) -> str:
    return _encode(value)


def storable(text: str) -> str:
    """Return `text` as the database can take it: what is no character becomes ``?``."""
    return text.encode("utf-8", "replace").decode()
