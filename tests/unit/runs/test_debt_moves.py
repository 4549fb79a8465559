"""What is written and told when a debt moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.model.content.commands import Command
from remediator.model.records.pager_keys import PageKind
from remediator.model.records.records import Debt, DebtState
from remediator.runs.debts import debts, moves
from remediator.runs.debts.moves import Owing, Settled
from tests.builders import runs
from tests.builders.debts import CLEAR, a_debt
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit


def test_a_step_owes_what_it_leaves_behind_in_the_name_of_its_run() -> None:
    run, debt = runs.intended(), a_debt()
    moved = moves.owed(run, debt, [])
    assert (moved.debt, moved.page) == (debt, None)
    assert isinstance(moved.said, Owing)
    assert (moved.said.run, moved.said.entry.kind, moved.said.entry.actor) == (run, "debt", "")
    body = moved.said.entry.body()
    assert (body["debt"], body["step"], body["what"], body["host"]) == ("debt-1", "start", "the mark", debt.host)
    assert body["undo"] == [CLEAR.to_json()]


def test_the_same_state_of_the_same_host_is_one_debt_of_the_newest_run() -> None:
    before = a_debt()
    moved = moves.owed(runs.intended(), a_debt("debt-2", run="run-2"), [before])
    assert (moved.debt.id, moved.debt.run) == ("debt-1", "run-2")
    assert isinstance(moved.said, Owing)
    assert moved.said.entry.body()["debt"] == "debt-1"
    elsewhere = replace(before, host="ctl9")
    assert moves.owed(runs.intended(), a_debt("debt-2", run="run-2"), [elsewhere]).debt.id == "debt-2"


def test_that_a_step_took_effect_and_that_a_release_began_change_the_record_alone() -> None:
    debt = a_debt()
    assert moves.took_effect(debt) == moves.DebtMoved(debt=replace(debt, applied=True))
    assert moves.release_began(debt, "run-9") == moves.DebtMoved(debt=debts.releasing(debt, "run-9"))


@pytest.mark.parametrize(
    ("state", "kind", "told"),
    [
        (DebtState.RELEASED, "debt_released", False),
        (DebtState.OPEN, "debt_open", False),
        (DebtState.REPORTED, "debt_reported", True),
    ],
)
def test_what_is_said_of_a_debt_that_is_settled(state: DebtState, kind: str, told: bool) -> None:
    debt = a_debt(state=state, reason="why", release="run-9")
    moved = moves.settled(debt)
    assert isinstance(moved.said, Settled)
    assert (moved.said.kind, moved.said.actor) == (kind, "janitor")
    assert moved.said.body() == {
        "debt": "debt-1",
        "what": "the mark",
        "host": debt.host,
        "target": debt.target.text,
        "release": "run-9",
        "reason": "why",
    }
    assert (moved.page is not None) is told


def test_a_page_names_the_commands_that_a_person_needs() -> None:
    more = Command(host="ctl1", argv=("mark", "clear", "second"), timeout_s=10.0)
    debt: Debt = a_debt(state=DebtState.REPORTED, reason="somebody else changed it")
    debt = replace(debt, undo=replace(debt.undo, commands=(CLEAR, more)))
    page = moves.settled(debt).page
    assert page is not None
    assert page.key.text.startswith("debt-1:")
    assert page.subject == f"{debt.target}: the mark on {debt.host} is left to you"
    assert page.text == (
        f"somebody else changed it\ndebt-1 of run-1 on {debt.target}; by hand:\n"
        f"{CLEAR.host}: mark clear first\nctl1: mark clear second\nremediator runs show run-1"
    )


def test_what_is_overdue_is_told_with_what_it_waits_for() -> None:
    page = moves.overdue(a_debt(), "run-1 has not ended, it is held")
    assert page.key.kind is PageKind.OVERDUE
    assert "It should have been undone: run-1 has not ended, it is held\n" in page.text
    assert "once that is over, by hand:" in page.text


def test_a_debt_that_is_settled_says_nothing_of_time() -> None:
    debt = debts.after_release(a_debt(), runs.planned(), at(60))
    assert moves.settled(debt).debt is debt
