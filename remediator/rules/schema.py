"""The form of a rule in YAML (docs/content.md). Names and conditions are checked by `content`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from remediator.config.connections import Name, Section
from remediator.config.durations import Duration

StateName = Literal["warning", "critical", "unknown"]
"""The state of a problem; OK is none."""


class OnEntry(Section):
    """The events of a rule: those of one check, in one state or several."""

    check: Name
    state: Annotated[tuple[StateName, ...], Field(min_length=1)]

    @field_validator("state", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class RuleEntry(Section):
    """One entry under ``rules:``. Without `run` a rule only tells people, and then it needs `notify`."""

    name: Name
    on: OnEntry
    when: str | None = None
    settle: Duration = 0.0
    run: tuple[Name, ...] = ()
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    explains: tuple[Name, ...] = ()
    notify: str | None = None
    evidence: str | None = None
    """Text that a person must have read before approving a run of this rule; without it, the check's output."""
    meanwhile: str | None = None
    """Text for people while the rule still settles, so that an outage is not first heard of at its end."""
