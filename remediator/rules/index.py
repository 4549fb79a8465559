"""From an event to the rules that may concern it, by equality on (check, state): the cost does not grow with the
rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from remediator.model.content.judging import State
from remediator.model.content.specs import RuleSpec


class RuleIndex:
    """Built once per content version; each bucket is already in the order of decision."""

    def __init__(self, rules: Iterable[RuleSpec]) -> None:
        buckets: dict[tuple[str, str], list[RuleSpec]] = {}
        self._all = tuple(sorted(rules, key=precedence))
        for rule in self._all:
            for state in rule.states:
                buckets.setdefault((rule.check, state), []).append(rule)
        self._buckets: Mapping[tuple[str, str], tuple[RuleSpec, ...]] = {
            key: tuple(bucket) for key, bucket in buckets.items()
        }

    def candidates(self, check: str, state: State) -> tuple[RuleSpec, ...]:
        """Return the rules whose `on` matches, highest priority first, then by name."""
        return self._buckets.get((check, state.name.lower()), ())

    def excluded(self, check: str, state: State) -> tuple[tuple[RuleSpec, str], ...]:
        """Return every rule that `candidates` leaves out, with the reason; for `explain`, on demand."""
        word = state.name.lower()
        left_out: list[tuple[RuleSpec, str]] = []
        for rule in self._all:
            if rule.check != check:
                left_out.append((rule, f"it is about {rule.check}, the event is about {check}"))
            elif word not in rule.states:
                left_out.append((rule, f"it is about {' or '.join(rule.states)}, the state is {word}"))
        return tuple(left_out)


def precedence(rule: RuleSpec) -> tuple[int, str]:
    """Return the sort key of `rule`: priority first (the highest), then name."""
    return -rule.priority, rule.name
