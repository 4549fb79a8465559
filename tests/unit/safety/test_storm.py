"""How many hosts may break at once before nothing acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.model.content.actions import Risk
from remediator.safety.case import StormScope
from remediator.safety.guards import storm
from tests.unit.safety.cases import a_case, a_plan, ask

pytestmark = pytest.mark.unit
BEGAN = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


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


def ending(hosts: int, *left_s: int) -> StormScope:
    names = tuple(f"h{n}" for n in range(len(left_s)))
    until = {name: BEGAN + timedelta(seconds=left) for name, left in zip(names, left_s, strict=True)}
    return StormScope(name="cloud", hosts=hosts, troubled=names, fresh_until=until)


@pytest.mark.parametrize(
    ("hosts", "left_s", "ends_s"),
    [
        (5, (30, 20, 10), 10),  # two of five are no storm: the first that leaves ends it
        (5, (40, 30, 20, 10), 20),
        (5, (50, 40, 30, 20, 10), 30),
        (100, tuple(range(1, 41)), 6),  # 34 of 100 are none
    ],
)
def test_a_storm_ends_when_so_many_have_left_that_the_rest_is_none(
    hosts: int, left_s: tuple[int, ...], ends_s: int
) -> None:
    scope = ending(hosts, *left_s)
    ends = storm.ends_at(scope, 2, 34)
    assert ends == BEGAN + timedelta(seconds=ends_s)
    verdict = ask("storm", storm=(scope,))
    assert (verdict.allow, verdict.until) == (False, ends)


def test_what_is_no_storm_has_no_end_and_neither_has_one_of_unknown_age() -> None:
    assert storm.ends_at(ending(5, 30, 20), 2, 34) is None
    assert storm.ends_at(scope(3, 5), 2, 34) is None


def test_a_person_ends_it_for_r3() -> None:
    plan = a_plan(risk=Risk.R3)
    assert ask("storm", plan=plan, storm=(ending(5, 30, 20, 10),), storm_latched="since 02:00").until is None
