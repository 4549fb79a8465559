"""How many hosts may break at once before nothing acts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.model.content import Risk
from remediator.safety import storm
from remediator.safety.case import StormScope
from tests.unit.safety.cases import a_case, a_plan, ask

pytestmark = pytest.mark.unit


def scope(troubled: int, hosts: int, name: str = "cloud") -> StormScope:
    return StormScope(name=name, hosts=hosts, troubled=tuple(f"h{n:03}" for n in range(troubled)))


BOUNDARIES: list[tuple[int, int, int, int, bool]] = [
    # troubled, hosts, storm_hosts, storm_percent -> too many
    (2, 5, 2, 34, False),
    (3, 5, 2, 34, True),
    (2, 2, 2, 34, False),
    (3, 3, 2, 34, True),
    (34, 100, 2, 34, False),
    (35, 100, 2, 34, True),
    (3, 9, 2, 34, False),  # 34 % of 9 is 3.06
    (3, 8, 2, 34, True),  # 34 % of 8 is 2.72
    (5, 10, 2, 50, False),
    (6, 10, 2, 50, True),
    (1, 5, 1, 1, False),
    (2, 5, 1, 1, True),
    (0, 0, 2, 34, False),
    (3, 0, 2, 34, True),
]


@pytest.mark.parametrize(("troubled", "hosts", "most", "percent", "too_many"), BOUNDARIES)
def test_above_the_larger_of_both_limits(troubled: int, hosts: int, most: int, percent: int, too_many: bool) -> None:
    assert (storm.too_many(scope(troubled, hosts), most, percent) is not None) is too_many
    brakes = replace(a_case().brakes, storm_hosts=most, storm_percent=percent)
    assert ask("storm", storm=(scope(troubled, hosts),), brakes=brakes).allow is not too_many


def test_a_host_counts_once() -> None:
    twice = StormScope(name="cloud", hosts=3, troubled=("ctl1", "ctl1", "ctl2"))
    assert ask("storm", storm=(twice,)).allow


def test_one_scope_is_enough() -> None:
    verdict = ask("storm", storm=(scope(2, 100), scope(3, 3, "service/haproxy"), scope(0, 3, "group/control")))
    assert not verdict.allow
    assert verdict.inputs["scope"] == "service/haproxy"


def test_a_refusal_names_a_few_hosts_and_counts_the_rest() -> None:
    verdict = ask("storm", storm=(scope(60, 100),))
    assert "(h000, h001, h002, h003, h004 and 55 more)" in verdict.reason


@pytest.mark.parametrize(("risk", "allowed"), [(Risk.R1, True), (Risk.R2, True), (Risk.R3, False)])
def test_only_r3_waits_for_a_person_once_the_storm_is_over(risk: Risk, allowed: bool) -> None:
    verdict = ask("storm", plan=a_plan(risk=risk), storm=(scope(1, 5),), storm_latched="since 02:00: 3 of 5 hosts")
    assert verdict.allow is allowed
    assert allowed or verdict.reason == (
        "the storm breaker is open for R3 (since 02:00: 3 of 5 hosts): remediator brakes close storm --reason R"
    )
