"""What one proof, patched and unpatched, shows together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutants import trials
from tests.mutants.mutant import Mutant
from tests.mutants.trials import Baseline
from tests.mutants.trying import Ended, Extent, Tried

pytestmark = pytest.mark.unit

NAMED = Extent(named_alone=True)
CAUGHT_BY = "tests/unit/model/test_times.py::test_what_came_later_is_told_by_the_clock_that_is_never_set"
MISTAKEN = Mutant(
    name="m",
    mistake="M.",
    place="remediator.model.times:Instant.after",
    old="self.boot_id == other.boot_id",
    new="False",
    tests=CAUGHT_BY,
)
"""What came later is told by the wall clock."""


def shown(mutant: Mutant, baseline: Baseline) -> tuple[list[Ended], bool | None]:
    said: list[Tried] = []
    done = trials.run([mutant], NAMED, baseline, 2, said.append)
    assert tuple(said) == done.tried
    return [each.ended for each in done.tried], done.unpatched_holds


def test_what_its_proof_catches_and_nothing_else_is_caught() -> None:
    assert shown(MISTAKEN, Baseline.TRIED) == ([Ended.CAUGHT], True)
    harmless = replace(MISTAKEN, new="other.boot_id == self.boot_id")
    assert shown(harmless, Baseline.SKIPPED) == ([Ended.LIVES], None)


def test_a_proof_that_fails_without_the_mistake_catches_nothing() -> None:
    elsewhere = "tests/unit/mutants/always_red.py"
    red = Tried(name=elsewhere, ended=Ended.CAUGHT, by="test: t", said="t", seconds=0.0)
    caught = replace(red, name="m")
    assert trials.believed(caught, red).ended is Ended.BROKEN
    assert trials.believed(caught, replace(red, ended=Ended.LIVES)) == caught
    assert trials.believed(replace(caught, ended=Ended.LIVES), red).ended is Ended.LIVES
