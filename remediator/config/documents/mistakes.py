"""Mistakes in files as operators and tools read them (docs/contracts.md, `validate`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from remediator.model.content.specs import Mistake

NOTE = "note"
"""The code of what is worth a line and no mistake: it changes no exit code."""


def to_text(mistake: Mistake) -> str:
    """Return ``file:line:col: path: message (did you mean x?)``; further lines are CEL's picture of the place."""
    path = f"{mistake.path}: " if mistake.path else ""
    hint = f" (did you mean {mistake.hint}?)" if mistake.hint else ""
    message, _, picture = mistake.message.partition("\n")
    below = f"\n{picture}" if picture else ""
    return f"{mistake.file}:{mistake.line}:{mistake.col}: {path}{message}{hint}{below}"


def to_json(found: Iterable[Mistake]) -> list[dict[str, object]]:
    """Return ``[{file,line,col,path,code,message,hint}]``."""
    return [asdict(mistake) for mistake in found]


def in_order(found: Iterable[Mistake]) -> list[Mistake]:
    """Return `found` by file and place, each once."""
    return sorted(
        set(found), key=lambda mistake: (mistake.file, mistake.line, mistake.col, mistake.path, mistake.message)
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known name that `word` was probably meant to be, or an empty string."""
    candidates: Sequence[str] = sorted(known)
    folded = {name.casefold().replace("_", "-"): name for name in candidates}
    near = difflib.get_close_matches(word.casefold().replace("_", "-"), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""
