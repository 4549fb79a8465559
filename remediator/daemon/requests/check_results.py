"""Results of checks as the JSON of `check` (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from remediator.checks import thresholds
from remediator.model.content.judging import SEVERITY, CheckResult, CheckSpec, Condition, State
from remediator.model.times import Instant, rfc3339
from remediator.model.values import as_json

Stale = Callable[[CheckResult, float], bool]
"""Whether a result of this age (seconds) is too old to be believed."""


def check(
    cloud: str,
    results: Iterable[CheckResult],
    now: Instant,
    took_ms: float,
    stale: Stale = lambda _result, _age: False,
    specs: Mapping[str, CheckSpec] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the JSON of `check`, worst first; what is stale is UNKNOWN and says what it was.

    `specs` are the checks by name: the thresholds of perfdata come from them.
    """
    rows = []
    for result in results:
        age_s = now.at_most_since(result.asked_at)
        row = one(result, age_s, specs.get(result.check))
        if stale(result, age_s):
            was = f"{row['state']}: {row['output']}"
            row |= {"state": State.UNKNOWN.name, "output": f"the last result is {age_s:.0f} s old ({was})"}
            row["unknown"] = [*row["unknown"], {"field": "*", "reason": "stale"}]
        rows.append(row)
    rows.sort(key=lambda row: (-SEVERITY[State[row["state"]]], row["target"], row["check"]))
    return {"cloud": cloud, "at": rfc3339(now.wall), "took_ms": round(took_ms, 1), "results": rows}


def one(result: CheckResult, age_s: float, spec: CheckSpec | None = None) -> dict[str, Any]:
    """Return one result as JSON."""
    return {
        "check": result.check,
        "target": result.target.text,
        "state": result.state.name,
        "output": result.output,
        "data": as_json(result.data),
        "perfdata": {name: _datum(name, value, spec) for name, value in result.perfdata.items()},
        "unknown": [{"field": name, "reason": reason} for name, reason in result.unknown],
        "age_s": round(age_s, 1),
    }


def _datum(name: str, value: float, spec: CheckSpec | None) -> dict[str, Any]:
    def bound(condition: Condition | None) -> str | None:
        return thresholds.threshold(name, condition.text) if condition is not None else None

    warn, crit = (bound(spec.warning), bound(spec.critical)) if spec is not None else (None, None)
    return {"value": value, "uom": thresholds.unit(name), "warn": warn, "crit": crit}
