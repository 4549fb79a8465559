"""The answer of one guard, and of the whole gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from remediator.model import times
from remediator.model.values import as_json

GUARD_IDS = (
    "target",
    "stateful",
    "hours",
    "mode",
    "autonomy",
    "approval",
    "pause",
    "silence",
    "downtime",
    "evidence_age",
    "rediagnosis",
    "already_fixed",
    "changed",
    "self_vantage",
    "startup",
    "clock",
    "restored",
    "storm",
    "budget",
    "cooldown",
    "ack",
    "undone",
    "quorum",
    "host_boot",
    "lock",
    "maintenance",
    "operator_intent",
    "competing",
    "dependency",
    "ourselves",
    "baseline",
)
"""Every guard id that the project will ever write, in the order in which they are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`reason` is the sentence the operator reads when `allow` is false; `until` is when it may change by itself."""

    guard: str
    allow: bool
    reason: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    until: datetime | None = None

    @property
    def because(self) -> tuple[str, ...]:
        """What refuses, as two refusals are compared: without the figures that go on meanwhile, where `inputs` has
        them."""
        named = {
            name: value
            for name, value in self.inputs.items()
            if isinstance(value, bool) or not isinstance(value, (int, float))
        }
        if len(named) == len(self.inputs):
            return (self.guard, self.reason)
        return (self.guard, *(f"{name}={value}" for name, value in sorted(named.items())))

    def to_json(self) -> dict[str, Any]:
        return {
            "guard": self.guard,
            "allow": self.allow,
            "reason": self.reason,
            "inputs": as_json(self.inputs),
            "until": times.rfc3339(self.until) if self.until else None,
        }


def refusals(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    return tuple(verdict for verdict in verdicts if not verdict.allow)
