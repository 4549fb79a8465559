"""Taking values out of what a host sent: of the declared type and in range, or an error that makes the whole section
UNKNOWN.

Invariant: a value of another type, out of range, or longer than an honest collector sends never gets past this module.
Neither does a text that cannot be stored (a lone surrogate). All functions raise KeyError when the key is missing. They
raise TypeError or ValueError when the value is not what it should be. `read` turns whatever a parser raises into
UNKNOWN. Checking a value allocates nothing of its size.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from remediator.model import names
from remediator.model.values import Unknown

Facts = TypeVar("Facts")

WRONG = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, IndexError, RecursionError)
"""What a parser may raise over a value that is not what it should be."""
MOST_CHARS = 65_536
MOST_ITEMS = 1_024
MOST_NAME = 4_096
WHOLE = 2**63
"""A whole number is smaller than this, as in SQL, CEL and every tool whose output is read."""
FIRST_S, LAST_S = 31_536_000.0, 7_258_118_400.0
"""The years 1971 and 2200: no clock, and no time by it, lies outside."""
DAY_S = 86_400.0
LONGEST_S = LAST_S - FIRST_S

_DIGITS = re.compile(r"-?[0-9]{1,20}")


def read(data: Any, what: str, build: Callable[[Mapping[str, Any]], Facts]) -> Facts | Unknown:
    """Return `build(data)`; UNKNOWN with the reason ``error:<what>: ...`` when `data` is not what it should be, its own
    when it is UNKNOWN."""
    if isinstance(data, Unknown):
        return data
    try:
        return build(table({what: data}, what))
    except WRONG as error:
        return wrong(what, error)


def wrong(what: str, error: BaseException) -> Unknown:
    return Unknown(f"error:{what}: {type(error).__name__}: {ascii(str(error)[:80])[1:-1]}")


def text(item: Mapping[str, Any], key: str, most: int = MOST_CHARS) -> str:
    """Return the text at `key`, at most `most` characters."""
    value = item[key]
    if isinstance(value, str) and len(value) <= most and value.isascii():
        return value  # as nearly all are
    if not isinstance(value, str):
        raise TypeError(f"{key[:40]} is {type(value).__name__}, not text")
    if len(value) > most:
        raise ValueError(f"{key[:40]} has {len(value)} characters, more than {most}")
    if names.unstorable_at(value) is not None:
        raise ValueError(f"{key[:40]} has half of a character (a lone surrogate)")
    return value


def word(item: Mapping[str, Any], key: str) -> str:
    """Return the text at `key`, which many hosts say alike (a state, an image, a name): all of them share one
    object."""
    return sys.intern(text(item, key))


def word_or_none(item: Mapping[str, Any], key: str) -> str | None:
    return None if item[key] is None else word(item, key)


def text_or_none(item: Mapping[str, Any], key: str, most: int = MOST_CHARS) -> str | None:
    return None if item[key] is None else text(item, key, most)


def number(item: Mapping[str, Any], key: str) -> float:
    """Return the finite number at `key`, within what a whole number may be."""
    value = item[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{key[:40]} is {type(value).__name__}, not a number")
    if not -WHOLE < value < WHOLE:  # nor is it NaN
        raise ValueError(f"{key[:40]} is no number within 2^63")
    return float(value)


def age(item: Mapping[str, Any], key: str) -> float:
    """Return the seconds at `key` between two moments, of at most two centuries."""
    value = number(item, key)
    if abs(value) > LONGEST_S:
        raise ValueError(f"{key[:40]} is no time between two moments")
    return value


def age_or_none(item: Mapping[str, Any], key: str) -> float | None:
    return None if item[key] is None else age(item, key)


def moment(item: Mapping[str, Any], key: str, now_s: float = LAST_S) -> float:
    """Return the time at `key` in seconds since 1970, not later than a day after `now_s`. What is older than 1971 is a
    clock that was never set, or a file without a time; it is returned as 0."""
    return known_moment(number(item, key), key, now_s)


def moment_or_none(item: Mapping[str, Any], key: str, now_s: float = LAST_S) -> float | None:
    return None if item[key] is None else moment(item, key, now_s)


def known_moment(value: float, what: str, now_s: float = LAST_S) -> float:
    """Return `value`, seconds since 1970, when it can be a time seen at `now_s`. Raise ValueError else."""
    if not math.isfinite(value) or value > min(LAST_S, now_s + DAY_S):
        raise ValueError(f"{what[:40]} is later than a day after the host's clock")
    return value if value >= FIRST_S else 0.0


def whole(item: Mapping[str, Any], key: str) -> int:
    value = item[key]
    near = number(item, key)
    if isinstance(value, int):
        return value
    if near != int(near):
        raise ValueError(f"{key[:40]} is not whole")
    return int(near)


def amount(item: Mapping[str, Any], key: str) -> int:
    """Return the whole number from 0 at `key`; file systems that have no size name ever larger ones (2^64 and above):
    those are cut."""
    value = item[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{key[:40]} is {type(value).__name__}, not a whole number")
    if not 0 <= value <= WHOLE**2:
        raise ValueError(f"{key[:40]} is no amount")
    return min(value, WHOLE - 1)


def whole_or_none(item: Mapping[str, Any], key: str) -> int | None:
    return None if item[key] is None else whole(item, key)


def digits(item: Mapping[str, Any], key: str) -> int:
    """Return the whole number that the text at `key` is, as a server prints one: at most 20 digits."""
    value = text(item, key)
    if not _DIGITS.fullmatch(value):
        raise ValueError(f"{key[:40]} is no whole number")
    return int(value)


def decimal(item: Mapping[str, Any], key: str) -> float:
    """Return the finite number that the text at `key` is."""
    return number({key: float(text(item, key, 64))}, key)


def flag(item: Mapping[str, Any], key: str) -> bool:
    value = item[key]
    if not isinstance(value, bool):
        raise TypeError(f"{key[:40]} is {type(value).__name__}, not yes or no")
    return value


def flag_or_none(item: Mapping[str, Any], key: str) -> bool | None:
    return None if item[key] is None else flag(item, key)


def items(item: Mapping[str, Any], key: str, most: int = MOST_ITEMS) -> Sequence[Any]:
    """Return the list at `key`, of at most `most` values."""
    value = item[key]
    if not isinstance(value, list):
        raise TypeError(f"{key[:40]} is {type(value).__name__}, not a list")
    if len(value) > most:
        raise ValueError(f"{key[:40]} has {len(value)} entries, more than {most}")
    return value


def texts(item: Mapping[str, Any], key: str, most: int = MOST_ITEMS) -> tuple[str, ...]:
    """Return the list of texts at `key`."""
    return tuple(text({key: one}, key) for one in items(item, key, most))


def table(item: Mapping[str, Any], key: str, most: int = MOST_ITEMS) -> dict[str, Any]:
    """Return the object at `key`, of at most `most` entries; its own keys are text that can be stored."""
    value = item[key]
    if not isinstance(value, dict):
        raise TypeError(f"{key[:40]} is {type(value).__name__}, not an object")
    if len(value) > most:
        raise ValueError(f"{key[:40]} has {len(value)} entries, more than {most}")
    for name in value:
        if not (isinstance(name, str) and len(name) <= MOST_NAME and name.isascii()):  # nearly all are short and plain
            text({key: name}, key, MOST_NAME)
    return value
