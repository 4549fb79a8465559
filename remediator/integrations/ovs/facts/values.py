"""Values of OVSDB as JSON has them: a set, a map, a reference, or a scalar alone. Pure.

Invariant: an optional scalar is a set of none or one (``["set", []]``), or the scalar itself. A set of several where
one is usual is UNKNOWN, and so is a map. Source: RFC 7047, section 5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from remediator.integrations import typed
from remediator.model.values import Unknown

Scalar = TypeVar("Scalar", str, int, bool, float)


def scalar(value: Any, kind: type[Scalar]) -> Scalar | Unknown | None:
    """Return the scalar of type `kind` that `value` is; None: an empty set."""
    if isinstance(value, list) and len(value) == 2 and value[0] == "set" and isinstance(value[1], list):
        if len(value[1]) > 1:
            return Unknown(f"ovsdb: a set of {len(value[1])}, not one value")
        value = value[1][0] if value[1] else None
        if value is None:
            return None
    known: Scalar | None = value if isinstance(value, kind) else None
    if known is None or (kind is not bool and isinstance(value, bool)):
        return Unknown(f"ovsdb: {type(value).__name__}, not {kind.__name__}")
    return _bounded(known)


def _bounded(value: Scalar) -> Scalar | Unknown:
    try:
        if isinstance(value, str):
            return typed.text({"value": value}, "value")
        if not isinstance(value, bool):
            typed.number({"value": value}, "value")
    except typed.WRONG as error:
        return Unknown(f"ovsdb: {str(error)[:80]}")
    return value


def uuid(value: Any) -> str | Unknown | None:
    """Return the id in a reference ``["uuid", ID]``; None: an empty set."""
    if isinstance(value, list) and len(value) == 2 and value[0] == "uuid":
        return _bounded(str(value[1])) if isinstance(value[1], str) else Unknown("ovsdb: no reference")
    if value == ["set", []]:
        return None
    if isinstance(value, list) and len(value) == 2 and value[0] == "set" and isinstance(value[1], list):
        inner = value[1][0] if len(value[1]) == 1 else None
        if isinstance(inner, list) and len(inner) == 2 and inner[0] == "uuid" and isinstance(inner[1], str):
            return _bounded(str(inner[1]))
    return Unknown("ovsdb: no reference")


def mapping(value: Any, most: int) -> Mapping[str, Any] | Unknown:
    """Return the map ``["map", [[KEY, VALUE], ...]]``, its keys text."""
    if not (isinstance(value, list) and len(value) == 2 and value[0] == "map" and isinstance(value[1], list)):
        return Unknown("ovsdb: no map")
    if len(value[1]) > most:
        return Unknown(f"ovsdb: a map of {len(value[1])}, more than {most}")
    pairs = [pair for pair in value[1] if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)]
    if len(pairs) < len(value[1]) or len({pair[0] for pair in pairs}) < len(pairs):
        return Unknown("ovsdb: no map of one value for each key")
    return dict(pairs)
