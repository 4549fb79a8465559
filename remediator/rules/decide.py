"""Which of an event's rules acts, and why the others do not. Pure.

Invariant: at most one rule fires. A rule whose condition is UNKNOWN is skipped. That never makes a weaker rule certain:
the weaker one must match by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remediator.model.content.judging import State
from remediator.model.content.specs import RuleSpec
from remediator.model.records.records import Met, Outcome
from remediator.model.values import Data, Unknown
from remediator.rules import words
from remediator.rules.index import RuleIndex, precedence


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """What became of one rule: FIRED, SKIPPED or SHADOWED; `values` are the fields its condition reads."""

    rule: RuleSpec
    outcome: Outcome
    reason: str
    met: Met
    values: Data

    @property
    def condition(self) -> str:
        return self.rule.when.text if self.rule.when is not None else ""


def decide(rules: Sequence[RuleSpec], data: Data) -> tuple[RuleOutcome, ...]:
    """Return one outcome for each of `rules` (those whose `on` matches), in the order of priority, then name."""
    outcomes: list[RuleOutcome] = []
    winner: RuleSpec | None = None
    for rule in sorted(rules, key=precedence):
        met, outcome, reason = _judge(rule, data, winner)
        if outcome is Outcome.FIRED:
            winner = rule
        outcomes.append(RuleOutcome(rule=rule, outcome=outcome, reason=reason, met=met, values=_values(rule, data)))
    return tuple(outcomes)


def explain(index: RuleIndex, check: str, state: State, data: Data) -> tuple[RuleOutcome, ...]:
    """Return an outcome for every rule there is; those that the index excluded are last."""
    considered = decide(index.candidates(check, state), data)
    left_out = tuple(
        RuleOutcome(rule=rule, outcome=Outcome.SKIPPED, reason=reason, met=Met.NOT_ASKED, values={})
        for rule, reason in index.excluded(check, state)
    )
    return considered + left_out


def fired(outcomes: Sequence[RuleOutcome]) -> RuleOutcome | None:
    """Return the outcome that fired, if any."""
    return next((outcome for outcome in outcomes if outcome.outcome is Outcome.FIRED), None)


def _judge(rule: RuleSpec, data: Data, winner: RuleSpec | None) -> tuple[Met, Outcome, str]:
    met = True if rule.when is None else rule.when.evaluate(data)
    if isinstance(met, Unknown):
        return Met.UNKNOWN, Outcome.SKIPPED, f"its condition is UNKNOWN: {met.reason}"
    if not met:
        return Met.FALSE, Outcome.SKIPPED, "its condition is false"
    if winner is not None:
        return Met.TRUE, Outcome.SHADOWED, f"{winner.name} goes before it"
    return Met.TRUE, Outcome.FIRED, "its condition is true" if rule.when is not None else "it has no condition"


def _values(rule: RuleSpec, data: Data) -> Data:
    if rule.when is None:
        return {}
    return {name: data.get(name, Unknown("not_given")) for name in words.fields(rule.when.text)}
