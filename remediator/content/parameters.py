"""The parameters of a step: literals of the declared type, or ``{from: step.field}`` of an earlier step. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.config import mistakes
from remediator.config.documents import Loc
from remediator.content.entries import Entry
from remediator.model.content import ActionSpec, FromStep, Mistake
from remediator.model.values import FieldType
from remediator.runs.schema import RunbookEntry


def check(
    entry: Entry[RunbookEntry],
    loc: Loc,
    given: Mapping[str, Any],
    action: ActionSpec,
    earlier: Mapping[str, ActionSpec],
) -> tuple[dict[str, Any], list[Mistake]]:
    """Return the parameters of a step that does `action`, and every mistake in them."""
    found: list[Mistake] = []
    params: dict[str, Any] = {}
    for name, value in given.items():
        kind = action.params.get(name)
        if kind is None:
            message, hint = f"{action.name} has no parameter {name}", mistakes.nearest(name, action.params)
            found.append(entry.mistake((*loc, name), "unknown_parameter", message, hint, key=True))
        elif isinstance(value, dict):
            taken, why, hint = _taken(value, kind, earlier)
            if why:
                found.append(entry.mistake((*loc, name), "bad_reference", why, hint))
            params[name] = taken
        elif not _is(value, kind):
            message = f"{name} should be {kind.value}, not {value!r}"
            found.append(entry.mistake((*loc, name), "wrong_type", message))
        else:
            params[name] = tuple(value) if isinstance(value, list) else value
    for name in action.params:
        if name not in given:
            found.append(entry.mistake(loc, "missing", f"{action.name} needs the parameter {name}", key=True))
    return params, found


def _taken(value: Mapping[str, Any], kind: FieldType, earlier: Mapping[str, ActionSpec]) -> tuple[Any, str, str]:
    """Return (reference, why it is wrong, the name that was probably meant)."""
    text = value.get("from")
    if set(value) != {"from"} or not isinstance(text, str) or text.count(".") != 1:
        return None, "write a literal, or {from: step.field}", ""
    step, name = text.split(".")
    action = earlier.get(step)
    if action is None:
        return None, f"there is no earlier step {step}", mistakes.nearest(step, earlier)
    gives = action.gives.get(name)
    if gives is None:
        return None, f"{action.name} gives no {name}", mistakes.nearest(name, action.gives)
    if gives is not kind and not (gives is FieldType.INT and kind is FieldType.FLOAT):
        return None, f"{text} is {gives.value}, but {kind.value} is needed", ""
    return FromStep(step, name), "", ""


def _is(value: Any, kind: FieldType) -> bool:
    if kind is FieldType.STRINGS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind is FieldType.BOOL:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind is FieldType.FLOAT:
        return isinstance(value, (int, float))
    return isinstance(value, int if kind is FieldType.INT else str)
