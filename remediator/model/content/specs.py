"""What rules and runbooks say, loaded and cross-checked: what operators write, as frozen records."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from remediator.model.content.actions import ActionSpec, Risk
from remediator.model.content.judging import AssessSpec, CheckSpec, Condition


class Mode(enum.Enum):
    """off < observe < shadow < approve < auto."""

    OFF = 0
    OBSERVE = 1
    SHADOW = 2
    APPROVE = 3
    AUTO = 4


@dataclass(frozen=True, slots=True)
class FromStep:
    """Which earlier step gives what an action needs: ``{from: STEP}``."""

    step: str

    def to_json(self) -> dict[str, str]:
        return {"from": self.step}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """Which events start which runbooks: the ladder `run` goes rung by rung."""

    name: str
    check: str
    states: tuple[str, ...]
    when: Condition | None
    settle_s: float
    run: tuple[str, ...]
    priority: int = 0
    explains: tuple[str, ...] = ()
    notify: str | None = None
    """Text for the escalation when the rule has no runbook: what the operator should do."""
    evidence: str | None = None
    """Text for whoever is asked to approve a run of this rule: what it rests on."""
    meanwhile: str | None = None
    """Text that people are told once while a rule without runbook still waits its `settle_s`: what is seen, and what it
    waits for."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    id: str
    action: ActionSpec
    params: Mapping[str, FromStep]
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySpec:
    """The check that must be OK again within `within_s` and hold for `hold_s` (which only lengthens the limit).

    `failed_when` is true of data that shows that it will not be OK by itself any more.
    """

    check: str
    within_s: float
    quiet_s: float
    failed_when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookSpec:
    name: str
    summary: str
    target_kind: str
    risk: Risk
    steps: tuple[StepSpec, ...]
    verify: VerifySpec
    held_at_most_s: float
    on_failure: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All content, cross-checked; `version` is one SHA-256 over everything that was loaded."""

    checks: Mapping[str, CheckSpec]
    rules: Mapping[str, RuleSpec]
    runbooks: Mapping[str, RunbookSpec]
    actions: Mapping[str, ActionSpec]
    assessments: Mapping[str, AssessSpec]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in a config or content file, as `validate` reports it. `line` and `col` count from 1."""

    file: str
    line: int
    col: int
    path: str
    code: str
    message: str
    hint: str = ""
