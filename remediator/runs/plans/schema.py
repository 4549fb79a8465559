"""What a runbook looks like in YAML (docs/content.md). Only the form; names, types and risks are checked by
`content`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from remediator.config.connections import Name, Section
from remediator.config.durations import Duration

STEP_ID = r"^[a-z][a-z0-9_]{0,30}$"
MAX_STEPS = 50


class StepEntry(Section):
    """One step: an action, and for each of its needs the step that gives it (``{from: STEP}``); never a template and
    never a shell."""

    id: Annotated[str, Field(pattern=STEP_ID)]
    do: str
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    timeout: Duration = 120.0


class VerifyEntry(Section):
    """The check that must be OK again, within when, and for how long (this only lengthens the limit of the risk)."""

    check: Name
    within: Duration
    hold: Duration | None = None
    failed_when: str | None = None
    """A condition on the check's data that says that the cure has failed: one that is seen needs no `within` to
    pass."""


class RunbookEntry(Section):
    """One entry under ``runbooks:``."""

    name: Name
    summary: str = ""
    target: str
    risk: Literal["R0", "R1", "R2", "R3"]
    steps: Annotated[tuple[StepEntry, ...], Field(min_length=1, max_length=MAX_STEPS)]
    verify: VerifyEntry
    held_at_most: Duration = 4 * 3600.0
    """How long a run may be held between two steps, by a pause for one, before it is given up and handed to a
    person."""
    on_failure: tuple[Literal["notify.operators"], ...] = ("notify.operators",)
