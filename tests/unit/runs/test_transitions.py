"""What each stage of a run can become, and what is written and done because of it: tables from (stage, what is seen) to
transitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from remediator.model.content.actions import Effect, Probe, Settled
from remediator.model.content.consent import Ask, Consent
from remediator.model.content.declined import Declined, Refused, Wait
from remediator.model.content.plans import RELEASE, Plan, PlannedStep
from remediator.model.messages.replies import CommandDone, Unsent
from remediator.model.records.records import Run, RunState, StepState
from remediator.runs import begin, claims, doubt, ends, hold, machine, outcome, settling
from remediator.runs.advance import advance
from remediator.runs.stages import Stage, stage_of
from remediator.runs.transition import Entry, Page, Searches, Transition
from tests.builders import runs
from tests.unit.safety.cases import a_plan, at

pytestmark = pytest.mark.unit


def step_of(run: Run) -> PlannedStep:
    return run.plan.steps[0]


def told(transitions: Iterable[Transition]) -> list[str]:
    """Return by their names, in their order, what the transitions say and wish."""
    return [type(item).__name__ for each in transitions for item in each.then]


def a_plan_that(effect: Effect) -> Plan:
    plan = a_plan()
    return replace(plan, steps=tuple(replace(step, effect=effect) for step in plan.steps))


@pytest.mark.parametrize(
    ("run", "stage"),
    [
        (runs.waiting(), Stage.ASKED),
        (runs.planned(), Stage.PLANNED),
        (runs.running(), Stage.NEXT),
        (machine.held_for(runs.running(), "paused", at(3)), Stage.NEXT),
        (runs.intended(), Stage.SENT),
        (runs.lost(), Stage.LOST),
        (runs.settling(), Stage.SETTLING),
        (machine.failed(runs.intended(), "start", "no", at(3)), Stage.FAILED),
        (machine.outcome_of_nothing(runs.intended(), "start", at(3)), Stage.DONE),
        (runs.verifying(), Stage.VERIFYING),
        (replace(runs.running(), plan=a_plan(runbook=RELEASE)), Stage.UNDONE),
        (replace(runs.intended(), plan=a_plan(runbook=RELEASE)), Stage.SENT),
    ],
)
def test_the_stage_of_a_run(run: Run, stage: Stage) -> None:
    assert stage_of(run) is stage


GROUND = ends.Ground(hosts={"ctl2"}, actions={"container.start"}, max_event_age_s=900.0)


def _moved(run: Run, why: ends.Groundless | None, now: float) -> Transition | None:
    return next(advance(run, why, runs.nothing_given, at(now)), None) if why is not None else None


@pytest.mark.parametrize(
    ("run", "ground", "now", "state", "words"),
    [
        (runs.running(), GROUND, 5, None, ""),
        (runs.running(), replace(GROUND, hosts=set()), 5, RunState.REFUSED, "ctl2 left the inventory"),
        (
            runs.running(),
            replace(GROUND, actions=set()),
            5,
            RunState.REFUSED,
            "the action container.start is not there",
        ),
        (runs.intended(), replace(GROUND, hosts=set(), actions=set()), 5, None, ""),
        (runs.planned(), GROUND, 900, None, ""),
        (runs.planned(), GROUND, 901, RunState.REFUSED, "expired: it was planned"),
        (runs.running(), GROUND, 901, None, ""),
    ],
)
def test_a_run_without_ground_ends(
    run: Run, ground: ends.Ground, now: float, state: RunState | None, words: str
) -> None:
    over = _moved(run, ends.groundless(run, ground, at(now)), now)
    assert (over.run.state if over is not None else None) is state
    assert over is None or over.run.reason.startswith(words)


def test_a_run_that_has_begun_fails_for_want_of_ground_and_is_not_refused() -> None:
    again = machine.probed(runs.lost(), "start", Probe.NOT_APPLIED, at(60))
    over = _moved(again, ends.groundless(again, replace(GROUND, hosts=set()), at(61)), 61)
    assert over is not None
    assert over.run.state is RunState.FAILED


@pytest.mark.parametrize(
    ("ok_s", "now", "words"),
    [(None, 5, None), (-1, 5, None), (3, 5, "it is OK again"), (None, 601, "expired: nobody approved it")],
)
def test_what_ends_the_wait_for_a_yes(ok_s: float | None, now: float, words: str | None) -> None:
    over = ends.waiting(runs.waiting(), at(ok_s) if ok_s is not None else None, at(now))
    assert (over is None) == (words is None)
    assert over is None or (over.run.state is RunState.REFUSED and over.run.reason.startswith(words or ""))
    assert over is None or over.run.expired is (now > 600)


def test_a_wait_for_a_yes_to_another_plan_is_over() -> None:
    run = runs.waiting()
    over = ends.waiting(replace(run, plan=a_plan(content_version="d" * 64)), None, at(5))
    assert over is not None
    assert over.run.reason.startswith("changed: people were asked about another plan")


@pytest.mark.parametrize(
    ("done", "state", "then"),
    [
        ([runs.done(0)], StepState.DONE, ["TookEffect", "OutcomeKnown"]),
        ([runs.done(5, "no such unit")], StepState.FAILED, ["OutcomeKnown"]),
        ([runs.done(None, error="the link was lost")], StepState.IN_DOUBT, ["Searches", "OutcomeLost", "Refresh"]),
        ([], StepState.IN_DOUBT, ["Searches", "OutcomeLost", "Refresh"]),
        ([runs.never_left("no route")], StepState.FAILED, ["OutcomeKnown"]),
        ([runs.never_left("its claim is over", Unsent.LATE)], StepState.PENDING, ["NotSent"]),
    ],
)
def test_what_the_commands_of_a_step_came_to(done: Sequence[CommandDone], state: StepState, then: list[str]) -> None:
    run = runs.intended()
    after = outcome.taken(run, step_of(run), done, runs.nothing_given, at(9))
    assert after.run.steps[0].state is state
    assert told([after]) == then


def test_what_a_step_gives_is_asked_only_of_one_that_is_done_and_may_make_it_settle() -> None:
    def settles(run: Run, step: object) -> Run:
        return machine.settling(run, "start", "0 of 100", {})

    def never(run: Run, step: object) -> Run:
        raise AssertionError("a step that failed gives nothing")

    run = runs.intended()
    after = outcome.taken(run, step_of(run), [runs.done(0)], settles, at(9))
    assert after.run.steps[0].state is StepState.SETTLING
    assert told([after]) == ["TookEffect", "OutcomeKnown", "Refresh"]
    assert outcome.taken(run, step_of(run), [runs.done(1)], never, at(9)).run.steps[0].state is StepState.FAILED


@pytest.mark.parametrize(
    ("worked_on", "now", "why"),
    [
        (True, 92, None),
        (True, 93, "its commands did not end in time"),
        (False, 3, "the daemon ended between its INTENT and its OUTCOME"),
    ],
)
def test_when_an_outcome_is_taken_for_lost(worked_on: bool, now: float, why: str | None) -> None:
    run = runs.intended()  # INTENT at 2, its command has 60 s, the step 90
    lost = doubt.supervised(run, step_of(run), worked_on, at(now))
    assert (lost.run.steps[0].result if lost is not None else None) == why


def seen(answer: Probe, *, since_s: float = 30, under_way: bool = False) -> doubt.Seen:
    return doubt.Seen(host="ctl2", since=at(since_s), answer=answer, under_way=under_way, arrives_s=0.0)


@pytest.mark.parametrize(
    ("found", "now", "state", "then"),
    [
        (seen(Probe.APPLIED), 40, RunState.RUNNING, ["Searches", "Probed", "TookEffect", "OutcomeKnown"]),
        (seen(Probe.NOT_APPLIED), 40, RunState.PLANNED, ["Searches", "Probed"]),
        (seen(Probe.NOT_APPLIED), 16, RunState.RUNNING, ["Look"]),
        (seen(Probe.NOT_APPLIED, under_way=True), 40, RunState.RUNNING, ["Look"]),
        (
            seen(Probe.APPLIED, under_way=True),
            3,
            RunState.RUNNING,
            ["Searches", "Probed", "TookEffect", "OutcomeKnown"],
        ),
        (seen(Probe.UNKNOWN), 90, RunState.RUNNING, ["Look"]),
        (seen(Probe.UNKNOWN), 91, RunState.IN_DOUBT, ["Look", "Doubted", "Page"]),
    ],
)
def test_what_a_probe_makes_of_a_lost_step(found: doubt.Seen, now: float, state: RunState, then: list[str]) -> None:
    run = runs.lost()
    made = list(doubt.probed(run, step_of(run), found, runs.nothing_given, at(now)))
    assert made[-1].run.state is state
    assert told(made) == then


def test_a_run_in_doubt_looks_on_and_pages_no_second_time() -> None:
    run = machine.probed(runs.lost(), "start", Probe.UNKNOWN, at(91))
    assert told(doubt.probed(run, step_of(run), seen(Probe.UNKNOWN), runs.nothing_given, at(500))) == ["Look"]


def test_a_step_that_only_reads_is_never_in_doubt() -> None:
    run = runs.lost(a_plan_that(Effect.OBSERVE))
    assert told(doubt.probed(run, step_of(run), seen(Probe.UNKNOWN), runs.nothing_given, at(120))) == ["Look"]
    made = list(doubt.probed(run, step_of(run), seen(Probe.UNKNOWN), runs.nothing_given, at(121)))
    assert made[-1].run.steps[0].state is StepState.FAILED
    assert "nothing was changed there" in made[-1].run.steps[0].result
    assert Searches(ends=True) in made[-1].then


def test_a_person_answers_by_name_in_probe_and_audit() -> None:
    run = runs.lost()
    said = doubt.answered(run, step_of(run), Probe.APPLIED, runs.nothing_given, at(40), by="mira", actor="mira")
    assert said.run.steps[0].probe == "mira: applied"
    assert [item.actor for item in said.then if isinstance(item, Entry)] == ["mira", ""]


@pytest.mark.parametrize(
    ("found", "now", "state", "then"),
    [
        (None, 94, StepState.SETTLING, ["Look"]),
        (None, 96, StepState.FAILED, ["Look", "Settled", "Refresh"]),
        (Settled(text="10 of 100", given={"at": 10}), 20, StepState.SETTLING, ["Look"]),
        (Settled(text="20 of 100", given={"at": 20}, stage="copying"), 20, StepState.SETTLING, ["Look"]),
        (
            Settled(text="it applies", given={"at": 99}, stage="applying"),
            20,
            StepState.SETTLING,
            ["Look", "Progressed"],
        ),
        (Settled(text="it joined", done=True), 200, StepState.DONE, ["Look", "Settled", "Refresh"]),
        (Settled(text="it refused", failed=True), 20, StepState.FAILED, ["Look", "Settled", "Refresh"]),
        (Settled(text="it hangs", again=True), 20, StepState.PENDING, ["Look", "Repeated"]),
    ],
)
def test_how_far_a_settling_step_has_come(found: Settled | None, now: float, state: StepState, then: list[str]) -> None:
    run = runs.settling()  # done at 5, its step has 90 s
    made = list(settling.watched(run, step_of(run), found, at(now)))
    assert made[-1].run.steps[0].state is state
    assert told(made) == then


def test_a_settling_step_is_not_done_again_for_ever() -> None:
    run = runs.settling()
    often = replace(run, steps=(replace(run.steps[0], tries=machine.MOST_REPEATS),))
    assert told(settling.watched(often, step_of(run), Settled(text="it hangs", again=True), at(20))) == [
        "Look",
        "Progressed",
    ]


ASKED = Ask("12 write sets are lost for good", Consent(lost=12))


@pytest.mark.parametrize(
    ("why", "state", "then"),
    [
        (Refused("it is not ours"), RunState.FAILED, ["Failed"]),
        (Wait("a backup runs"), RunState.HELD, ["Held", "Refresh"]),
        (ASKED, RunState.HELD, ["Held", "Page", "Refresh"]),
    ],
)
def test_what_an_action_declines_with_ends_or_holds_its_run(why: Declined, state: RunState, then: list[str]) -> None:
    run = runs.running()
    made = list(hold.declined(run, run.steps[0], why, at(5)))
    assert (made[-1].run.state, told(made)) == (state, then)


@pytest.mark.parametrize(
    ("reason", "now", "stored", "then"),
    [
        ("until 03:10: paused", 100, False, ["Refresh"]),
        ("until 03:20: paused", 100, True, ["Refresh"]),
        ("until 03:10: paused", 126, False, ["Page", "Refresh"]),
        ("until 03:10: paused", 4 * 3600 + 6, False, ["Refresh", "Failed"]),
    ],
)
def test_a_run_that_is_held_on(reason: str, now: float, stored: bool, then: list[str]) -> None:
    held = machine.held_for(runs.running(), "until 03:10: paused", at(5))
    made = list(hold.held(held, held.steps[0], reason, at(now)))
    assert (made[0].run is not held) is stored
    assert told(made) == then


def test_figures_that_go_on_are_no_news_of_a_held_run() -> None:
    held = machine.held_for(runs.running(), "2 of 3 answer", at(5), because=("evidence",))
    (still,) = hold.held(held, held.steps[0], "1 of 3 answers", at(100), because=("evidence",))
    assert still.run is held
    (page, _look) = next(hold.held(held, held.steps[0], "1 of 3 answers", at(126), because=("evidence",))).then
    assert isinstance(page, Page)
    assert page.text == "1 of 3 answers", "what people read is as it is now"


def test_the_page_of_a_question_names_what_a_yes_is_bound_to() -> None:
    run = runs.running()
    (made,) = hold.declined(run, run.steps[0], ASKED, at(5))
    (page,) = (item for item in made.then if isinstance(item, Page))
    assert made.run.asks_hash[:12] in page.text
    assert f"remediator runs cancel {run.id} --reason" in page.text


def test_commands_leave_only_with_the_intent_that_they_belong_to() -> None:
    run = runs.running()
    ready = begin.Ready(
        run=run,
        steps=run.plan.steps,
        before={"started_at": "x"},
        marks={"start": {"remediator": "m"}},
        debts={},
        claim=claims.nothing(at(5)),
    )
    (made,) = begin.begun(ready, runs.nothing_given, at(5))
    assert told([made]) == ["StepIntended", "IncidentFollows", "Leave"]
    assert made.run.steps[0].before == {"started_at": "x", "remediator": "m"}
    assert made.run.steps[0].state is StepState.INTENT


def test_a_step_without_a_command_is_done_in_the_same_turn() -> None:
    plan = a_plan()
    run = runs.running(replace(plan, steps=(replace(plan.steps[0], commands=()),)))
    ready = begin.Ready(run=run, steps=run.plan.steps, before={}, marks={}, debts={}, claim=claims.nothing(at(5)))
    made = list(begin.begun(ready, runs.nothing_given, at(5)))
    assert told(made) == ["StepIntended", "IncidentFollows", "TookEffect", "OutcomeKnown"]
    assert made[-1].run.steps[0].state is StepState.DONE
