"""The brakes that a person closes: each is told once, holds until it is closed, and forgets nothing that still
counts."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.model.records.holds import OpenStorm, Rival, Storm
from remediator.mutes.brakes import rivals, storms
from remediator.mutes.transition import ForgetClaims, Page, RenameStore, Transition
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

ALL = OpenStorm(why="3 of 4 hosts of cloud broke at once", until=None)
SOME = OpenStorm(why="2 of 2 hosts of group/control broke at once", until=at(60).wall)
OPENED = {"group/control": SOME, "cloud": ALL}
TOLD = "storm:2026-01-05T03:00:00.000Z"
STANDING = Storm(latched="since then: x", counted=frozenset({"inc-1", "inc-2"}), closed_at=at(-9), told=TOLD)


def said(transition: Transition) -> list[tuple[str, str, dict[str, Any]]]:
    return [(entry.kind, entry.actor, dict(entry.body())) for entry in transition.entries]


def pages(transition: Transition) -> list[Page]:
    return [wish for wish in transition.wishes if isinstance(wish, Page)]


# the storm breaker ----------------------------------------------------------------------------------------------------


def test_a_storm_that_begins_latches_r3_and_is_told_once() -> None:
    begun = storms.watched(Storm(), (), OPENED, "", at(0))
    (kept,), (page,) = begun.kept, pages(begun)
    assert isinstance(kept, Storm)
    assert kept.latched is not None
    assert kept.latched.endswith(ALL.why), "the first scope by its name"
    assert kept.told == page.key.text
    assert page.text.startswith(f"{ALL.why}\n")
    assert "when the count falls" in page.text
    assert [kind for kind, _, _ in said(begun)] == ["storm_opened", "storm_opened"]
    assert storms.watched(kept, OPENED, OPENED, "", at(5)) == Transition()


def test_a_page_says_when_the_breaker_closes_if_that_is_known() -> None:
    (page,) = pages(storms.watched(Storm(), (), {"group/control": SOME}, "", at(0)))
    assert "if nothing more breaks" in page.text


def test_a_scope_that_opens_later_is_written_and_not_told_again() -> None:
    more = storms.watched(STANDING, {"cloud"}, OPENED, "", at(5))
    assert said(more) == [("storm_opened", "remediator", {"scope": "group/control", "why": SOME.why})]
    assert (more.kept, more.wishes) == ((), ())


def test_a_storm_that_begins_again_keeps_the_latch_of_the_first() -> None:
    again = storms.watched(Storm(latched="since then: x"), (), OPENED, "", at(5))
    (kept,) = again.kept
    assert isinstance(kept, Storm)
    assert kept.latched == "since then: x"
    assert len(pages(again)) == 1


@pytest.mark.parametrize(
    ("latched", "closed_by", "expected"),
    [
        ("since then: x", "", "R1 and R2 go on. R3 still waits for: remediator brakes close storm --reason TEXT"),
        (None, "mira closed it: looked", "mira closed it: looked\nR1 and R2 go on. R3 goes on as well."),
    ],
)
def test_the_end_is_told_once_with_what_still_waits(latched: str | None, closed_by: str, expected: str) -> None:
    over = storms.watched(Storm(latched=latched, told=TOLD), {"cloud"}, {}, closed_by, at(9))
    (page,) = pages(over)
    assert (page.text, page.key.text) == (expected, f"{TOLD}:over")
    assert over.kept == (Storm(latched=latched),), "an end latches nothing and takes no latch away"
    assert said(over) == [("storm_closed", "remediator", {"scope": "cloud"})]
    assert storms.watched(Storm(latched=latched), (), {}, "", at(9)) == Transition()


def test_what_was_counted_counts_until_it_is_over() -> None:
    (kept,) = storms.counted(STANDING, frozenset({"inc-3"}), {"inc-2", "inc-3"}).kept
    assert isinstance(kept, Storm)
    assert kept.counted == {"inc-2", "inc-3"}
    assert storms.counted(STANDING, frozenset({"inc-1"}), {"inc-1", "inc-2"}) == Transition()


def test_who_closes_the_storm_breaker_closes_what_it_has_counted() -> None:
    closed = storms.closed(STANDING, "mira", "looked", at(7))
    assert closed.kept == (Storm(closed_at=at(7), told=TOLD),), "its end is still to be told"
    assert said(closed) == [("brake_closed", "mira", {"was": "since then: x", "reason": "looked"})]


# another remediator ---------------------------------------------------------------------------------------------------


def test_another_remediator_holds_and_is_told_once() -> None:
    seen = rivals.seen(Rival(closed_at=at(-5)), "a claim of another", "run-1", at(0))
    (kept,), (page,), (entry,) = seen.kept, pages(seen), seen.entries
    assert isinstance(kept, Rival)
    assert kept.open is not None
    assert kept.open.endswith(": a claim of another")
    assert kept.closed_at == at(-5), "what a person has closed before stays closed"
    assert page.text.startswith("a claim of another\n")
    assert said(seen) == [("rival_seen", "remediator", {"why": "a claim of another", "for": "run-1"})]
    log = entry.log()
    assert log is not None
    assert log.level == "error"
    assert rivals.seen(kept, "another claim", "run-2", at(5)) == Transition()


def test_who_closes_the_brake_forgets_claims_and_gives_the_store_another_id() -> None:
    closed = rivals.closed(Rival(open="since then: a claim"), "root", "it is gone", at(3))
    assert closed.kept == (Rival(open=None, closed_at=at(3)),)
    assert closed.wishes == (ForgetClaims(), RenameStore(actor="root"))
    assert said(closed) == [
        ("brake_closed", "root", {"brake": "rival", "was": "since then: a claim", "reason": "it is gone"})
    ]
