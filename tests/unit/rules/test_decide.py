"""Of all rules that match, one acts; every other says why not."""

from __future__ import annotations

import pytest

from remediator.model.content.judging import State
from remediator.model.content.specs import RuleSpec
from remediator.model.records.records import Outcome
from remediator.model.values import FieldType, Unknown
from remediator.rules import decide
from remediator.rules.conditions import Environment
from remediator.rules.index import RuleIndex

pytestmark = pytest.mark.unit

ENVIRONMENT = Environment({"b": FieldType.BOOL, "i": FieldType.INT})


def rule(name: str, when: str | None = None, *, check: str = "c", priority: int = 0) -> RuleSpec:
    return RuleSpec(
        name=name,
        check=check,
        states=("critical",),
        when=None if when is None else ENVIRONMENT.compile(when),
        settle_s=0,
        run=("x",),
        priority=priority,
    )


def told(rules: list[RuleSpec], data: dict[str, object]) -> list[tuple[str, Outcome, str]]:
    return [(each.rule.name, each.outcome, each.reason) for each in decide.decide(rules, data)]


def test_priority_then_name_and_the_rest_is_shadowed() -> None:
    rules = [
        rule("b", "data.b"),
        rule("a", "data.b"),
        rule("z", "data.b", priority=1),
        rule("never", "data.i > 9", priority=5),
    ]
    assert told(rules, {"b": True, "i": 1}) == [
        ("never", Outcome.SKIPPED, "its condition is false"),
        ("z", Outcome.FIRED, "its condition is true"),
        ("a", Outcome.SHADOWED, "z goes before it"),
        ("b", Outcome.SHADOWED, "z goes before it"),
    ]


def test_unknown_never_fires_and_says_which_field() -> None:
    assert told([rule("a", "data.b && data.i > 0")], {"b": True, "i": Unknown("timeout:x")}) == [
        ("a", Outcome.SKIPPED, "its condition is UNKNOWN: unknown_field:i")
    ]


def test_a_rule_without_condition_fires() -> None:
    assert told([rule("a")], {}) == [("a", Outcome.FIRED, "it has no condition")]


def test_the_values_are_those_the_condition_reads() -> None:
    (outcome,) = decide.decide([rule("a", "data.b")], {"b": True, "i": 3})
    assert outcome.values == {"b": True}
    assert outcome.condition == "data.b"
    assert decide.fired([outcome]) is outcome


def test_the_index_gives_only_what_the_event_is_about_in_order() -> None:
    index = RuleIndex([rule("b"), rule("a"), rule("z", priority=2), rule("other", check="d")])
    assert [one.name for one in index.candidates("c", State.CRITICAL)] == ["z", "a", "b"]
    assert index.candidates("c", State.WARNING) == ()
    assert [(one.name, why) for one, why in index.excluded("c", State.CRITICAL)] == [
        ("other", "it is about d, the event is about c")
    ]


def test_explain_covers_every_rule_there_is() -> None:
    index = RuleIndex([rule("a", "data.b"), rule("other", check="d")])
    outcomes = decide.explain(index, "c", State.WARNING, {"b": True})
    assert [(each.rule.name, each.reason) for each in outcomes] == [
        ("a", "it is about critical, the state is warning"),
        ("other", "it is about d, the event is about c"),
    ]
