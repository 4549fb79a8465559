"""Three values, not two: a fact is known, absent (``None``) or UNKNOWN.

Invariant: an `Unknown` never compares equal to a known value, has no truth value, and carries the reason
that the operator reads. Code that needs a yes or a no must ask ``isinstance(x, Unknown)`` first.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value nobody could observe; `reason` is a short machine word such as ``timeout:containers``."""

    reason: str
    field: str | None = dataclasses.field(default=None, compare=False)
    """Of a condition: the field that it reads and that is UNKNOWN."""

    def __bool__(self) -> NoReturn:
        raise TypeError(f"an UNKNOWN value ({self.reason}) has no truth value")


class Json:
    """The type of a stored value that is JSON as it stands, and means nothing but itself: also ``{"unknown": 3}`` stays
    what it is."""


Data = Mapping[str, Any]
"""Field name to known value, ``None`` for absent, or `Unknown`."""


class FieldType(enum.Enum):
    """The type an assessment declares for a field; it is the type that CEL conditions are compiled against."""

    STRING = "string"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    STRINGS = "list(string)"


def as_json(value: Any) -> Any:
    """Return `value` with every `Unknown` written as ``{"unknown": reason}``, fit for JSON."""
    if isinstance(value, Unknown):
        return {"unknown": value.reason}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_json(item) for item in value]
    if isinstance(value, enum.Enum):
        return value.value
    return value


def from_json(value: Any) -> Any:
    """Reverse `as_json` for stored data."""
    if isinstance(value, dict):
        if set(value) == {"unknown"}:
            return Unknown(str(value["unknown"]))
        return {key: from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value
