"""What waits for what, and since when: runs for evidence and for claims on hosts, debts for quiet, incidents for the
next look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from remediator.daemon.state.undo.tables import Undoable
from remediator.daemon.state.undo.undoable_record import Record
from remediator.model.records.records import Met, Outcome
from remediator.model.records.verdicts import Verdict
from remediator.model.times import Instant
from remediator.runs.claims import Claim

MOST_STUMBLES = 1000
"""Stumbles whose last words are remembered."""


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
    """See the module. Written by its own methods alone."""

    waiting: Undoable[str, Instant] = field(default_factory=Undoable)
    """Run to the moment since which its next step waits for fresh evidence."""
    looking: Undoable[str, Instant] = field(default_factory=Undoable)
    """Debt to the moment that evidence about it must be younger than; its hosts have been free of runs since."""
    claims: Undoable[str, Claim] = field(default_factory=Undoable)
    """Run, or debt, to its newest claim on hosts (inhibit.claims)."""
    unclaimed: Undoable[str, str] = field(default_factory=Undoable)
    """Run, or debt, to the sentence why its last claim was not enough."""
    claim_number: int = 0
    debt_waits: Undoable[str, str] = field(default_factory=Undoable)
    """Debt to the sentence why it is not released yet."""
    stumbled: Undoable[tuple[str, str, str], str] = field(default_factory=Undoable)
    """Of whom, action and question to what it stumbled over last (turn.poison)."""
    considered: Undoable[str, dict[str, Considered]] = field(default_factory=Undoable)
    """Incident to the newest look at it, rule by rule."""
    unmatched_since: Undoable[str, Instant] = field(default_factory=Undoable)
    """Incident to the moment since which no rule matches it."""
    refused_at: Undoable[str, Instant] = field(default_factory=Undoable)
    """Incident to when its last run was refused after it had its locks: it is left alone for a moment."""
    freed_at: Undoable[str, Instant] = field(default_factory=Undoable)
    """Incident to when nothing explained it any more: what was asked before that may be of the time before its parent
    was well."""
    reminded_at: Instant | None = None

    # runs -------------------------------------------------------------------------------------------------------------

    def for_evidence(self, run: str, now: Instant) -> Instant:
        """Return since when the next step of `run` waits for fresh evidence: from now on, if it did not."""
        since: Instant = self.waiting.setdefault(run, now)
        return since

    def goes_on(self, run: str) -> None:
        """No step of `run` waits for evidence any more."""
        self.waiting.pop(run, None)

    def stumbles(self, stumble: tuple[str, str, str], why: str) -> bool:
        """Remember that a question to an action raised `why`; return whether it is not what it raised last."""
        known = self.stumbled.pop(stumble, None)
        self.stumbled[stumble] = why
        if len(self.stumbled) > MOST_STUMBLES:
            del self.stumbled[next(iter(self.stumbled))]
        return bool(known != why)

    # claims, of runs and of debts -------------------------------------------------------------------------------------

    def next_claim(self) -> int:
        """Return the number of the next claim."""
        self.claim_number += 1
        return self.claim_number

    def claimed(self, claim: Claim) -> None:
        """Keep `claim` for the newest one of its subject."""
        self.claims[claim.subject] = claim

    def not_claimed(self, subject: str, why: str) -> None:
        """The last claim of `subject` was not enough."""
        self.unclaimed[subject] = why

    def claim_over(self, subject: str) -> None:
        """Forget the claim of `subject`."""
        self.claims.pop(subject, None)
        self.unclaimed.pop(subject, None)

    def no_claims(self) -> None:
        """Forget all claims: each has to be laid anew."""
        self.claims.clear()
        self.unclaimed.clear()

    # debts ------------------------------------------------------------------------------------------------------------

    def looks(self, debt: str, now: Instant) -> None:
        """Evidence about `debt` must be younger than now."""
        self.looking[debt] = now

    def looks_no_more(self, debt: str) -> None:
        """A run works on the hosts of `debt`, or it is too early: evidence has to be asked for anew."""
        self.looking.pop(debt, None)

    def debt(self, debt: str, why: str) -> None:
        """`debt` is not released yet."""
        self.debt_waits[debt] = why

    def debt_over(self, debt: str) -> None:
        """Nothing waits for `debt` any more: its release begins, or nothing is owed."""
        self.looking.pop(debt, None)
        self.debt_waits.pop(debt, None)

    # incidents --------------------------------------------------------------------------------------------------------

    def looked_at_anew(self, incident: str) -> None:
        """A look at `incident` begins: what the one before found is forgotten."""
        self.considered[incident] = {}

    def considers(self, incident: str, look: Considered) -> None:
        """The newest look at `incident` found this of a rule."""
        self.considered.setdefault(incident, {})[look.rule] = look

    def matched(self, incident: str) -> None:
        """A rule matches `incident`."""
        self.unmatched_since.pop(incident, None)

    def unmatched(self, incident: str, now: Instant) -> Instant:
        """Return since when no rule matches `incident`: from now on, if one did."""
        since: Instant = self.unmatched_since.setdefault(incident, now)
        return since

    def unmatched_from(self, incident: str, now: Instant) -> None:
        """Count from now on for how long no rule matches `incident`."""
        self.unmatched_since[incident] = now

    def refused(self, incident: str, now: Instant) -> None:
        """A run of `incident` was refused after it had its locks."""
        self.refused_at[incident] = now

    def freed(self, incident: str, now: Instant) -> None:
        """Nothing explains `incident` any more."""
        self.freed_at[incident] = now

    def freed_is_over(self, incident: str) -> None:
        """`incident` was looked at since nothing explains it any more."""
        self.freed_at.pop(incident, None)

    def incident_over(self, incident: str) -> None:
        """Nothing waits for `incident` any more."""
        self.unmatched_since.pop(incident, None)
        self.refused_at.pop(incident, None)
        self.freed_at.pop(incident, None)
        self.considered.pop(incident, None)

    def reminded(self, now: Instant) -> None:
        """People were reminded now of what waits for them."""
        self.reminded_at = now
