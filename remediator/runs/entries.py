"""What can happen to a run, one class for each kind of entry of the journal. The text for people is made here and
nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from remediator.model import outputs
from remediator.model.content import actions
from remediator.model.content.plans import Plan, PlannedStep
from remediator.model.records.records import Debt, RunState, StepRecord
from remediator.model.records.verdicts import Verdict, refusals
from remediator.model.times import Instant, rfc3339
from remediator.runs.transition import Entry, Line


def _as_json(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    return [verdict.to_json() for verdict in verdicts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Entry):
    """The run was made, and has the locks of its scopes."""

    kind: ClassVar[str] = "planned"
    plan: Plan
    locks: tuple[str, ...]

    def body(self) -> Mapping[str, Any]:
        return {"plan": self.plan.to_json(), "locks": list(self.locks)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlanned(Planned):
    """It was made to take back a debt, and has been through the gate already."""

    debt: str
    verdicts: Sequence[Verdict]

    def body(self) -> Mapping[str, Any]:
        # not super(): a dataclass with slots is another class than the one it was written in
        return {**Planned.body(self), "debt": self.debt, "verdicts": _as_json(self.verdicts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Entry):
    """The run waits for approval until `until`, and has no lock. `evidence` is what that person is shown."""

    kind: ClassVar[str] = "waiting_approval"
    plan: Plan
    until: Instant
    evidence: str

    def body(self) -> Mapping[str, Any]:
        return {"plan": self.plan.to_json(), "until": rfc3339(self.until.wall), "evidence": self.evidence}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated(Entry):
    """The whole gate let it through."""

    kind: ClassVar[str] = "gated"
    verdicts: Sequence[Verdict]

    def body(self) -> Mapping[str, Any]:
        return {"verdicts": _as_json(self.verdicts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRefused(Entry):
    """The whole gate refused it; the first reason is that of its end."""

    kind: ClassVar[str] = "refused"
    verdicts: Sequence[Verdict]

    def body(self) -> Mapping[str, Any]:
        return {"verdicts": _as_json(self.verdicts), "reason": refusals(self.verdicts)[0].reason}

    def lines(self) -> tuple[Line, ...]:
        return tuple(
            Line(kind="refused", text=verdict.reason, guard=verdict.guard, ruled=True)
            for verdict in refusals(self.verdicts)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Entry):
    """It stops before `step`, and keeps its locks."""

    kind: ClassVar[str] = "held"
    step: str
    verdicts: Sequence[Verdict]
    reason: str

    def body(self) -> Mapping[str, Any]:
        return {"step": self.step, "verdicts": _as_json(self.verdicts), "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnew(Entry):
    """It was held for so long before its first step that the whole gate is asked again."""

    kind: ClassVar[str] = "planned_anew"
    step: str
    held_s: float

    def body(self) -> Mapping[str, Any]:
        return {"step": self.step, "held_s": round(self.held_s, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepIntended(Entry):
    """The INTENT of a step was written. `claimed`: the hosts that answered its claim."""

    kind: ClassVar[str] = "intent"
    planned: PlannedStep
    before: Mapping[str, str]
    claimed: tuple[str, ...] = ()

    def body(self) -> Mapping[str, Any]:
        commands = [command.to_json() for command in self.planned.commands]
        return {
            "step": self.planned.id,
            "action": self.planned.action,
            "effect": self.planned.effect.value,
            "commands": commands,
            "before": dict(self.before),
            **({"claimed": list(self.claimed)} if self.claimed else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed(Entry):
    """`step`, whose INTENT was written, leaves `debt` behind."""

    kind: ClassVar[str] = "debt"
    debt: Debt
    step: str

    def body(self) -> Mapping[str, Any]:
        return {
            "debt": self.debt.id,
            "step": self.step,
            "what": self.debt.what,
            "host": self.debt.host,
            "mark": dict(self.debt.mark),
            "undo": [command.to_json() for command in self.debt.undo.commands],
            "expires_at": rfc3339(self.debt.expires_at.wall),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent(Entry):
    """No command of a step left, because there was no claim. The step is claimed, and sent, again."""

    kind: ClassVar[str] = "not_sent"
    step: str
    why: str

    def body(self) -> Mapping[str, Any]:
        return {"step": self.step, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeKnown(Entry):
    """The commands of a step ended."""

    kind: ClassVar[str] = "outcome"
    step: StepRecord

    def body(self) -> Mapping[str, Any]:
        return {
            "step": self.step.id,
            "state": self.step.state.value,
            "result": self.step.result,
            "probe": self.step.probe,
            "output_sha256": outputs.digest(self.step.output),
        }

    def lines(self) -> tuple[Line, ...]:
        return (Line(kind=self.kind, text=f"{self.step.action}: {self.step.result}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLost(Entry):
    """What became of a step is not known."""

    kind: ClassVar[str] = "outcome_lost"
    why: str

    def body(self) -> Mapping[str, Any]:
        return {"why": self.why}

    def lines(self) -> tuple[Line, ...]:
        return (Line(kind=self.kind, text=f"{self.why}; a probe will tell"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted(Entry):
    """No probe could answer for as long as one is waited for."""

    kind: ClassVar[str] = "in_doubt"
    step: str
    reason: str

    def body(self) -> Mapping[str, Any]:
        return {"step": self.step, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed(Entry):
    """A probe or a person (`by`) said what became of a step in doubt."""

    kind: ClassVar[str] = "probed"
    step: StepRecord
    answer: actions.Probe
    by: str

    def body(self) -> Mapping[str, Any]:
        return {"step": self.step.id, "answer": self.answer.value, "by": self.by}

    def lines(self) -> tuple[Line, ...]:
        return (Line(kind=self.kind, text=f"{self.step.action}: {self.answer.value} (by {self.by})"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated(Entry):
    """What a step set going has not come about, and it is done once more."""

    kind: ClassVar[str] = "again"
    step: str
    why: str

    def body(self) -> Mapping[str, Any]:
        return {"step": self.step, "why": self.why}

    def lines(self) -> tuple[Line, ...]:
        return (Line(kind=self.kind, text=f"{self.step}: {self.why}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed(Entry):
    """What a step set going has come a stage further. The audit has only its end."""

    step: str
    text: str

    def lines(self) -> tuple[Line, ...]:
        return (Line(kind="progress", text=f"{self.step}: {self.text}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Entry):
    """What a step set going has come to its end, good or bad."""

    kind: ClassVar[str] = "settled"
    step: StepRecord

    def body(self) -> Mapping[str, Any]:
        return {"step": self.step.id, "state": self.step.state.value, "result": self.step.result}

    def lines(self) -> tuple[Line, ...]:
        return (Line(kind=self.kind, text=f"{self.step.id}: {self.step.result}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying(Entry):
    """All its steps are done, and its check is watched."""

    kind: ClassVar[str] = "verifying"
    check: str
    quiet_s: float

    def body(self) -> Mapping[str, Any]:
        return {"check": self.check, "hold_s": self.quiet_s}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(Entry):
    """A person, the actor, said yes; `to`: to what a held run asks, empty: to the plan."""

    kind: ClassVar[str] = "approved"
    reason: str
    to: str = ""

    def body(self) -> Mapping[str, Any]:
        return {"reason": self.reason, **({"to": self.to} if self.to else {})}

    def lines(self) -> tuple[Line, ...]:
        return (
            Line(kind=self.kind, text=f"by {self.actor}: {self.to}" if self.to else f"by {self.actor}", ruled=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Entry):
    """The run has come to its end; `kind` is the state it ended in."""

    reason: str

    def body(self) -> Mapping[str, Any]:
        return {"reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded(Ended):
    kind: ClassVar[str] = RunState.SUCCEEDED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Ended):
    kind: ClassVar[str] = RunState.FAILED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Ended):
    kind: ClassVar[str] = RunState.REFUSED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Ended):
    kind: ClassVar[str] = RunState.CANCELLED.value


ENDS: Mapping[RunState, type[Ended]] = {
    RunState.SUCCEEDED: Succeeded,
    RunState.FAILED: Failed,
    RunState.REFUSED: Refused,
    RunState.CANCELLED: Cancelled,
}
