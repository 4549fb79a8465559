"""Durations as operators write them: ``30s``, ``5m``, ``2h``, ``1d``, ``500ms``; seconds inside.

A bare number is refused: nobody should have to guess its unit.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_FORM = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)")
PATTERN = r"^[0-9]{1,12}(\.[0-9]{1,3})?(ms|s|m|h|d)$"


def parse(text: str) -> float:
    """Return the seconds that `text` says. Raise ValueError with a sentence if it is not a duration."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a duration; write a number with its unit, like 30s, 5m, 2h or 1d")
    return float(found.group(1)) * _UNITS[found.group(2)]


def form(seconds: float) -> str:
    """Return the shortest text that `parse` reads as `seconds` (to the millisecond)."""
    millis = round(seconds * 1000)
    if millis % 1000:
        return f"{millis}ms"
    whole = millis // 1000
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def _read(value: Any) -> float:
    if isinstance(value, str):
        return parse(value)
    raise ValueError(f"{value!r} is not a duration; write a number with its unit, like 30s, 5m, 2h or 1d")


Duration = Annotated[
    float,
    BeforeValidator(_read),
    PlainSerializer(form, return_type=str),
    WithJsonSchema({"type": "string", "pattern": PATTERN}),
]
"""A pydantic field in seconds that is written as text."""
