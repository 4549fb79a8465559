"""Which command of a run was the last one: by the clock that nobody sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.model.content.commands import Command
from remediator.model.records.records import Run, RunState, StepState
from remediator.model.times import Instant
from remediator.runs import machine
from tests.builders.relay import plan
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

BOOT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def moment(boot_s: float, set_by_s: float = 0.0) -> Instant:
    return Instant(BOOT + timedelta(seconds=boot_s + set_by_s), boot_s, "boot-daemon")


def acted(*ended: Instant) -> Run:
    """Return a run whose first steps had commands that ended at `ended`."""
    run = replace(machine.planned("run-1", plan(), None, "remediator", at(0)), state=RunState.RUNNING)
    command = Command(host="ctl1", argv=("true",), timeout_s=1.0)
    planned = tuple(replace(step, commands=(command,)) for step in run.plan.steps)
    steps = tuple(
        replace(step, state=StepState.DONE, outcome_at=ended[n]) if n < len(ended) else step
        for n, step in enumerate(run.steps)
    )
    return replace(run, plan=replace(run.plan, steps=planned), steps=steps)


def test_a_wall_clock_set_back_does_not_make_an_earlier_command_the_last_one() -> None:
    first, second = moment(1000), moment(1500, set_by_s=-3600)
    last = machine.last_effect(acted(first, second))
    assert last == second
    assert not moment(1490, set_by_s=-3600).after(last), "a sample from before the last command is not younger than it"


def test_the_last_of_steps_side_by_side_is_the_one_that_ended_last() -> None:
    assert machine.last_effect(acted(moment(30), moment(20), moment(25))) == moment(30)
    assert machine.last_effect(acted()) is None
