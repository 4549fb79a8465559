"""Taking values out of what a host sent: of the declared type, or an error that makes the whole section UNKNOWN.

Invariant: nothing of another type, and no text that cannot be stored (a lone surrogate), gets past here. All functions
raise KeyError when the key is not there and TypeError or ValueError when the value is not what it should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text(item: Mapping[str, Any], key: str) -> str:
    """Return the text at `key`."""
    value = item[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is {type(value).__name__}, not text")
    value.encode()
    return value


def text_or_none(item: Mapping[str, Any], key: str) -> str | None:
    return None if item[key] is None else text(item, key)


def number(item: Mapping[str, Any], key: str) -> float:
    """Return the finite number at `key`."""
    value = item[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) == float("inf"):
        raise TypeError(f"{key} is {type(value).__name__}, not a number")
    return float(value)


def number_or_none(item: Mapping[str, Any], key: str) -> float | None:
    return None if item[key] is None else number(item, key)


def whole(item: Mapping[str, Any], key: str) -> int:
    value = number(item, key)
    if value != int(value):
        raise ValueError(f"{key} is not whole")
    return int(value)


def whole_or_none(item: Mapping[str, Any], key: str) -> int | None:
    return None if item[key] is None else whole(item, key)


def flag(item: Mapping[str, Any], key: str) -> bool:
    value = item[key]
    if not isinstance(value, bool):
        raise TypeError(f"{key} is {type(value).__name__}, not yes or no")
    return value


def flag_or_none(item: Mapping[str, Any], key: str) -> bool | None:
    return None if item[key] is None else flag(item, key)


def texts(item: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the list of texts at `key`."""
    value = item[key]
    if not isinstance(value, list):
        raise TypeError(f"{key} is {type(value).__name__}, not a list")
    return tuple(text({key: one}, key) for one in value)


def table(item: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the object at `key`; its own keys are text that can be stored."""
    value = item[key]
    if not isinstance(value, dict):
        raise TypeError(f"{key} is {type(value).__name__}, not an object")
    for name in value:
        text({key: name}, key)
    return value
