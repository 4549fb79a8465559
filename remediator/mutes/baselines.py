"""Baselines: a person calls a scope settled as it stands now, and the signs that are seen there mute nothing any more.

Invariant: a person is believed only where the checks agree. What is not known, or not known for long enough, is an
objection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.model.content.judging import State
from remediator.model.records.mutes import Accepted
from remediator.mutes import entries
from remediator.mutes.transition import Transition
from remediator.safety.guard import seconds

SAMPLES = 2
"""So many OK samples in a row a check needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeen:
    """A host of the scope. `sampled`: its newest reply is whole; `ansible`: one is at work there; `wrapped`: what
    wrapped commands run."""

    host: str
    sampled: bool
    ansible: bool = False
    wrapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSeen:
    """What a check says of a target of the scope, and in how many samples in a row it was OK since the daemon
    started."""

    check: str
    target: str
    state: State
    output: str
    ok_samples: int
    every_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Objections:
    """Why hosts cannot be called settled: `whole` sentences, those of them that only time ends, and how long that
    takes."""

    whole: list[str]
    young: list[str]
    checks: int
    again_s: float

    def summary(self) -> str:
        """Return the first that a person can mend, else what time mends."""
        mendable = [each for each in self.whole if each not in self.young]
        if mendable:
            return mendable[0] + (f" (and {len(self.whole) - 1} more)" if len(self.whole) > 1 else "")
        if len(self.young) == 1:
            return f"{self.young[0]}; try again in {seconds(self.again_s)}, or add --wait"
        return (
            f"{len(self.young)} of {self.checks} checks have less than {SAMPLES} OK samples since the daemon started; "
            f"try again in {seconds(self.again_s)}, or add --wait"
        )


def objections(hosts: Iterable[HostSeen], checks: Iterable[CheckSeen]) -> Objections:
    """Return what speaks against calling `hosts` settled: one that was not sampled, work on one, a check not OK in two
    samples."""
    found: list[str] = []
    young: dict[str, float] = {}
    for host in hosts:
        if not host.sampled:
            found.append(f"host/{host.host}: not sampled")
        elif host.ansible:
            found.append(f"host/{host.host}: ansible is at work")
        found.extend(f"host/{host.host}: {detail}" for detail in host.wrapped)
    seen = list(checks)
    for each in seen:
        if each.state is not State.OK:
            found.append(f"{each.target}: {each.check} is {each.state.name}: {each.output}")
        elif each.ok_samples < SAMPLES:
            had = f"{each.ok_samples} of {SAMPLES} OK samples since the daemon started"
            young[f"{each.target}: {each.check} has {had}"] = (SAMPLES - each.ok_samples) * each.every_s
    again_s = max(young.values(), default=0.0)
    return Objections(whole=sorted({*found, *young}), young=sorted(young), checks=len(seen), again_s=again_s)


def accepted(record: Accepted, seen: Mapping[str, Any]) -> Transition:
    """Return that `record` is accepted; `seen` is what was believed with it, in the form of the answer."""
    said = entries.BaselineAccepted(scope=record.scope, reason=record.reason, seen=seen, actor=record.by)
    return Transition(kept=(record,), entries=(said,))


def refused(scope: str, reason: str, why: Sequence[str], actor: str) -> Transition:
    """Return that a scope is not settled, and `why` not."""
    return Transition(entries=(entries.BaselineRefused(scope=scope, reason=reason, refused=why, actor=actor),))
