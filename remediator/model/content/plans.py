"""A plan: exactly what a run will do, fixed before anybody is asked. Its hash is what an approval binds to.

The hash binds each command that is known with the plan. A step that is built in its turn has no command yet. The
version of the content binds what it may become: it covers the programs and settings that its action builds from
(content/version.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from remediator.model.content.actions import Effect, Risk
from remediator.model.content.commands import Command
from remediator.model.targets import Target
from remediator.model.values import as_json

RELEASE = "debt:release"
"""The runbook and the action of every release of a debt. No content can have this name: a colon is not allowed in
one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    id: str
    action: str
    effect: Effect
    risk: Risk
    params: Mapping[str, Any]
    commands: tuple[Command, ...]
    timeout_s: float
    takes_away_healthy: bool = False
    host: str = ""
    """The member that it is for, where the target has several."""
    late: bool = False
    """Its commands are built when its INTENT is written; until then there are none."""
    fresh: bool = False
    parallel: bool = False
    judges_group: bool = False
    holds_units: bool = False
    summary: str = ""
    """What it does, for people: all there is to read of a late step before its turn."""

    @property
    def bound(self) -> dict[str, Any]:
        """What the plan's hash covers of the step. It stays the same when a late step gets its commands."""
        commands = [] if self.late else [command.to_json() for command in self.commands]
        return {"id": self.id, "action": self.action, "params": as_json(self.params), "commands": commands}

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "action": self.action,
            "effect": self.effect.value,
            "risk": self.risk.name,
            "params": as_json(self.params),
            "commands": [{**c.to_json(), "timeout_s": c.timeout_s} for c in self.commands],
            "timeout_s": self.timeout_s,
            "takes_away_healthy": self.takes_away_healthy,
            "host": self.host,
            "late": self.late,
            "fresh": self.fresh,
            "parallel": self.parallel,
            "judges_group": self.judges_group,
            "holds_units": self.holds_units,
            "summary": self.summary,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`identity` is what the plan was made for (StartedAt, InvocationID, ...); `check` asked for it and verifies it."""

    runbook: str
    rule: str | None
    target: Target
    risk: Risk
    steps: tuple[PlannedStep, ...]
    check: str
    verify_check: str
    verify_within_s: float
    verify_hold_s: float
    content_version: str
    held_at_most_s: float = 4 * 3600.0
    identity: Mapping[str, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        body: Any = {
            "runbook": self.runbook,
            "target": self.target.text,
            "steps": [step.bound for step in self.steps],
            "content_version": self.content_version,
        }
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()

    @property
    def is_release(self) -> bool:
        """Whether the plan only takes back what an earlier step has set."""
        return self.runbook == RELEASE

    @property
    def touches(self) -> tuple[str, ...]:
        """The hosts on which a command runs, or that the target stands on. A release takes back what is set on its own
        host, and needs no other host: a lost one must not stop another's release."""
        hosts = {command.host for step in self.steps for command in step.commands}
        return tuple(sorted(hosts if self.is_release and hosts else hosts | set(self.target.hosts)))

    def to_json(self) -> dict[str, Any]:
        return {
            "runbook": self.runbook,
            "rule": self.rule,
            "target": self.target.text,
            "hosts": list(self.target.hosts),
            "risk": self.risk.name,
            "steps": [step.to_json() for step in self.steps],
            "check": self.check,
            "verify": {"check": self.verify_check, "within_s": self.verify_within_s, "hold_s": self.verify_hold_s},
            "content_version": self.content_version,
            "held_at_most_s": self.held_at_most_s,
            "identity": dict(self.identity),
            "hash": self.hash,
        }
