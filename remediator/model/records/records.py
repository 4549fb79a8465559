"""What happened, as frozen records: events, decisions, incidents, runs. Stored rows are these, nothing else."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from remediator.model.content.consent import NOTHING_MORE, Consent
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan, PlannedStep
from remediator.model.messages.replies import Unsent
from remediator.model.records.verdicts import Verdict, refusals
from remediator.model.targets import Target
from remediator.model.times import Instant
from remediator.model.values import Data


class StateType(enum.Enum):
    """SOFT: below its number of attempts; HARD: at it. Only HARD problems may act (Nagios meaning)."""

    SOFT = "SOFT"
    HARD = "HARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A durable change of state of (check, target). `source` is ``check`` or ``nagios``."""

    id: str
    at: Instant
    source: str
    check: str
    target: Target
    state: State
    state_type: StateType
    attempt: int
    previous: State
    output: str
    data: Data
    flapping: bool = False


class IncidentState(enum.Enum):
    OPEN = "open"
    SUPPRESSED = "suppressed"
    CURING = "curing"
    VERIFYING = "verifying"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What accounts for a problem, so that it counts for nothing in a storm; `text` is one sentence for people."""

    text: str
    cause: str | None = None
    """The incident that explains it."""
    broke_first: bool = False
    """It broke before that, which did not cause it: it is accounted for only as long as that lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One problem, from its first event until it is verified gone.

    `hard_at` is when it was first HARD, `bad_at` when it was first HARD and known to be bad (an UNKNOWN is not).
    `acted_at` is its first INTENT, `cured_at` the first OK sample that held. `rungs` are the runbooks of its ladder
    that ended without a cure, in order. `accounted` is why it counted for nothing in a storm when that was last looked
    at; None: nothing accounts for it. `acked_by` has seen it, and has it in hand.
    """

    id: str
    target: Target
    check: str
    state: IncidentState
    level: State
    opened_at: Instant
    hard_at: Instant | None = None
    bad_at: Instant | None = None
    acted_at: Instant | None = None
    cured_at: Instant | None = None
    closed_at: Instant | None = None
    parent: str | None = None
    rule: str | None = None
    rungs: tuple[str, ...] = ()
    output: str = ""
    accounted: Account | None = None
    acked_at: Instant | None = None
    acked_by: str = ""
    ack_reason: str = ""

    @property
    def key(self) -> str:
        return f"{self.check}:{self.target.text}"

    @property
    def open(self) -> bool:
        return self.state is not IncidentState.RESOLVED


class Outcome(enum.Enum):
    """What became of one rule for one incident."""

    FIRED = "fired"
    SKIPPED = "skipped"
    REFUSED = "refused"
    SHADOWED = "shadowed"


class Met(enum.Enum):
    """Whether the condition of a rule is true of the data; a rule without a condition is TRUE of all."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    """The rule is about other events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Stored once per change of its outcome. `values` are the fields the condition read."""

    id: str
    at: Instant
    incident: str
    event: str | None
    rule: str
    outcome: Outcome
    reason: str
    condition: str
    values: Data
    verdicts: Sequence[Verdict] = ()
    plan: Plan | None = None
    run: str | None = None
    content_version: str = ""
    met: Met = Met.TRUE
    waits: bool = False
    """Skipped only until a time has passed: how long that still takes is no other outcome."""

    def same_outcome(self, other: Decision) -> bool:
        """Return whether both say the same: who refuses and what fired count, how long it still takes and where a field
        stands do not."""
        return self._outcome() == other._outcome()

    def _outcome(self) -> tuple[Outcome, object]:
        if self.outcome is Outcome.REFUSED:
            return self.outcome, sorted(verdict.guard for verdict in refusals(self.verdicts))
        if self.outcome is Outcome.FIRED:
            return self.outcome, self.run
        return self.outcome, self.waits or self.reason


class RunState(enum.Enum):
    PLANNED = "planned"
    WAITING_APPROVAL = "waiting_approval"
    RUNNING = "running"
    HELD = "held"
    VERIFYING = "verifying"
    IN_DOUBT = "in_doubt"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (RunState.SUCCEEDED, RunState.FAILED, RunState.REFUSED, RunState.CANCELLED)


class StepState(enum.Enum):
    PENDING = "pending"
    INTENT = "intent"
    IN_DOUBT = "in_doubt"
    SETTLING = "settling"
    """Its commands have ended well, and what they set going has not come to its end yet."""
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """The journal of one step. `before` is the identity stored with the INTENT: the probe compares with it."""

    id: str
    action: str
    state: StepState = StepState.PENDING
    intent_at: Instant | None = None
    outcome_at: Instant | None = None
    before: Mapping[str, str] = field(default_factory=dict)
    result: str = ""
    probe: str | None = None
    output: str = ""
    tries: int = 0
    """How many INTENTs it has had."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """What it gives to later steps; while it settles, what was seen of it last."""
    stage: str = ""
    """While it settles, what was told last of how far it is."""
    exit_code: int | None = None
    """Of its last command, once that ended; None also where none of them left, or nobody knows."""
    left: bool = True
    """False: it is known that no command of it ever left."""
    unsent: Unsent | None = None
    """Why the last of its commands that was to leave never did; None: it did, or nobody knows."""

    @property
    def began(self) -> bool:
        """The step has an INTENT, and it is not known that nothing came of it. Nothing came of a step whose commands
        never left, or whose last command ended with a code of its own."""
        fell = self.state is StepState.FAILED and (not self.left or self.exit_code not in (None, 0))
        return self.intent_at is not None and not fell


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What people said of one run. `approved_by` None: nobody has said yes yet. It is good for the plan of that hash
    alone."""

    run: str
    plan_hash: str
    requested_by: str
    expires_at: Instant
    evidence: str = ""
    """What the approver is shown beside the plan."""
    approved_by: str | None = None
    approved_at: Instant | None = None
    requested_as: tuple[int, ...] = ()
    approved_as: tuple[int, ...] = ()
    """The accounts of who asked and of who said yes (model/people.py); empty: the engine, or nobody who can be told."""
    covers: Consent = NOTHING_MORE
    """What a yes covers beyond the plan: all of it is told in `evidence`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a runbook. `locked_at` is when its scopes were locked: evidence must be younger than that."""

    id: str
    plan: Plan
    incident: str | None
    state: RunState
    actor: str
    created_at: Instant
    locked_at: Instant
    steps: tuple[StepRecord, ...]
    verdicts: Sequence[Verdict] = ()
    reason: str = ""
    because: tuple[str, ...] = ()
    """What `reason` tells, of a run that is held or has failed, without the figures that change with time. Two reasons
    are compared by it."""
    held_since: Instant | None = None
    verify_from: Instant | None = None
    ok_since: Instant | None = None
    ok_samples: int = 0
    bad_samples: int = 0
    """Bad samples since the last step, without an OK one in between."""
    was_ok: bool = False
    """Its check was OK in two samples in a row since the last step: what is bad after that is a problem of its own."""
    ended_at: Instant | None = None
    expired: bool = False
    """The run ended because its time was over: nobody approved it in time, or it was too old to begin."""
    approval: Approval | None = None
    """Set when the run had to wait for approval."""
    asks: str = ""
    """The sentence that a held run needs a person's yes to, beyond the approval of its plan."""
    asks_for: Consent | None = None
    """What `asks` tells."""
    consent: Consent | None = None
    """The last of these that a person said yes to."""
    asked_as: tuple[int, ...] = ()
    """The accounts of the person who asked for it; empty: the engine did, or it cannot be told who."""

    @property
    def asks_hash(self) -> str:
        """What the yes to `asks` is bound to; empty when nothing is asked."""
        return self.asks_for.hash if self.asks_for is not None else ""

    @property
    def asked_of_another_plan(self) -> bool:
        """Whether people were asked about a plan of another hash: a release that bound less, or a changed store."""
        return self.approval is not None and self.approval.plan_hash != self.plan.hash

    @property
    def intent_at(self) -> Instant | None:
        return next((step.intent_at for step in self.steps if step.intent_at is not None), None)

    @property
    def risked_at(self) -> Instant | None:
        """When it reached the first step whose own risk is that of its plan, and which had something to do. None: it
        did not get so far.

        A recovery that ended before (its rules refused, a member came back) has used up nothing but the cooldown of
        what it did.
        """
        at_risk = {step.id for step in self.plan.steps if step.risk is self.plan.risk and step.commands}
        return next((step.intent_at for step in self.steps if step.intent_at is not None and step.id in at_risk), None)


class DebtState(enum.Enum):
    OPEN = "open"
    RELEASING = "releasing"
    RELEASED = "released"
    REPORTED = "reported"
    """The state is not this store's any more, or the daemon may not undo it: people were told, and it is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """A temporary state that step `step` of run `run` sets on `host`, and the exact step that takes it back.

    `mark` is what was recorded with the INTENT; the action's `still_ours` compares with it. `applied`: the outcome says
    that it took effect. `release` is the run that undoes it, or that tried last; `tries` counts those that failed.
    """

    id: str
    run: str
    step: str
    action: str
    what: str
    target: Target
    host: str
    check: str
    mark: Mapping[str, str]
    undo: PlannedStep
    created_at: Instant
    expires_at: Instant
    state: DebtState = DebtState.OPEN
    applied: bool = False
    release: str | None = None
    tries: int = 0
    tried_at: Instant | None = None
    reason: str = ""

    @property
    def open(self) -> bool:
        return self.state in (DebtState.OPEN, DebtState.RELEASING)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupKept:
    """What is kept of a failure-domain group: who its members were, and for how long all of them have been known and
    healthy."""

    members: frozenset[str]
    healthy_s: float = 0.0
    accepted_at: str | None = None
