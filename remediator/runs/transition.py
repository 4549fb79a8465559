"""One move of a run: its new record, and what is written and done because of it, in order.

The pure code of `runs` makes transitions; `daemon.execute.transitions` alone carries them out. An entry is what the
journal says, in the past tense
(`runs.entries`); a wish is what the daemon does besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from remediator.model.content.commands import Command
from remediator.model.records.pager_keys import PageKey
from remediator.model.records.records import Debt, Run
from remediator.runs.claims import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the timeline of the run's incident. `ruled`: it names the rule of the plan."""

    kind: str
    text: str
    guard: str | None = None
    ruled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What has happened to a run. `actor`: who did it; empty: the engine."""

    kind: ClassVar[str] = ""
    """What the audit calls it; empty: only the timeline has it."""
    actor: str = ""

    def body(self) -> Mapping[str, Any]:
        """Return what the audit keeps of it, beside the head that all entries of a run have."""
        return {}

    def lines(self) -> tuple[Line, ...]:
        """Return what the timeline of the incident says of it."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Sample every host that the run's check reads. `older_than_s`: only those whose newest reply is older."""

    older_than_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Sample `hosts` whose newest reply is older than `older_than_s`."""

    hosts: tuple[str, ...]
    older_than_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Tell people once for each `key`."""

    key: PageKey
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Take the locks of these scopes for the run."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Releasing:
    """The run is a release of `debt`."""

    debt: Debt


@dataclass(frozen=True, slots=True, kw_only=True)
class Owe:
    """Write a debt of a step whose INTENT this transition writes."""

    debt: Debt


@dataclass(frozen=True, slots=True, kw_only=True)
class TookEffect:
    """Let the debts of step `step` follow: it took effect."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Let the commands of `step` leave, on the strength of `claim`, once this transition is committed."""

    step: str
    commands: tuple[Command, ...]
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """Begin to look for what became of the step `lost`, whose outcome nobody waits for any more; or end to look."""

    lost: str = ""
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFollows:
    """Let the incident of a run that is under way follow it; `text` is what its timeline says."""

    text: str


Wish = Refresh | Look | Page | Lock | Releasing | Owe | TookEffect | Leave | Searches | IncidentFollows


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """`then` is carried out in its order, after `run` is stored. A run that is in an end is followed by its incident
    and debts."""

    run: Run
    then: tuple[Entry | Wish, ...] = ()
