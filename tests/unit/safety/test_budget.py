"""R3 alone and rare; failures that wait for a person; cures that do not last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.model.content.actions import Risk
from remediator.model.content.specs import Mode
from remediator.model.records.mutes import Unacked
from remediator.safety.case import PastRun
from tests.unit.safety.cases import START, TARGET, a_case, a_plan, ask, past

pytestmark = pytest.mark.unit

DAY = 86400

R3: list[tuple[tuple[PastRun, ...], bool]] = [
    ((), True),
    ((past(risk="R3", intent_s=-700, ended_s=None),), False),
    ((past(risk="R3", intent_s=-90000, ended_s=None),), False),
    ((past(risk="R2", intent_s=-700, ended_s=None),), True),
    ((past(risk="R3", intent_s=-700, ended_s=-600),), True),
    ((past(TARGET.text, risk="R3", intent_s=-(DAY - 1), ended_s=-(DAY - 2)),), False),
    ((past(TARGET.text, risk="R3", intent_s=-DAY, ended_s=-(DAY - 2)),), True),
    ((past(TARGET.text, risk="R2", intent_s=-700, ended_s=-600),), True),
    ((past(TARGET.text, run="run-1", risk="R3", intent_s=-60, ended_s=None),), True),
    ((past(TARGET.text, risk="R3", intent_s=-700, ended_s=-600, early=True),), True),
    ((past(TARGET.text, risk="R3", intent_s=-700, ended_s=None, early=True),), False),
]


@pytest.mark.parametrize(("runs", "allowed"), R3)
def test_r3_runs_alone_and_once_a_day_on_a_target(runs: tuple[PastRun, ...], allowed: bool) -> None:
    assert ask("budget", plan=a_plan(risk=Risk.R3), past_runs=runs, own_run="run-1").allow is allowed


def test_an_r3_that_ended_before_what_can_lose_data_counts_as_r2() -> None:
    """The run uses up neither the one of the day nor its rung. Its cooldown is that of R2, with the reason and the time
    of the next try."""
    plan, brakes = (
        a_plan(risk=Risk.R3),
        replace(a_case().brakes, cooldown_s=86400.0, cooldown_before_risk_s=1800.0, runs_per_rung=1),
    )
    why = "choose: GB-9: ctl3 brings no position\nctl1: position 77"
    early = past(
        TARGET.text,
        run="run-2",
        incident="inc-1",
        runbook=plan.runbook,
        risk="R3",
        intent_s=-120,
        ended_s=-60,
        early=True,
        reason=why,
    )
    asked: dict[str, Any] = {"plan": plan, "brakes": brakes, "incident": "inc-1"}
    assert ask("budget", **asked, past_runs=(early,)).allow
    assert not ask("budget", **asked, past_runs=(replace(early, risked_at=early.intent_at),)).allow
    verdict = ask("cooldown", **asked, past_runs=(early,))
    assert not verdict.allow
    assert (
        "before anything that can lose data (choose: GB-9: ctl3 brings no position); 30 min is the wait"
        in verdict.reason.replace(", 30", "; 30")
    )
    assert verdict.until == START + timedelta(seconds=1740)
    late = past(
        TARGET.text,
        run="run-2",
        incident="inc-1",
        runbook=plan.runbook,
        risk="R3",
        intent_s=-5000,
        ended_s=-1801,
        early=True,
    )
    assert ask("cooldown", **asked, past_runs=(late,)).allow
    assert not ask("cooldown", **asked, past_runs=(replace(late, risked_at=late.intent_at),)).allow


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [({}, False), ({"mode": Mode.APPROVE}, True), ({"by_person": True}, True), ({"incident": "inc-2"}, True)],
)
def test_an_r3_that_ended_early_twice_is_not_tried_a_third_time_unattended(
    changes: dict[str, Any], allowed: bool
) -> None:
    """Whatever refused it twice is the same the third time: it would hold and read every member again, every half hour,
    all night."""
    plan = a_plan(risk=Risk.R3)
    early = [
        past(
            TARGET.text,
            run=f"run-{number}",
            incident="inc-1",
            runbook=plan.runbook,
            risk="R3",
            intent_s=-9000 * number,
            ended_s=-9000 * number + 60,
            early=True,
            reason=f"choose: GB-9: number {number}\nctl1: position 77",
        )
        for number in (2, 3)
    ]
    asked: dict[str, Any] = {"plan": plan, "incident": "inc-1", "mode": Mode.AUTO, **changes}
    assert ask("budget", **asked, past_runs=early[:1]).allow
    verdict = ask("budget", **asked, past_runs=tuple(early))
    assert verdict.allow is allowed
    if not allowed:
        assert (
            "ended 2 times in this incident before anything that can lose data (choose: GB-9: number 2)"
            in verdict.reason
        )
        assert f"remediator execute {plan.runbook} --target {TARGET.text} --reason TEXT" in verdict.reason


def test_r1_does_not_wait_for_an_r3_elsewhere() -> None:
    assert ask("budget", past_runs=(past(risk="R3", intent_s=-700, ended_s=None),)).allow


def test_the_next_r3_may_come_a_day_after_the_last_one_began() -> None:
    ran = past(TARGET.text, risk="R3", intent_s=-3600, ended_s=-1800)
    verdict = ask("budget", plan=a_plan(risk=Risk.R3), past_runs=(ran,))
    assert verdict.reason == "an R3 run on this target began 60 min ago: one in 24 h is the limit"
    assert verdict.until == START + timedelta(hours=23)


def unacked(target: str, incident: str) -> Unacked:
    return Unacked(target=target, incident=incident, at=START, why="the ladder is at its end")


ACKS: list[tuple[dict[str, Any], bool]] = [
    ({"unacked": ()}, True),
    ({"unacked": (unacked(TARGET.text, "inc-0"),)}, False),
    ({"unacked": (unacked(TARGET.text, "inc-1"),)}, True),
    ({"unacked": (unacked(TARGET.text, "inc-1"), unacked(TARGET.text, "inc-0"))}, False),
    ({"unacked": (unacked("container/ctl1/memcached", "inc-0"),)}, True),
    ({"unacked": (unacked(TARGET.text, "inc-0"),), "incident": None}, False),
    ({"unacked": (unacked(TARGET.text, "inc-0"),), "by_person": True}, False),
]


@pytest.mark.parametrize(("changes", "allowed"), ACKS)
def test_what_was_not_cured_waits_for_an_acknowledgement(changes: dict[str, Any], allowed: bool) -> None:
    assert ask("ack", **changes).allow is allowed


@pytest.mark.parametrize(("count", "allowed"), [(0, True), (2, True), (3, False), (9, False)])
def test_three_cures_that_came_undone_are_enough(count: int, allowed: bool) -> None:
    assert ask("undone", undone_cures=count).allow is allowed


def test_the_refusal_names_the_incident_to_acknowledge() -> None:
    assert "`remediator incidents ack inc-1 --reason R`" in ask("undone", undone_cures=3).reason
