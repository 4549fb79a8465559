"""What older rows hold only as a sentence, read back as the value that it stood for. The one place where a stored sentence is parsed.

Invariant: only rows of a release that had no field for the value come here, and the sentences are those that it wrote, letter by letter.
"""

from __future__ import annotations

import re

from remediator.model.consent import Consent
from remediator.model.records import Account, Met, Outcome, StepState
from remediator.model.replies import Unsent

NOT_STARTED = "not started:"
UNSENT = {"it waited for too long to leave": Unsent.LATE, "not claimed:": Unsent.UNCLAIMED}
"""How the reason began why a command never left, after `NOT_STARTED`."""
CONDITION_FALSE = "its condition is false"
CONDITION_UNKNOWN = "its condition is UNKNOWN: "
STOPS = re.compile(r"\bstop ([^;\n]+?), running outside of a Primary component")

FIGURES = re.compile(r"(, )?[0-9.]+ MiB(/s)?")
EXPLAINS = " explains it"
BROKE_FIRST = ", though it broke before that"


def unsent(state: str, result: str) -> Unsent | None:
    """Return why the last command of a step never left, from its state and result."""
    if StepState(state) is not StepState.FAILED or not result.startswith(NOT_STARTED):
        return None
    why = result.removeprefix(NOT_STARTED).strip()
    return next((value for start, value in UNSENT.items() if why.startswith(start)), Unsent.PREVENTED)


def stage(state: str, result: str) -> str:
    """Return what of a settling step was told last, from how far it was."""
    return FIGURES.sub("", result) if StepState(state) is StepState.SETTLING else ""


def waits(outcome: str, reason: str) -> bool:
    """Return whether a decision skipped its rule only until a time has passed."""
    return Outcome(outcome) is Outcome.SKIPPED and " it waits " in f" {reason}"


def met(outcome: str, reason: str) -> Met:
    """Return whether the condition of a rule was true, from what a decision said of it."""
    if Outcome(outcome) is not Outcome.SKIPPED:
        return Met.TRUE
    if reason == CONDITION_FALSE:
        return Met.FALSE
    return Met.UNKNOWN if reason.startswith(CONDITION_UNKNOWN) else Met.TRUE


def expired(reason: str) -> bool:
    """Return whether a run ended because its time was over."""
    return reason.startswith("expired")


def covers(evidence: str) -> Consent:
    """Return what a yes to the text of a proposal covers: whom it said is stopped. A text that says several things covers none of them."""
    said = {frozenset(names.split(", ")) for names in STOPS.findall(evidence)}
    return Consent(stops=said.pop()) if len(said) == 1 else Consent()


def account(text: str) -> Account:
    """Return what accounts for an incident by its sentence."""
    name, explained, _ = text.partition(EXPLAINS)
    return Account(text=text, cause=name if explained else None, broke_first=text.endswith(BROKE_FIRST))
