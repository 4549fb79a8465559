"""What lies below the target, and whether anybody knows how it looks when it is whole."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.values import Unknown
from remediator.safety.case import Below
from tests.unit.safety.cases import a_group, a_plan, ask

pytestmark = pytest.mark.unit


def below(target: str, state: State = State.CRITICAL) -> Below:
    return Below(target=target, check="its-check", state=state)


def test_the_lowest_is_named() -> None:
    broken = (below("container/ctl2/haproxy"), below("cluster/relay"), below("host/ctl2", State.WARNING))
    verdict = ask("dependency", below=broken)
    assert verdict.reason == "what it needs is broken below it: host/ctl2 is WARNING in its-check (and 2 more)"
    assert ask("dependency", below=broken[:2]).inputs["target"] == "container/ctl2/haproxy"


def test_what_is_below_and_unknown_holds_as_well() -> None:
    assert not ask("dependency", below=(below("cluster/relay", State.UNKNOWN),)).allow
    assert ask("dependency", below=()).allow


BASELINES: list[tuple[Risk, Any, bool]] = [
    (Risk.R1, a_group(baseline="never seen whole"), True),
    (Risk.R1, Unknown("x"), True),
    (Risk.R2, a_group(), True),
    (Risk.R2, None, True),
    (Risk.R2, a_group(baseline="never seen whole"), False),
    (Risk.R2, a_group(baseline=""), False),
    (Risk.R2, Unknown("x"), False),
    (Risk.R3, a_group(baseline="never seen whole"), False),
    (Risk.R3, Unknown("x"), False),
]


@pytest.mark.parametrize(("risk", "group", "allowed"), BASELINES)
def test_from_r2_on_a_group_needs_a_baseline(risk: Risk, group: Any, allowed: bool) -> None:
    verdict = ask("baseline", plan=a_plan(risk=risk), group=group)
    assert verdict.allow is allowed
    assert allowed or verdict.reason.startswith("no_baseline: ")
