"""Given a document and a pydantic model, return the record, or every mistake with its place and a plain sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from remediator.config.documents import mistakes, shape
from remediator.config.documents.documents import Document, Loc
from remediator.model.content.specs import Mistake

M = TypeVar("M", bound=BaseModel)

_BRANCHES = frozenset({"str", "Secret", "webhook", "command", "[key]"})
"""What pydantic puts into a location that is not a key of the file."""

_PLAIN = {
    "string_type": "should be text",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "dict_type": "should be a mapping (key: value)",
    "model_type": "should be a mapping (key: value)",
    "model_attributes_type": "should be a mapping (key: value)",
    "tuple_type": "should be a list",
    "list_type": "should be a list",
    "too_short": "should not be empty",
    "string_too_short": "should not be empty",
}


def check(model: type[M], document: Document, loc: Loc = (), data: Any = None) -> tuple[M | None, list[Mistake]]:
    """Validate `data` (default: the whole document) found at `loc`. Return the record, or None and all mistakes."""
    value = document.data if data is None and not loc else data
    try:
        return model.model_validate({} if value is None else value), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=True, include_context=True)
        return None, [_mistake(model, document, loc, item) for item in _without_union_noise(found)]


def _without_union_noise(errors: list[Any]) -> list[Any]:
    """Drop what only follows from another error: of a mapping, what a union's text branch says; of a list whose items
    are wrong, that it is too short without them."""
    kept: list[Any] = []
    for error in errors:
        loc = error["loc"]
        if loc and loc[-1] == "str" and isinstance(error["input"], dict):
            continue
        if error["type"] == "too_short" and error["input"]:
            continue
        kept.append(error)
    return kept or errors


def _mistake(model: type[BaseModel], document: Document, base: Loc, error: Mapping[str, Any]) -> Mistake:
    inner = _in_file(document, base, tuple(error["loc"]))
    loc = (*base, *inner)
    kind = str(error["type"])
    if kind == "extra_forbidden":
        name = str(inner[-1])
        known = shape.keys_at(model, inner[:-1])
        if (why := shape.never_key(model, inner)) is not None:
            return document.mistake(loc, "fixed", why, key=True)
        return document.mistake(loc, "unknown_key", f"unknown key {name}", mistakes.nearest(name, known), key=True)
    if kind == "missing":
        return document.mistake(loc, "missing", f"{inner[-1]} is missing", key=True)
    message, hint = sentence(error)
    return document.mistake(loc, kind, message, hint)


def _in_file(document: Document, base: Loc, loc: Loc) -> Loc:
    """Return `loc` without the parts that name a branch of a union: what is not in the file and could be one."""
    kept: list[str | int] = []
    for part in loc:
        if (*base, *kept, part) in document.places or part not in _BRANCHES:
            kept.append(part)
    return tuple(kept)


def sentence(error: Mapping[str, Any]) -> tuple[str, str]:
    """Return what one of pydantic's errors says to an operator, and the word that was probably meant."""
    kind = str(error["type"])
    context = error.get("ctx", {})
    given = error.get("input")
    if kind == "value_error":
        return str(context.get("error", error["msg"])), ""
    if kind in ("literal_error", "enum"):
        expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        words = [word.strip() for word in expected.split(",")]
        return f"{given!r} is not one of {', '.join(words)}", mistakes.nearest(str(given), words)
    if kind == "union_tag_invalid":
        expected = str(context.get("expected_tags", "")).replace("'", "")
        tag = str(context.get("tag", ""))
        return f"type {tag} is not one of {expected}", mistakes.nearest(tag, expected.split(", "))
    if kind == "union_tag_not_found":
        return "type is missing", ""
    if kind == "string_pattern_mismatch":
        return _pattern(str(context.get("pattern", "")), given), ""
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        return str(error["msg"]).replace("Input should", "should"), ""
    hint = str(context.get("hint", ""))  # of our own kinds: bad_hours
    return _PLAIN.get(kind, str(error["msg"]).replace("Input should", "should")), hint


def _pattern(pattern: str, given: Any) -> str:
    if pattern == r"^/":
        return f"{given!r} is not an absolute path"
    if pattern == r"^https?://":
        return "should begin with https:// or http://"
    return f"{given!r} is not a name (letters, digits, dot, dash, underscore; at most 63)"
