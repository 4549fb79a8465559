"""From a check and its evidence to results: three-valued, pure.

Invariants. CRITICAL needs a condition that is true whatever is unknown. A condition that cannot be told makes the
result UNKNOWN, and never OK or WARNING. The age of a result is that of the oldest reply it was judged from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.model.content.judging import Assessed, CheckResult, CheckSpec, Condition, Evidence, Scope, State
from remediator.model.fields import Fields
from remediator.model.hosts import Inventory
from remediator.model.messages.replies import HostReply
from remediator.model.times import Instant
from remediator.model.values import Data, Unknown

OUTPUT_LENGTH = 4096
MOST_TARGETS = 400
"""Most targets of one host in one check. A host with 300 containers is judged; one that reports thousands is not
believed.
"""


class TooMany(ValueError):
    """A host shows more targets than are judged of one host."""

    def __init__(self, check: str, targets: int) -> None:
        super().__init__(f"it shows {targets} targets of {check}, and at most {MOST_TARGETS} of one host are judged")


def judge_check(check: CheckSpec, evidence: Evidence) -> list[CheckResult]:
    """Return the results of `check` for all targets of the evidence's hosts. A host that was never asked gives none."""
    results: list[CheckResult] = []
    for part in _parts(check, evidence):
        replies = [reply for host in part.hosts if (reply := part.reply(host)) is not None]
        if not replies:
            continue
        asked_at = _oldest(replies, evidence.now)
        forced = any(reply.forced for reply in replies)
        assessed = check.assess.judge(part)
        if len(assessed) > MOST_TARGETS * len(part.hosts):
            raise TooMany(check.name, len(assessed))
        results.extend(_result(check, one, asked_at, forced) for one in assessed)
    return results


def state_of(critical: bool | Unknown, warning: bool | Unknown) -> State:
    """Return the state of two conditions, each true, false or UNKNOWN."""
    if critical is True:
        return State.CRITICAL
    if isinstance(critical, Unknown):
        return State.UNKNOWN
    if isinstance(warning, Unknown):
        return State.UNKNOWN
    return State.WARNING if warning else State.OK


def _parts(check: CheckSpec, evidence: Evidence) -> Sequence[Evidence]:
    if check.assess.scope is Scope.GROUP:
        return [evidence]
    return [_OneHost(evidence, host) for host in evidence.hosts]


@dataclass(frozen=True, slots=True)
class _OneHost:
    """The part of an evidence that is about one host."""

    whole: Evidence
    host: str

    @property
    def hosts(self) -> tuple[str, ...]:
        return (self.host,)

    @property
    def inventory(self) -> Inventory:
        return self.whole.inventory

    @property
    def now(self) -> Instant:
        return self.whole.now

    def reply(self, host: str) -> HostReply | None:
        return self.whole.reply(host)

    @property
    def known(self) -> Mapping[str, Any]:
        return self.whole.known

    def memory(self, host: str) -> Any:
        return self.whole.memory(host)

    def names(self, host: str) -> tuple[str, ...]:
        return self.whole.names(host)


def _oldest(replies: Sequence[HostReply], now: Instant) -> Instant:
    return max((reply.asked_at for reply in replies), key=now.at_most_since)


def _is_true(condition: Condition | None, data: Data) -> bool | Unknown:
    return False if condition is None else condition.evaluate(data)


def _result(check: CheckSpec, one: Assessed, asked_at: Instant, forced: bool) -> CheckResult:
    critical, warning = _is_true(check.critical, one.data), _is_true(check.warning, one.data)
    state = state_of(critical, warning)
    return CheckResult(
        check=check.name,
        target=one.target,
        state=state,
        output=_output(check, one.data, critical if isinstance(critical, Unknown) else warning, state),
        data=Fields(one.data),
        asked_at=asked_at,
        perfdata=_perfdata(check, one.data),
        unknown=tuple(sorted((name, value.reason) for name, value in one.data.items() if isinstance(value, Unknown))),
        identity=Fields(one.identity),
        forced=forced,
    )


def _output(check: CheckSpec, data: Data, why: bool | Unknown, state: State) -> str:
    if state is not State.UNKNOWN or not isinstance(why, Unknown):
        return check.output.render(data)[:OUTPUT_LENGTH]
    cause = data.get(why.field) if why.field is not None else None
    return (
        f"cannot tell: {why.field or why.reason} is UNKNOWN "
        f"({cause.reason if isinstance(cause, Unknown) else why.reason})"
    )


def _perfdata(check: CheckSpec, data: Mapping[str, Any]) -> dict[str, float]:
    known = {name: data.get(name) for name in check.perfdata}
    return {name: float(value) for name, value in known.items() if isinstance(value, (bool, int, float))}
