"""What older rows hold only as a sentence, read back as the value that it stood for. The one place where a stored sentence is parsed.

Invariant: only rows of a release that had no field for the value come here, and the sentences are those that it wrote, letter by letter.
"""

from __future__ import annotations

from remediator.model.records import Outcome, StepState
from remediator.model.replies import Unsent

NOT_STARTED = "not started:"
UNSENT = {"it waited for too long to leave": Unsent.LATE, "not claimed:": Unsent.UNCLAIMED}
"""How the reason began why a command never left, after `NOT_STARTED`."""


def unsent(state: str, result: str) -> Unsent | None:
    """Return why the last command of a step never left, from its state and result."""
    if StepState(state) is not StepState.FAILED or not result.startswith(NOT_STARTED):
        return None
    why = result.removeprefix(NOT_STARTED).strip()
    return next((value for start, value in UNSENT.items() if why.startswith(start)), Unsent.PREVENTED)


def waits(outcome: str, reason: str) -> bool:
    """Return whether a decision skipped its rule only until a time has passed."""
    return Outcome(outcome) is Outcome.SKIPPED and " it waits " in f" {reason}"


def expired(reason: str) -> bool:
    """Return whether a run ended because its time was over."""
    return reason.startswith("expired")
