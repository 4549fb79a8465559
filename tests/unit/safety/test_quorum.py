"""What a group may lose, and what just booted.

The table of quorum is compared with an oracle that counts what could be true: every way of filling in what is unknown.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.model.content.plans import Plan
from remediator.model.targets import cluster, container, member
from remediator.model.values import Unknown
from remediator.safety.case import Boot, Member
from tests.unit.safety.cases import START, STOPPED, WELL, a_case, a_group, a_plan, ask

pytestmark = pytest.mark.unit

DONT_KNOW = Unknown("x")
JOINING = Member(healthy=False, joining=True, settled=False)
DONOR = Member(healthy=True, joining=True, settled=True)
SETTLING = Member(healthy=True, joining=False, settled=False)

RESTART = a_plan(container("ctl2", "relayd"), action="container.restart")
RESTART = replace(RESTART, steps=tuple(replace(step, takes_away_healthy=True) for step in RESTART.steps))
START_IT = a_plan(member("relay", "ctl2"), action="relay.start_member")
DOWN = {"container/ctl2/relayd": {"running": False}}
UP = {"container/ctl2/relayd": {"running": True}}


def members(**members: Member) -> dict[str, Any]:
    return {"group": a_group(**members)}


TABLE: list[tuple[Plan, dict[str, Any], dict[str, Any], bool, str]] = [
    (RESTART, UP, members(), True, ""),
    (RESTART, UP, members(ctl2=STOPPED), True, ""),
    (RESTART, UP, members(ctl3=STOPPED), False, "ctl3 stands in the way, it is not healthy"),
    (RESTART, UP, members(ctl3=SETTLING), False, "ctl3 stands in the way, it has not settled yet"),
    (RESTART, UP, members(ctl3=DONOR), False, "ctl3 stands in the way, it is joining, or gives a state transfer"),
    (RESTART, UP, members(ctl3=replace(WELL, healthy=DONT_KNOW)), False, "healthy is not known (x)"),
    (RESTART, UP, members(ctl3=replace(WELL, joining=DONT_KNOW)), False, "joining is not known (x)"),
    (RESTART, UP, members(ctl3=replace(WELL, settled=DONT_KNOW)), False, "settled is not known (x)"),
    (RESTART, UP, members(ctl4=WELL, ctl5=WELL), True, ""),
    (RESTART, UP, members(ctl4=WELL, ctl5=STOPPED), False, "ctl5"),
    (START_IT, DOWN, members(ctl2=STOPPED), True, ""),
    (START_IT, DOWN, members(ctl1=STOPPED, ctl2=STOPPED, ctl3=STOPPED), True, ""),
    (START_IT, DOWN, members(ctl2=STOPPED, ctl3=JOINING), False, "may not start a member of relay now"),
    (START_IT, DOWN, members(ctl2=STOPPED, ctl3=DONOR), False, "ctl3"),
    (START_IT, DOWN, members(ctl2=STOPPED, ctl3=replace(STOPPED, joining=DONT_KNOW)), False, "not known (x)"),
    (START_IT, DOWN, members(ctl2=STOPPED, ctl3=replace(WELL, healthy=DONT_KNOW)), True, ""),
    # what may run is taken away by a start as well
    (START_IT, UP, members(ctl2=STOPPED, ctl3=STOPPED), False, "may not take a member away"),
    (START_IT, {"container/ctl2/relayd": DONT_KNOW}, members(ctl3=STOPPED), False, "take a member away"),
    (START_IT, {"container/ctl2/relayd": {"running": DONT_KNOW}}, members(ctl3=STOPPED), False, "take a member away"),
    (START_IT, {}, members(ctl3=STOPPED), False, "take a member away"),
    (START_IT, UP, members(), True, ""),
    (START_IT, DOWN, {"group": a_group(touched=())}, True, ""),
    (START_IT, DOWN, {"group": a_group(touched=(), ctl3=STOPPED)}, False, "take a member away"),
    (START_IT, DOWN, {"group": a_group(touched=("ctl9",))}, False, "ctl9 is not a known member of relay"),
    (RESTART, UP, {"group": None}, True, ""),
    (
        RESTART,
        UP,
        {"group": a_group(touched=("ctl1", "ctl2"))},
        False,
        "leave 1 of 3 members of relay, 2 are a majority",
    ),
]


@pytest.mark.parametrize(("plan", "units", "group", "allowed", "words"), TABLE)
def test_the_group_keeps_a_majority(
    plan: Plan, units: dict[str, Any], group: dict[str, Any], allowed: bool, words: str
) -> None:
    verdict = ask("quorum", plan=plan, units=units, **group)
    assert verdict.allow is allowed
    assert words in verdict.reason


@pytest.mark.parametrize(("size", "most"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (7, 3)])
def test_a_group_of_n_spares_fewer_than_half(size: int, most: int) -> None:
    hosts = tuple(f"m{n}" for n in range(size))
    plan = replace(RESTART, target=cluster("relay", hosts))
    for taken in range(1, size + 1):
        group = replace(a_group(), members=dict.fromkeys(hosts, WELL), touched=hosts[:taken])
        assert ask("quorum", plan=plan, units={}, group=group, boots={}).allow is (taken <= most)


def worlds(member: Member) -> list[Member]:
    """Return every member that `member` may be: each UNKNOWN filled in both ways."""
    values = [
        (True, False) if isinstance(each, Unknown) else (each,)
        for each in (member.healthy, member.joining, member.settled)
    ]
    return [Member(healthy=h, joining=j, settled=s) for h, j, s in itertools.product(*values)]


def test_it_allows_only_what_is_right_in_every_world_that_may_be() -> None:
    triple = (True, False, DONT_KNOW)
    every = [Member(healthy=h, joining=j, settled=s) for h, j, s in itertools.product(triple, repeat=3)]
    for plan, units in ((RESTART, UP), (START_IT, DOWN)):
        for one, other in itertools.product(every, every):
            right = all(
                not a.joining
                and not b.joining
                and (plan is START_IT or all((a.healthy, a.settled, b.healthy, b.settled)))
                for a, b in itertools.product(worlds(one), worlds(other))
            )
            assert ask("quorum", plan=plan, units=units, **members(ctl1=one, ctl3=other)).allow is right


@pytest.mark.parametrize(
    ("age", "limit", "allowed"), [(599, 600, False), (600, 600, True), (179, 180, False), (180, 180, True)]
)
def test_a_young_boot_holds_its_host(age: float, limit: float, allowed: bool) -> None:
    brakes = replace(a_case().brakes, host_boot_s=limit)
    verdict = ask("host_boot", boots={"ctl2": Boot(what="ctl2 booted", age_s=age)}, brakes=brakes)
    assert verdict.allow is allowed
    assert allowed or verdict.until == START + timedelta(seconds=limit - age)


def test_a_boot_elsewhere_holds_nothing_and_the_youngest_decides() -> None:
    young = {"ctl1": Boot(what="ctl1 booted", age_s=500), "ctl3": Boot(what="the engine of ctl3 started", age_s=30)}
    assert ask("host_boot", boots={"ctl2": None, **young}).allow
    plan = a_plan(cluster("relay", ("ctl1", "ctl2", "ctl3")))
    verdict = ask("host_boot", plan=plan, boots={"ctl2": None, **young})
    assert verdict.reason.startswith("the engine of ctl3 started 30 s ago: 10 min is the wait")
    assert verdict.until == START + timedelta(seconds=570)
