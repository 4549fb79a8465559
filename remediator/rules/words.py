"""What a condition's text says without running it: its fields, its macros and refused constructs. Pure, no CEL needed.

CEL has no way to ask its parser, so a small lexer cuts out strings and comments first. Only names and signs are left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SKIPPED = re.compile(
    r"""(?:[rRbB]{0,2})(?:'{3}(?:\\.|[^\\])*?'{3}|"{3}(?:\\.|[^\\])*?"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|//[^\n]*""",
    re.DOTALL,
)
_FIELD = re.compile(r"(?<![\w.])data\s*\.\s*([A-Za-z_]\w*)")
_HAS = re.compile(r"(?<![\w.])has\s*\(")
_MACRO = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter)\s*\(")


@dataclass(frozen=True, slots=True)
class Refused:
    """A construct that CEL accepts and we do not, and where it starts in the text."""

    why: str
    offset: int


def bare(text: str) -> str:
    """Return `text` with strings and comments blanked; every other character stays where it was."""
    return _SKIPPED.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), text)


def fields(text: str) -> tuple[str, ...]:
    """Return the fields of ``data`` that `text` reads, each once, in order of their first use."""
    return tuple(dict.fromkeys(_FIELD.findall(bare(text))))


def refused(text: str) -> Refused | None:
    """Return the first construct that is refused: ``has()``, or a list macro inside another one's arguments."""
    code = bare(text)
    found = _HAS.search(code)
    if found is not None:
        return Refused("has() is not allowed: it would turn UNKNOWN into false; an absent value is null", found.start())
    macros = list(_MACRO.finditer(code))
    for outer in macros:
        end = _closing(code, outer.end() - 1)
        for inner in macros:
            if outer.end() <= inner.start() < end:
                return Refused(f"{inner.group(1)}() inside {outer.group(1)}() is not allowed", inner.start() + 1)
    return None


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column (from 1) of `offset`."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _closing(code: str, opening: int) -> int:
    """Return where the bracket at `opening` closes, or the end."""
    depth = 0
    for offset in range(opening, len(code)):
        if code[offset] == "(":
            depth += 1
        elif code[offset] == ")":
            depth -= 1
            if depth == 0:
                return offset
    return len(code)
