"""A run of two steps that may not go on: it is held.

A held run keeps its locks and pages. It goes on, or is given up after its own limit.
"""

from __future__ import annotations

import pytest

from remediator.model.records.records import RunState
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"


@pytest.fixture
def held(twice: Walked) -> Walked:
    """A cloud whose pause file came when the first of two steps had left: the run is held before the second."""
    twice.the_next_command_meets("ok", meanwhile=lambda: twice.people.leave_a_file("there"))
    twice.service("h1", "memcached").crash()
    assert twice.until(120, lambda: [run.state for run in twice.world.durable.runs.values()] == [RunState.HELD])
    return twice


def test_a_held_run_keeps_its_locks_and_pages_after_two_minutes(held: Walked) -> None:
    held.run(110)
    assert held.simulation.mail.taken == []
    held.run(30)
    assert ["is held" in page["subject"] for page in held.simulation.mail.taken] == [True]
    assert held.world.durable.locks


def test_a_held_run_goes_on_when_the_pause_is_over(held: Walked) -> None:
    held.people.let_go_of_the_file()
    held.run(120)
    assert held.verbs() == [("h1", "start"), ("h1", "start")]
    assert held.incident(TARGET) is None


def test_a_held_run_is_given_up_after_its_limit_and_handed_to_a_person(held: Walked) -> None:
    (run,) = held.world.durable.runs
    held.run(590)
    assert held.world.durable.runs
    held.run(30)
    assert held.world.durable.runs == {}
    assert held.world.durable.locks == {}
    assert held.verbs() == [("h1", "start")]
    assert any(run in page["text"] or "held for 600 s" in page["text"] for page in held.simulation.mail.taken)
