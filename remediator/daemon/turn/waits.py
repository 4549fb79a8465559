"""What waits for what, and since when: runs for evidence and for claims on hosts, debts for quiet, incidents for the next look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from remediator.daemon.turn.record import Record
from remediator.daemon.turn.undoable import Undoable
from remediator.model.records import Met, Outcome
from remediator.model.times import Instant
from remediator.model.verdicts import Verdict
from remediator.runs.claims import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What became of a rule at the newest look at an incident; a stored decision is of the last change."""

    at: Instant
    rule: str
    outcome: Outcome
    reason: str
    met: Met
    verdicts: Sequence[Verdict] = ()
    run: str | None = None
    waits: bool = False
    """Skipped only until a time has passed."""


@dataclass
class Waits(Record):
    """See the module."""

    waiting: Undoable[str, Instant] = field(default_factory=Undoable)
    """Run to the moment since which its next step waits for fresh evidence."""
    looking: Undoable[str, Instant] = field(default_factory=Undoable)
    """Debt to the moment that evidence about it must be younger than; its hosts have been free of runs since."""
    claims: Undoable[str, Claim] = field(default_factory=Undoable)
    """Run, or debt, to its newest claim on hosts (claiming)."""
    unclaimed: Undoable[str, str] = field(default_factory=Undoable)
    """Run, or debt, to the sentence why its last claim was not enough."""
    claim_number: int = 0
    debt_waits: Undoable[str, str] = field(default_factory=Undoable)
    """Debt to the sentence why it is not released yet."""
    stumbled: Undoable[tuple[str, str, str], str] = field(default_factory=Undoable)
    """Of whom, action and question to what it stumbled over last; only `stumbling` touches it."""
    considered: Undoable[str, dict[str, Considered]] = field(default_factory=Undoable)
    """Incident to the newest look at it, rule by rule."""
    unmatched_since: Undoable[str, Instant] = field(default_factory=Undoable)
    """Incident to the moment since which no rule matches it."""
    refused_at: Undoable[str, Instant] = field(default_factory=Undoable)
    """Incident to when its last run was refused after it had its locks: it is left alone for a moment."""
    freed_at: Undoable[str, Instant] = field(default_factory=Undoable)
    """Incident to when nothing explained it any more: what was asked before that may be of the time before its parent was well."""
    reminded_at: Instant | None = None
