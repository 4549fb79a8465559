"""What we ship, judged fault by fault: the state an operator sees, which rule acts, and that UNKNOWN never does."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from remediator.collect import judge
from remediator.model.content.judging import State
from remediator.model.content.specs import Mode
from remediator.model.targets import Target
from remediator.model.values import Data, Unknown
from remediator.rules import advice, decide
from remediator.rules.decide import RuleOutcome
from remediator.rules.index import RuleIndex
from tests.builders.shipped import Fault, declared, shipped

pytestmark = pytest.mark.unit


@cache
def index() -> RuleIndex:
    return RuleIndex(shipped().rules.values())


CASES = declared()
HEALTHY = {check: data for each in CASES for check, data in each.healthy.items()}
TARGETS: dict[str, Target] = {kind: target for each in CASES for kind, target in each.targets.items()}
FAULTS: list[Fault] = [fault for each in CASES for fault in each.faults]
U = Unknown("timeout:x")


def state_of(check: str, data: Data) -> State:
    spec = shipped().checks[check]
    critical, warning = (False if one is None else one.evaluate(data) for one in (spec.critical, spec.warning))
    return judge.state_of(critical, warning)


def winner(check: str, data: Data) -> RuleOutcome | None:
    return decide.fired(decide.decide(index().candidates(check, state_of(check, data)), data))


@pytest.mark.parametrize(("check", "changed", "state", "rule", "run"), FAULTS)
def test_each_fault_has_its_outcome(
    check: str, changed: dict[str, Any], state: State, rule: str | None, run: tuple[str, ...]
) -> None:
    data = {**HEALTHY[check], **changed}
    assert state_of(check, data) is state
    fired = winner(check, data)
    assert (fired.rule.name if fired else None, fired.rule.run if fired else ()) == (rule, run)


ACTING = [fault for fault in FAULTS if fault[4]]


@pytest.mark.parametrize(("check", "changed", "state", "rule", "run"), ACTING)
def test_one_unknown_never_makes_more_happen(
    check: str, changed: dict[str, Any], state: State, rule: str, run: tuple[str, ...]
) -> None:
    """Whatever single field of an acting case becomes UNKNOWN: the same rule acts, or nothing that acts does."""
    data = {**HEALTHY[check], **changed}
    for name in data:
        fired = winner(check, {**data, name: U})
        assert fired is None or fired.rule.name == rule or fired.rule.run == ()


@pytest.mark.parametrize("check", HEALTHY)
def test_all_unknown_is_unknown_and_nothing_fires(check: str) -> None:
    data = dict.fromkeys(HEALTHY[check], U)
    assert state_of(check, data) is State.UNKNOWN
    assert winner(check, data) is None


@pytest.mark.parametrize("check", HEALTHY)
def test_the_cases_have_exactly_the_declared_fields(check: str) -> None:
    declared = set(shipped().checks[check].assess.fields)
    assert declared <= set(HEALTHY[check])
    if not any(check in each.more_is_known for each in CASES):
        assert declared == set(HEALTHY[check])


@pytest.mark.parametrize(("check", "changed", "state", "rule", "run"), FAULTS)
def test_texts_are_one_line_and_advice_names_the_host(
    check: str, changed: dict[str, Any], state: State, rule: str | None, run: tuple[str, ...]
) -> None:
    data = {**HEALTHY[check], **changed}
    spec = shipped().checks[check]
    output = spec.output.render(data)
    assert output
    assert "\n" not in output
    assert "  " not in output
    if rule is not None:
        text = advice.advise(shipped().rules[rule], TARGETS[spec.assess.target_kind], data)
        assert "not_given" not in text
        assert "ctl1" in text
        assert not text.startswith("data")


@pytest.mark.parametrize(("check", "changed", "state", "rule", "run"), [fault for fault in FAULTS if fault[3]])
def test_no_text_runs_two_sentences_or_lines_together(
    check: str, changed: dict[str, Any], state: State, rule: str, run: tuple[str, ...]
) -> None:
    """A tag of a template that takes one newline too much away."""
    data, spec = {**HEALTHY[check], **changed}, shipped().rules[rule]
    target = TARGETS[shipped().checks[check].assess.target_kind]
    for text in (tell(spec, target, data) for tell in (advice.advise, advice.evidence, advice.meanwhile)):
        assert re.findall(r"[a-z)][.:;][A-Z][A-Za-z-]*", text) == []
        assert "\n\n" not in text


def test_every_rule_tells_people_something() -> None:
    assert [rule.name for rule in shipped().rules.values() if not rule.notify] == []


def test_every_rule_is_reached_by_a_fault() -> None:
    rare = {rule for each in CASES for rule in each.rare}
    assert {fault[3] for fault in FAULTS} - {None} == set(shipped().rules) - rare


def test_risks_are_those_of_the_issue() -> None:
    risks = {name: runbook.risk for name, runbook in shipped().runbooks.items()}
    assert risks == {name: risk for each in CASES for name, risk in each.risks.items()}


def test_what_explains_what() -> None:
    """A warning of a parent suppresses its children, so nothing that may only warn may explain what we cure."""
    explains = {(rule.check, child) for rule in shipped().rules.values() for child in rule.explains}
    assert explains == {pair for each in CASES for pair in each.explains}


def test_what_may_only_warn_explains_nothing_that_is_cured() -> None:
    cured = {rule.check for rule in shipped().rules.values() if rule.run}
    parents = {rule.check for rule in shipped().rules.values() if set(rule.explains) & cured}
    assert parents == {check for each in CASES for check, child in each.explains if child in cured}
    known = {check for each in CASES for check in each.warns_and_explains}
    assert {name for name in parents if shipped().checks[name].warning is not None} == known


def test_modes_come_from_the_config_alone() -> None:
    assert Mode.SHADOW.value < Mode.AUTO.value
    assert not any(hasattr(rule, "mode") for rule in shipped().rules.values())
