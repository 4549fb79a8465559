"""Transitions of a debt: when it is due, what becomes of it, and what never does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.model import targets
from remediator.model.content.actions import Probe
from remediator.model.content.declined import Refused
from remediator.model.messages.replies import CommandDone
from remediator.model.records.records import Debt, DebtState, Run, RunState, StepState
from remediator.runs import machine
from remediator.runs.debts import debts
from remediator.safety.case import units_of
from tests.builders.debts import CLEAR, ORDER, a_debt, creating, spec
from tests.builders.declined import built, declines
from tests.builders.stored import again
from tests.unit.safety.cases import KINDS, TARGET, a_plan, at

pytestmark = pytest.mark.unit


def release(debt: Debt, *done: CommandDone) -> Run:
    """Return the release of `debt` after its commands came back."""
    run = machine.planned("run-9", debts.plan_of(debt, "c"), None, "janitor", at(20))
    run = machine.intent(replace(run, state=RunState.RUNNING), debts.STEP, {}, at(20))
    return machine.outcome(run, debts.STEP, done, 1, at(21))


def came_back(code: int | None, error: str = "") -> CommandDone:
    return CommandDone(argv=CLEAR.argv, exit_code=code, output="", took_s=0.1, error=error)


def ended(run: Run) -> Run:
    step = machine.current(run)
    if step is not None and step.state is StepState.FAILED:
        return machine.ended(run, RunState.FAILED, step.result, at(22))
    return machine.ended(run, *debts.ending(step), at(22))


# the debt itself --------------------------------------------------------------------------------------------------


def test_it_has_its_owner_its_end_its_mark_and_its_exact_undo() -> None:
    debt = a_debt()
    assert (debt.run, debt.step, debt.host) == ("run-1", "start", TARGET.host)
    assert debt.expires_at == at(610)
    assert debt.mark == {"started_at": "a", "run": "run-1", "step": "start"}
    assert debt.undo.commands == (CLEAR,)
    assert debt.undo.risk is a_plan().risk


def test_without_an_undo_there_is_no_debt_and_so_no_step() -> None:
    with declines(Refused, match="names no command that undoes it"):
        built(debts.owed("debt-1", creating(), a_plan().steps[0], spec(), ORDER, {}, at(0)))


def test_where_the_undo_is_refused_there_is_no_debt_either() -> None:
    refused = replace(spec(CLEAR), undo=lambda _order: Refused("nothing clears it"))
    assert debts.owed("debt-1", creating(), a_plan().steps[0], refused, ORDER, {}, at(0)) == Refused(
        "nothing clears it"
    )


def test_a_stored_debt_is_the_debt() -> None:
    debt = a_debt(applied=True, release="run-9", tries=2, tried_at=at(30), reason="why", state=DebtState.REPORTED)
    assert again(debt) == debt


def test_the_plan_of_a_release_is_recognised_and_is_no_rules_cure() -> None:
    plan = debts.plan_of(a_debt(), "c")
    assert plan.rule is None
    assert plan.touches == (TARGET.host,)
    assert debts.is_release(release(a_debt()))
    assert not debts.is_release(creating())


# when it is due ---------------------------------------------------------------------------------------------------


def test_a_debt_of_a_live_run_is_never_due_not_even_when_it_is_overdue() -> None:
    debt = a_debt()
    assert debts.overdue(debt, at(611))
    assert not debts.overdue(debt, at(609))
    assert debts.due([debt], {"run-1"}) == ()
    assert debts.due([debt], set()) == (debt,)


def test_of_each_run_only_the_last_one_of_a_host_is_due() -> None:
    first, second, other = a_debt("debt-1"), a_debt("debt-2"), a_debt("debt-3", "run-2")
    assert debts.due([first, second, other], set()) == (second, other)


def test_what_one_host_owes_does_not_wait_for_another() -> None:
    first, second = a_debt("debt-1"), replace(a_debt("debt-2"), host="ctl9")
    assert debts.due([first, second], set()) == (first, second)


def test_a_release_touches_the_host_of_its_command_and_no_other() -> None:
    debt = a_debt()
    (host,) = {command.host for command in debt.undo.commands}
    wide = replace(debt, target=targets.cluster("relay", (host, "ctl8", "ctl9")))
    plan = debts.plan_of(wide, "1")
    assert plan.touches == (host,)
    assert units_of(plan, KINDS) == (f"container/{host}/relayd",)
    assert replace(plan, runbook="other").touches == tuple(sorted((host, "ctl8", "ctl9")))


def test_the_earlier_waits_while_the_later_is_being_released_and_not_once_it_is_over() -> None:
    first, second = a_debt("debt-1"), debts.releasing(a_debt("debt-2"), "run-9")
    assert debts.due([first, second], {"run-9"}) == ()
    for state in (DebtState.RELEASED, DebtState.REPORTED):
        assert debts.due([first, replace(second, state=state)], set()) == (first,)


def test_a_release_that_is_nowhere_does_not_keep_a_debt_for_ever() -> None:
    lost = debts.releasing(a_debt(), "run-9")
    assert debts.due([lost], set()) == (lost,)


# what becomes of it -----------------------------------------------------------------------------------------------


def test_done_is_released() -> None:
    debt = debts.releasing(a_debt(), "run-9")
    after = debts.after_release(debt, ended(release(debt, came_back(0))), at(22))
    assert after.state is DebtState.RELEASED
    assert not after.open


def test_a_failed_undo_is_tried_again_after_a_while_and_handed_over_in_the_end() -> None:
    debt = a_debt()
    for tries in range(1, debts.MOST_TRIES + 1):
        assert debt.state is DebtState.OPEN
        debt = debts.after_release(debts.releasing(debt, "run-9"), ended(release(debt, came_back(1, "no"))), at(22))
        assert debt.tries == tries
    assert debt.state is DebtState.REPORTED
    assert "failed 3 times" in debt.reason


def test_what_never_left_is_no_try_but_waits_as_well() -> None:
    debt = debts.releasing(a_debt(tries=debts.MOST_TRIES - 1), "run-9")
    after = debts.after_release(debt, ended(release(debt, CommandDone.never_left(CLEAR.argv, "paused"))), at(22))
    assert (after.state, after.tries) == (DebtState.OPEN, debts.MOST_TRIES - 1)
    assert debts.too_early(after, at(22 + debts.RETRY_S - 1)) is not None
    assert debts.too_early(after, at(22 + debts.RETRY_S)) is None


def test_what_did_not_arrive_ends_its_run_and_is_never_sent_again_by_it() -> None:
    debt = debts.releasing(a_debt(), "run-9")
    run = machine.probed(release(debt, came_back(None, "lost")), debts.STEP, Probe.NOT_APPLIED, at(40))
    after = debts.after_release(debt, ended(run), at(41))
    assert (after.state, after.tries) == (DebtState.OPEN, 1)


def test_a_release_that_a_person_ended_is_left_to_people() -> None:
    debt = debts.releasing(a_debt(), "run-9")
    run = machine.ended(release(debt), RunState.CANCELLED, "leave it", at(22))
    after = debts.after_release(debt, run, at(22))
    assert after.state is DebtState.REPORTED
    assert "leave it" in after.reason


@pytest.mark.parametrize(("applied", "state"), [(True, DebtState.REPORTED), (False, DebtState.RELEASED)])
def test_not_ours_is_reported_only_when_it_had_been_ours(applied: bool, state: DebtState) -> None:
    debt = debts.applied(a_debt()) if applied else a_debt()
    assert debts.not_ours(debt).state is state


def test_the_same_set_twice_is_one_debt_with_the_mark_from_before_it_was_set() -> None:
    first = debts.applied(a_debt())
    second = a_debt("debt-2", "run-2", mark={"started_at": "b"}, expires_at=at(900))
    assert debts.same(first, second)
    after = debts.taken_over(first, second)
    assert (after.id, after.run, after.mark, after.expires_at) == ("debt-1", "run-2", first.mark, at(900))
    assert debts.taken_over(a_debt(), second).mark == second.mark, (
        "nothing was set yet: the newer mark is the right one"
    )


def test_another_host_or_another_undo_is_another_debt() -> None:
    debt = a_debt()
    undo = replace(debt.undo, commands=(replace(CLEAR, argv=("mark", "clear", "second")),))
    assert not debts.same(debt, replace(debt, host="ctl3"))
    assert not debts.same(debt, replace(debt, undo=undo))
