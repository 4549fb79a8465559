"""What each move makes of an incident, and what its timeline then says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.incidents import dependency, lifecycle
from remediator.model import targets
from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.records.records import IncidentState, Run, RunState
from remediator.runs import machine
from tests.builders import runs
from tests.builders.incidents import OPEN, at
from tests.unit.safety.cases import a_plan
from tests.unit.safety.cases import at as run_at

pytestmark = pytest.mark.unit
LADDER = ("container-start", "container-recreate")


def ended(state: RunState, *, approved_by: str | None = None, actor: str = "remediator") -> Run:
    run = replace(runs.intended(), actor=actor)
    if approved_by is not None:
        yes = runs.waiting().approval
        assert yes is not None
        run = replace(run, approval=replace(yes, approved_by=approved_by))
    return machine.ended(run, state, "the sentence of its end", run_at(60))


@pytest.mark.parametrize(
    ("state", "after", "kind", "rungs"),
    [
        (RunState.SUCCEEDED, IncidentState.RESOLVED, "resolved", ()),
        (RunState.FAILED, IncidentState.OPEN, "run_failed", ("container-start",)),
        (RunState.REFUSED, IncidentState.OPEN, "refused", ()),
        (RunState.CANCELLED, IncidentState.ESCALATED, "cancelled", LADDER),
    ],
)
def test_the_end_of_its_run(state: RunState, after: IncidentState, kind: str, rungs: tuple[str, ...]) -> None:
    moved = lifecycle.after_run(OPEN, ended(state), LADDER)
    assert (moved.incident.state, moved.kind, moved.incident.rungs) == (after, kind, rungs)
    assert (moved.run, moved.rule) == ("run-1", "container-crashed")
    assert moved.text.endswith("the sentence of its end")


def test_an_r3_that_ended_before_its_step_that_can_lose_data_used_no_rung() -> None:
    early = machine.ended(runs.planned(a_plan(risk=Risk.R3)), RunState.FAILED, "its rules refused", run_at(60))
    assert lifecycle.after_run(OPEN, early, LADDER).incident.rungs == ()


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (ended(RunState.SUCCEEDED), "container-start (run-1) cured it: "),
        (ended(RunState.SUCCEEDED, actor="mira"), "container-start (run-1, asked for by mira) cured it: "),
        (ended(RunState.SUCCEEDED, approved_by="ada"), "container-start (run-1, approved by ada) cured it: "),
    ],
)
def test_a_cure_says_on_whose_word(run: Run, text: str) -> None:
    assert lifecycle.after_run(OPEN, run, LADDER).text.startswith(text)


def test_it_follows_a_run_that_is_under_way() -> None:
    begun = lifecycle.follows(OPEN, runs.intended(), "ctl2: systemctl start", at(30))
    assert (begun.incident.state, begun.kind, begun.rule) == (IncidentState.CURING, "intent", "container-crashed")
    assert begun.incident.acted_at == at(30)
    later = lifecycle.follows(begun.incident, runs.intended(), "again", at(50))
    assert later.incident.acted_at == at(30), "its first INTENT is when it was acted on"
    checked = lifecycle.follows(later.incident, runs.verifying(), "must be OK", at(70))
    assert (checked.incident.state, checked.kind) == (IncidentState.VERIFYING, "verifying")


PARENT = dependency.Problem(check="host-reachable", target=targets.on_host("ctl1"), incident="inc-9")


@pytest.mark.parametrize("state", [IncidentState.OPEN, IncidentState.ESCALATED])
def test_what_explains_it_suppresses_it_and_frees_it_again(state: IncidentState) -> None:
    moved = lifecycle.parented(replace(OPEN, state=state), PARENT)
    assert moved is not None
    assert (moved.incident.state, moved.incident.parent, moved.kind) == (
        IncidentState.SUPPRESSED,
        "inc-9",
        "suppressed",
    )
    assert moved.text == "suppressed: explained by inc-9 (host-reachable on host/ctl1)"
    assert lifecycle.parented(moved.incident, PARENT) is None
    another = lifecycle.parented(moved.incident, replace(PARENT, incident="inc-10"))
    assert another is not None
    assert another.incident.parent == "inc-10"
    free = lifecycle.parented(moved.incident, None)
    assert free is not None
    assert (free.incident.state, free.incident.parent, free.kind) == (IncidentState.OPEN, None, "unsuppressed")


@pytest.mark.parametrize("state", [IncidentState.CURING, IncidentState.VERIFYING])
def test_what_a_run_works_on_is_never_suppressed_away(state: IncidentState) -> None:
    assert lifecycle.parented(replace(OPEN, state=state), PARENT) is None


def test_one_that_nothing_explains_is_not_freed() -> None:
    assert lifecycle.parented(OPEN, None) is None


@pytest.mark.parametrize(("by", "kind", "text"), [("", "resolved", "gone"), ("mira", "closed", "closed by mira: gone")])
def test_its_end_without_a_run(by: str, kind: str, text: str) -> None:
    moved = lifecycle.closed(OPEN, at(50), at(60), "gone", by=by)
    assert (moved.kind, moved.text) == (kind, text)
    assert (moved.incident.state, moved.incident.cured_at) == (IncidentState.RESOLVED, at(50))


def test_a_person_has_it_in_hand() -> None:
    moved = lifecycle.acknowledged(OPEN, "mira", "raising its limit", at(60))
    assert (moved.kind, moved.text, moved.incident.state) == ("ack", "mira: raising its limit", IncidentState.OPEN)


def test_it_is_shown_as_its_newest_sample_does() -> None:
    moved = lifecycle.seen_as(OPEN, State.WARNING, "slow", "WARNING: slow")
    assert (moved.incident.level, moved.incident.output, moved.kind) == (State.WARNING, "slow", "state")
