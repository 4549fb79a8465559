"""Assessments and checks: what turns facts into OK, WARNING, CRITICAL or UNKNOWN."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from remediator.model.hosts import Inventory
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.times import Instant
from remediator.model.values import Data, FieldType, Unknown


class State(enum.Enum):
    """Nagios meaning and numbers; the worst of several goes by CRITICAL > UNKNOWN > WARNING > OK."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


SEVERITY = {State.OK: 0, State.WARNING: 1, State.UNKNOWN: 2, State.CRITICAL: 3}


def worst(states: Sequence[State]) -> State:
    return max(states, key=SEVERITY.__getitem__, default=State.OK)


class Evidence(Protocol):
    """What an assessment may read: the newest reply of each of its hosts and the integration's own memory."""

    @property
    def hosts(self) -> tuple[str, ...]: ...
    @property
    def inventory(self) -> Inventory: ...
    @property
    def now(self) -> Instant: ...
    def reply(self, host: str) -> HostReply | None:
        """The newest reply, also when it failed; None if the host was never asked."""

    def memory(self, host: str) -> Any:
        """What the integration's `remember` folded from all replies of `host` so far; None before the first."""

    def names(self, host: str) -> tuple[str, ...]:
        """All names that the inventory has for the machine called `host`, sorted; none when it has this one alone."""

    @property
    def known(self) -> Mapping[str, Any]:
        """What the journal knows beside the facts; empty where there is no journal to ask.

        ``mark`` is what the integration keeps of this assessment. ``runs`` are past runs of the target (see
        `daemon.observe.marks`).
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """The judgement-free result of an assessment for one target: every declared field, known, absent or UNKNOWN."""

    target: Target
    data: Data
    identity: Mapping[str, str] = field(default_factory=dict)
    """What tells this instance from its successor (StartedAt, InvocationID, boot_id, ...): guards and probes compare
    it."""


class Scope(enum.Enum):
    HOST = "host"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessSpec:
    """A registered assessment. HOST scope: `judge` is called once per host; GROUP scope: once with all hosts of the
    group."""

    name: str
    scope: Scope
    sections: tuple[str, ...]
    fields: Mapping[str, FieldType]
    judge: Callable[[Evidence], Sequence[Assessed]]
    target_kind: str
    summary: str = ""


class Condition(Protocol):
    """A compiled CEL condition."""

    @property
    def text(self) -> str: ...
    def evaluate(self, data: Data) -> bool | Unknown:
        """True or False, or `Unknown` (``unknown_field:<name>``) when what it needs is UNKNOWN. Never raises."""


class Text(Protocol):
    """A compiled sandboxed template for people; never used for parameters of actions."""

    def render(self, data: Data) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """One check as loaded: assessment, thresholds, schedule (seconds)."""

    name: str
    assess: AssessSpec
    group: str | None
    every_s: float
    retry_s: float
    attempts: int
    critical: Condition | None
    warning: Condition | None
    output: Text
    perfdata: tuple[str, ...] = ()
    enabled: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One judgement of one target. `asked_at` is the age of its evidence; `unknown` lists (field, reason)."""

    check: str
    target: Target
    state: State
    output: str
    data: Data
    asked_at: Instant
    perfdata: Mapping[str, float] = field(default_factory=dict)
    unknown: tuple[tuple[str, str], ...] = ()
    identity: Mapping[str, str] = field(default_factory=dict)
    forced: bool = False
