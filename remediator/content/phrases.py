"""Compile the conditions and texts of an entry, and point each mistake at its own line and column of the YAML file."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.config.connections import Section
from remediator.config.documents import mistakes
from remediator.config.documents.documents import Loc, Place
from remediator.content.entries import Entry
from remediator.model.content.specs import Mistake
from remediator.model.values import FieldType
from remediator.rules import texts
from remediator.rules.conditions import CelCondition, Environment
from remediator.rules.errors import BadCondition, BadText


def condition(
    entry: Entry[Section], loc: Loc, text: str | None, environment: Environment, found: list[Mistake]
) -> CelCondition | None:
    """Return the condition at `loc` of `entry`; None if there is none, or if it is wrong (then `found` says how)."""
    if text is None:
        return None
    try:
        return environment.compile(text)
    except BadCondition as error:
        hint = mistakes.nearest(error.name, environment.fields) if error.name else ""
        message = error.why if not error.caret else f"{error.why}\n{error.caret}"
        found.append(_placed(entry, loc, text, "condition", message, hint, error.line, error.col))
        return None


def text(
    entry: Entry[Section],
    loc: Loc,
    source: str,
    fields: Mapping[str, FieldType],
    found: list[Mistake],
    around: frozenset[str] = frozenset(),
    *,
    bars: bool = True,
) -> texts.PeopleText | None:
    """Return the text for people at `loc` of `entry`; None if it is wrong (then `found` says how)."""
    try:
        return texts.compile_text(source, fields, around, bars=bars)
    except BadText as error:
        hint = mistakes.nearest(error.name, fields) if error.name else ""
        found.append(_placed(entry, loc, source, "text", error.why, hint, error.line, 1))
        return None


def _placed(
    entry: Entry[Section], loc: Loc, source: str, code: str, message: str, hint: str, line: int, col: int
) -> Mistake:
    """Return a mistake at line `line` and column `col` within the scalar at `loc`."""
    whole = entry.mistake(loc, code, message, hint)
    place = entry.document.place((*entry.loc, *loc))
    at_line, at_col = _inside(place, source, line, col)
    return Mistake(file=whole.file, line=at_line, col=at_col, path=whole.path, code=code, message=message, hint=hint)


def _inside(place: Place, source: str, line: int, col: int) -> tuple[int, int]:
    """Return where a position inside a scalar stands in the file: exact for one-line scalars and for ``|`` blocks.

    A folded or plain scalar over several lines has lost its line ends: its first line is the best there is.
    """
    if place.style == "|":
        return place.line + line, place.key_col + 1 + col
    if place.style == ">" or "\n" in source:
        return place.line + (1 if place.style == ">" else 0), place.col
    quote = 1 if place.style in ("'", '"') else 0
    return place.line, place.col + quote + col - 1
