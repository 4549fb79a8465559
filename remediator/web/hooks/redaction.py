"""The copy of a body that is kept, at most 16 KiB of it: what looks like a secret is replaced.

Invariant: a value is replaced by its name (`password`, `token`, ...) or by its form (model/redaction.py). When in doubt
it is replaced: only people ever read this copy.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Final

from remediator.model import redaction

MAX_RAW: Final = 16 * 1024
MAX_VALUE: Final = 4 * 1024
LONGEST_NAME: Final = 64
"""Most characters of a name whose verdict is remembered. Longer ones are judged each time, so that foreign text cannot
fill the memory.
"""

_NAME: Final = re.compile(
    r"pass(word|wd|phrase)?\b|passw|secret|token|credential|community|api_?key|authorization", re.I
)


def text(value: str) -> str:
    """Return `value` with what looks like a secret replaced, and cut."""
    return redaction.text(value[: 2 * MAX_VALUE])[:MAX_VALUE] if _suspicious(value) else value[:MAX_VALUE]


def cut(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a flat copy of `body` of at most about 16 KiB; nested values are kept as text."""
    kept: dict[str, Any] = {}
    left = MAX_RAW
    for name, value in body.items():
        shown = _value(name, value)
        left -= len(name) + len(shown if isinstance(shown, str) else str(shown)) + 8
        if left < 0:
            kept["_cut"] = True
            break
        kept[name] = shown
    return kept


def _value(name: str, value: Any) -> Any:
    if _secret(name):
        return redaction.HIDDEN
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return text(value if isinstance(value, str) else str(value))


def _secret(name: str) -> bool:
    return _named_secret(name) if len(name) <= LONGEST_NAME else _NAME.search(name) is not None


@functools.lru_cache(maxsize=2048)
def _named_secret(name: str) -> bool:
    return _NAME.search(name) is not None


def _suspicious(value: str) -> bool:
    """Return whether the slower search is worth it: most values are short words without any of these."""
    return len(value) > 8 and (
        "=" in value or ":" in value or "-----" in value or "earer" in value.lower() or "asic" in value.lower()
    )
