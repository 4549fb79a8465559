"""Why a run is held, or has failed: two reasons are the same whose figures alone differ, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.model.content.consent import Ask, Consent
from remediator.model.content.declined import Wait
from remediator.model.records.records import Run, RunState
from remediator.model.records.verdicts import Verdict
from remediator.runs import hold, machine
from tests.builders.relay import run
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit


def refusal(guard: str, reason: str, **inputs: Any) -> Verdict:
    return Verdict(guard=guard, allow=False, reason=reason, inputs=inputs)


def held(*verdicts: Verdict) -> Run:
    waiting = run()
    return next(hold.refused(waiting, waiting.steps[0], verdicts, at(5))).run


OLD = refusal("evidence_age", "the evidence on ctl1 is 61 s old", host="ctl1", age_s=61.0)


@pytest.mark.parametrize(
    ("first", "then", "anew"),
    [
        (OLD, replace(OLD, reason="the evidence on ctl1 is 75 s old", inputs={"host": "ctl1", "age_s": 75.0}), False),
        (OLD, replace(OLD, reason="the evidence on ctl12 is 61 s old", inputs={"host": "ctl12", "age_s": 61.0}), True),
        (OLD, replace(OLD, guard="startup"), True),
        # its inputs count nothing: then its sentence has no figures that go on, and a digit in it is part of a name
        (
            refusal("lock", "host:ctl1 is locked by run-3", run="run-3"),
            refusal("lock", "host:ctl1 is locked by run-4", run="run-4"),
            True,
        ),
        (
            refusal("quorum", "ctl2 is joining", member="ctl2"),
            refusal("quorum", "ctl2 is not healthy", member="ctl2"),
            True,
        ),
        (refusal("clock", "it stepped by 3 s"), refusal("clock", "it stepped by 4 s"), True),
        (refusal("x", "yes", sure=True, n=1), refusal("x", "no", sure=False, n=1), True),
    ],
)
def test_a_refusal_is_another_one_by_what_it_names_and_not_by_what_it_counts(
    first: Verdict, then: Verdict, anew: bool
) -> None:
    assert machine.told_anew(held(first), held(then)) is anew


def test_a_wait_is_its_sentence_or_the_code_that_its_action_gives() -> None:
    def waits(why: Wait) -> Run:
        return machine.held_for(run(), why.reason, at(5), because=why.because)

    assert machine.told_anew(waits(Wait("ctl1 gives a copy")), waits(Wait("ctl2 gives a copy")))
    assert not machine.told_anew(waits(Wait("a copy")), waits(Wait("a copy")))
    coded = [waits(Wait(f"ctl1 has {done} %", code=("copy", "ctl1"))) for done in (3, 4)]
    assert not machine.told_anew(coded[0], coded[1])


def test_another_question_is_told_anew_whatever_its_sentence() -> None:
    asked = [machine.held_for(run(), "why", at(5), Ask("lose some?", Consent(lost=lost))) for lost in (7, 8)]
    assert machine.told_anew(asked[0], asked[1])


def test_nothing_of_a_reason_stays_with_a_run_that_goes_on() -> None:
    assert held(OLD).because == ("evidence_age", "host=ctl1")
    assert machine.released(held(OLD)).because == ()
    assert machine.planned_anew(held(OLD), at(9)).because == ()


def test_an_end_is_its_first_line_or_the_code_that_it_is_given() -> None:
    ended = machine.ended(run(), RunState.FAILED, "GB-10: why\na table", at(9))
    assert ended.because == ("GB-10: why",)
    coded = machine.ended(run(), RunState.FAILED, "GB-10: 7 are lost", at(9), because=("refused", "choose"))
    assert coded.because == ("refused", "choose")
