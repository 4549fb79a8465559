"""Logic with three values, as Kleene defined it: what is UNKNOWN stays UNKNOWN unless the rest decides."""

from __future__ import annotations

from collections.abc import Iterable

from remediator.model.values import Unknown

Truth = bool | Unknown


def all_of(values: Iterable[Truth]) -> Truth:
    """Return False if one value is False, else the first UNKNOWN, else True."""
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = value if unknown is None else unknown
        elif not value:
            return False
    return True if unknown is None else unknown


def any_of(values: Iterable[Truth]) -> Truth:
    """Return True if one value is True, else the first UNKNOWN, else False."""
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = value if unknown is None else unknown
        elif value:
            return True
    return False if unknown is None else unknown


def negate(value: Truth) -> Truth:
    """Return the opposite; UNKNOWN stays UNKNOWN."""
    return value if isinstance(value, Unknown) else not value
