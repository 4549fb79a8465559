"""The form of a check in YAML (docs/content.md). Names and conditions are checked by `content`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from remediator.config.connections import Name, Section
from remediator.config.durations import Duration

MIN_EVERY_S = 1.0


class HostsEntry(Section):
    """The hosts of a check: those of one inventory group, or all where no group is given."""

    group: Name


class CheckEntry(Section):
    """One entry under ``checks:``."""

    name: Name
    assess: str
    hosts: HostsEntry | None = None
    every: Duration
    retry: Duration | None = None
    attempts: Annotated[int, Field(ge=1, le=100)] = 3
    critical: str | None = None
    warning: str | None = None
    output: str
    perfdata: tuple[str, ...] = ()

    @field_validator("every", "retry")
    @classmethod
    def _not_too_often(cls, value: float | None) -> float | None:
        if value is not None and value < MIN_EVERY_S:
            raise ValueError("a check runs at most once a second")
        return value
