"""One variable of a host, as ``ansible-inventory --list`` prints it. Pure.

Invariant: a value is plain, or it says why nobody but a playbook or the owner of a vault can read it. It is never
guessed.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VAULTED, UNSAFE = "__ansible_vault", "__ansible_unsafe"


class Kind(enum.Enum):
    """Why a value cannot be used as it stands."""

    VAULTED = "vaulted"
    TEMPLATE = "a template"
    SHAPE = "no text"


@dataclass(frozen=True, slots=True)
class Unusable:
    """A value that is there and cannot be used; `why` follows the name of the variable in a sentence."""

    kind: Kind
    why: str

    @property
    def remedy(self) -> str:
        """What the operator does about it."""
        return "write its value into the inventory in plain text"


Value = str | int | float | bool | None | Unusable
"""None: it is not set, or empty."""


def read(variables: Mapping[str, Any], *names: str) -> Value:
    """Return the first of `names` that is set."""
    return next((found for name in names if (found := plain(variables.get(name))) is not None), None)


def plain(value: Any) -> Value:
    """Return the value that Ansible would use, out of its wrapping."""
    if isinstance(value, Mapping) and set(value) == {UNSAFE}:
        return _scalar(value[UNSAFE])
    if isinstance(value, Mapping) and set(value) == {VAULTED}:
        return Unusable(Kind.VAULTED, "is vaulted, and ansible-inventory prints it encrypted")
    if isinstance(value, str) and ("{{" in value or "{%" in value):
        return Unusable(Kind.TEMPLATE, f"is a template ({value[:80]}), which only a playbook can fill in")
    return _scalar(value)


def _scalar(value: Any) -> Value:
    if value is None or value == "":
        return None
    if isinstance(value, (str, int, float, bool)):
        return value
    return Unusable(Kind.SHAPE, f"is a {type(value).__name__}, not text")
