"""Values that rows of the first releases have only as a sentence, read back. The one place where a stored sentence is
parsed.

Invariant: only rows of a release that had no field for the value come here. The sentences are those that it wrote,
letter by letter. The values are stored ones, as revision 0002 of the store writes them.
"""

from __future__ import annotations

import re
from typing import Any

NOT_STARTED = "not started:"
UNSENT = {"it waited for too long to leave": "late", "not claimed:": "unclaimed"}
"""How the reason began why a command never left, after `NOT_STARTED`."""
CONDITION_FALSE = "its condition is false"
CONDITION_UNKNOWN = "its condition is UNKNOWN: "
STOPS = re.compile(r"\bstop ([^;\n]+?), running outside of a Primary component")

FIGURES = re.compile(r"(, )?[0-9.]+ MiB(/s)?")
EXPLAINS = " explains it"
BROKE_FIRST = ", though it broke before that"


def unsent(state: str, result: str) -> str | None:
    """Return why the last command of a step never left, from its state and result."""
    if state != "failed" or not result.startswith(NOT_STARTED):
        return None
    why = result.removeprefix(NOT_STARTED).strip()
    return next((value for start, value in UNSENT.items() if why.startswith(start)), "prevented")


def stage(state: str, result: str) -> str:
    """Return what of a settling step was told last, from how far it was."""
    return FIGURES.sub("", result) if state == "settling" else ""


def waits(outcome: str, reason: str) -> bool:
    """Return whether a decision skipped its rule only until a time has passed."""
    return outcome == "skipped" and " it waits " in f" {reason}"


def met(outcome: str, reason: str) -> str:
    """Return whether the condition of a rule was true, from what a decision said of it."""
    if outcome != "skipped":
        return "true"
    if reason == CONDITION_FALSE:
        return "false"
    return "unknown" if reason.startswith(CONDITION_UNKNOWN) else "true"


def expired(reason: str) -> bool:
    """Return whether a run ended because its time was over."""
    return reason.startswith("expired")


def covers(evidence: str) -> dict[str, Any]:
    """Return what a yes to the text of a proposal covers: whom it said is stopped. A text that says several things
    covers none of them."""
    said = {frozenset(names.split(", ")) for names in STOPS.findall(evidence)}
    return {"stops": sorted(said.pop())} if len(said) == 1 else {}


def account(text: str) -> dict[str, Any]:
    """Return what accounts for an incident by its sentence."""
    name, explained, _ = text.partition(EXPLAINS)
    return {"text": text, "cause": name if explained else None, "broke_first": text.endswith(BROKE_FIRST)}
