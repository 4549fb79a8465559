"""Unit and thresholds of a performance value, as Nagios writes them. Pure.

The unit follows from the field's name, a threshold from the check's conditions. Invariant: a threshold is told only
where passing it is enough for the state, whatever the other fields are. Source of the forms: monitoring-plugins
doc/developer-guidelines.sgml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

UNITS: Final = (("_percent", "%"), ("_bytes", "B"), ("_ms", "ms"), ("_s", "s"))
"""Suffix of a field's name, to the unit that it is measured in."""
_COMPARED: Final = re.compile(r"data\.(\w+)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")
_NOT_NULL: Final = re.compile(r"data\.(\w+)\s*!=\s*null")


def unit(name: str) -> str:
    """Return the UOM of the field `name`; empty for a plain number."""
    return next((uom for ending, uom in UNITS if name.endswith(ending)), "")


def threshold(name: str, condition: str) -> str | None:
    """Return the range of `name` outside of which `condition` is true. None: `condition` does not compare `name` by
    itself.

    A bound on ``abs_NAME`` is one on both sides of NAME.
    """
    for alone in _alternatives(condition):
        terms = [term.strip() for term in _bare(alone).split("&&")]
        found = [match for term in terms if (match := _COMPARED.fullmatch(term)) is not None]
        if len(found) != 1 or found[0][1] not in (name, f"abs_{name}"):
            continue
        others = [term for term in terms if _COMPARED.fullmatch(term) is None]
        if all((seen := _NOT_NULL.fullmatch(term)) is not None and seen[1] == found[0][1] for term in others):
            return _range(found[0][2], found[0][3], both_sides=found[0][1] != name)
    return None


def _range(operator: str, number: str, *, both_sides: bool) -> str:
    bound = number.rstrip("0").rstrip(".") if "." in number else number
    if both_sides:
        return f"-{bound}:{bound}"
    return bound if operator.startswith(">") else f"{bound}:"


def _alternatives(condition: str) -> Iterator[str]:
    """Yield the parts of `condition` between the ``||`` that stand in no parentheses."""
    depth, begin = 0, 0
    for at, sign in enumerate(condition):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and condition.startswith("||", at):
            yield condition[begin:at]
            begin = at + 2
    yield condition[begin:]


def _bare(text: str) -> str:
    """Return `text` without the parentheses around all of it."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and "(" not in text[1:-1] and ")" not in text[1:-1]:
        text = text[1:-1].strip()
    return text
