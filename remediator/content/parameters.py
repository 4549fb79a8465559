"""The parameters of a step: for each need of its action the earlier step that gives it, ``{from: STEP}``. Pure.

Invariant: what a runbook writes is bound and read. A name that the action does not need is a mistake, and so is a value
of the runbook's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.config.documents import mistakes
from remediator.config.documents.documents import Loc
from remediator.content.entries import Entry
from remediator.model.content.actions import ActionSpec, Need
from remediator.model.content.specs import FromStep, Mistake
from remediator.runs.plans.schema import RunbookEntry


def check(
    entry: Entry[RunbookEntry],
    loc: Loc,
    given: Mapping[str, Any],
    action: ActionSpec,
    earlier: Mapping[str, ActionSpec],
) -> tuple[dict[str, FromStep], list[Mistake]]:
    """Return the parameters of a step that does `action`, and every mistake in them."""
    found: list[Mistake] = []
    params: dict[str, FromStep] = {}
    needs = {need.name: need for need in action.needs}
    for name, value in given.items():
        need = needs.get(name)
        if need is None:
            message, hint = f"{action.name} has no parameter {name}", mistakes.nearest(name, needs)
            found.append(entry.mistake((*loc, name), "unknown_parameter", message, hint, key=True))
            continue
        step, why, hint = _source(value, need, earlier)
        if why:
            found.append(entry.mistake((*loc, name), "bad_reference", why, hint))
        params[name] = FromStep(step)
    for name, need in needs.items():
        if name not in given:
            message = f"{action.name} needs {need.text}: with: {{{name}: {{from: STEP}}}}"
            found.append(entry.mistake(loc, "missing", message, next(iter(_givers(need, earlier)), ""), key=True))
    return params, found


def _source(value: Any, need: Need[Any], earlier: Mapping[str, ActionSpec]) -> tuple[str, str, str]:
    """Return (the step that is named, why it cannot be, the one that was probably meant)."""
    givers = _givers(need, earlier)
    first = givers[0] if givers else ""
    step = value.get("from") if isinstance(value, dict) and set(value) == {"from"} else None
    if not isinstance(step, str):
        return "", f"write {{from: STEP}}, an earlier step that gives {need.text}: no other value is read", first
    if step not in earlier:
        return step, f"there is no earlier step {step}", mistakes.nearest(step, earlier) or first
    if step not in givers:
        return step, f"{step} ({earlier[step].name}) does not give {need.text}", first
    return step, "", ""


def _givers(need: Need[Any], earlier: Mapping[str, ActionSpec]) -> list[str]:
    """Return the earlier steps that give what `need` asks for."""
    return [
        step
        for step, action in earlier.items()
        if action.gives is not None and action.gives.kind is need.kind and action.on_each_member is need.of_members
    ]
