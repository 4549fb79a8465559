"""Letting the members of a lost cluster stand still: who is held as it runs, who is stopped, and by whose yes."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations.galera.actions import hold as holding
from remediator.integrations.galera.steps import scripts
from remediator.model.content.actions import AtTurn
from remediator.model.content.consent import NOTHING_MORE, Ask, Consent
from remediator.model.content.declined import Refused, Wait
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.builders.asked import settling
from tests.builders.declined import built, consent_to, declines
from tests.integrations.galera.unit import world
from tests.integrations.galera.unit.world import LONG, MARK, OUTSIDE, WELL, argvs, between, judged, lone, looks, order
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit


# the hold
# ---------------------------------------------------------------------------------------------------------------------


def test_one_that_looks_is_held_as_it_runs_and_any_other_must_be_stopped() -> None:
    replies = [looks("ctl1"), between("ctl2"), world.running("ctl3", Unknown("sql_timeout"))]
    for host, how in (("ctl1", "running"), ("ctl2", "running"), ("ctl3", "stopped")):
        assert argvs("galera.hold", order(host, *replies)) == [(host, scripts.HOLD.argv(MARK, "docker", how))]


def test_only_one_that_still_runs_is_waited_for() -> None:
    hold = world.ACTIONS["galera.hold"]
    assert hold.gives is not None
    begins = settling(hold).begins
    assert begins is not None
    assert begins(built(hold.gives.told(order(), "held: stopped\n"))) is False
    for output in ("held: running\n", "", "not held: stopped\n"):
        assert begins(built(hold.gives.told(order(), output))) is True


@pytest.mark.parametrize(
    ("reply", "done", "failed", "words"),
    [
        (looks("ctl1"), False, False, "still runs"),
        (between("ctl1"), False, False, "still runs"),
        (world.stopped("ctl1", unit=make.STOPPED), True, False, "has ended"),
        (world.stopped("ctl1"), True, False, "has ended"),
        (world.running("ctl1"), False, True, "is Primary by now"),
        (world.running("ctl1", world.sql("non-Primary", "Initialized")), True, False, "answers from a non-Primary"),
        (world.running("ctl1", Unknown("sql_timeout")), False, False, "still runs"),
        (world.stranded("ctl1"), True, False, "waits in vain"),
    ],
)
def test_it_is_waited_for_until_it_gives_up_and_left_to_a_component_that_it_finds(
    reply: HostReply, done: bool, failed: bool, words: str
) -> None:
    found = holding.held(order("ctl1", reply, world.stopped("ctl2"), world.stopped("ctl3")), {})
    assert (found.done, found.failed) == (done, failed)
    assert words in found.text


# one that answers
# ---------------------------------------------------------------------------------------------------------------


def test_beside_one_that_answers_a_bootstrap_is_proposed_once_ten_minutes_have_passed_in_vain() -> None:
    """GB-3 knows all live and all stopped: whoever answers has to be stopped first, and a person is told so."""
    data = judged(looks("ctl1", **LONG), between("ctl2", **LONG), lone(), mark=WELL)
    assert (data["procedure"], data["rule"]) == ("bootstrap", "GB-4")
    assert "stop ctl3, running outside of a Primary component" in data["why"]
    young = judged(looks("ctl1"), between("ctl2"), lone(), mark=WELL)
    assert (young["procedure"], young["rule"]) == ("wait", "GB-3")
    assert "ctl1, ctl2 was started and looks for a Primary component" in young["why"]


@pytest.mark.parametrize(
    "answer",
    [
        world.sql(),
        world.sql("non-Primary", "Joining: receiving State Transfer"),
        world.sql("non-Primary", "something new"),
        Unknown("sql_timeout"),
        Unknown("sql_denied"),
    ],
)
def test_who_may_be_primary_or_in_a_transfer_is_not_to_be_stopped(answer: Any) -> None:
    assert (
        judged(looks("ctl1", **LONG), between("ctl2", **LONG), lone(answer=answer), mark=WELL)["procedure"]
        != "bootstrap"
    )


def stop(host: str, *replies: HostReply, **more: Any) -> list[tuple[str, tuple[str, ...]]]:
    return argvs("galera.stop", order(host, *replies, **more))


def test_it_is_stopped_after_a_yes_and_nobody_else_is() -> None:
    replies = [world.stopped("ctl1"), world.stopped("ctl2"), lone()]
    assert stop("ctl1", *replies) == []
    with declines(Ask) as asked:
        built(stop("ctl3", *replies))
    assert str(asked.value) == "stop ctl3, running outside of a Primary component"
    assert stop("ctl3", *replies, consent=consent_to(asked)) == [("ctl3", scripts.STOP.argv(MARK, "docker"))]
    assert consent_to(asked) == Consent(stops=frozenset({"ctl3"}))
    assert stop("ctl3", *replies, consent=Consent(worded=str(asked.value))) != []
    for other in (Consent(stops=frozenset({"ctl1"})), Consent(worded=str(asked.value).replace("ctl3", "ctl1"))):
        with declines(Ask):
            built(stop("ctl3", *replies, consent=other))


def test_a_stranded_member_is_held_as_it_runs_and_stopped_after_a_yes() -> None:
    """It answers nobody and does not give up: its log is asked once more on its host, in that moment."""
    replies = [world.stopped("ctl1"), world.stranded("ctl2"), lone()]
    assert argvs("galera.hold", order("ctl2", *replies)) == [("ctl2", scripts.HOLD.argv(MARK, "docker", "running"))]
    both = {"holds": {"ctl2": {"stopped": False}, "ctl3": {"stopped": False}}}
    with declines(Ask, match="stop ctl2, ctl3, running outside of a Primary component"):
        built(stop("ctl2", *replies, bound=both))
    proposed = proposal(world.stranded("ctl1"), world.stranded("ctl2"), lone())
    assert proposed is not None
    everybody = {"holds": {"ctl1": {"stopped": False}, **both["holds"]}}
    assert stop("ctl2", *replies, bound=everybody, approved=True, covers=proposed.consent) == [
        ("ctl2", scripts.STOP.argv(MARK, "docker"))
    ]


def test_a_yes_to_the_plan_covers_the_stops_that_were_shown_and_no_other() -> None:
    """A member that came up between the proposal and the hold is asked about, whatever was approved."""
    proposed = proposal(looks("ctl1", **LONG), lone("ctl2"), lone("ctl3"))
    assert proposed == Ask("stop ctl2, ctl3, running outside of a Primary component", consent("ctl2", "ctl3"))
    replies = [world.stopped("ctl1"), lone("ctl2"), lone("ctl3")]
    both = {"holds": {"ctl1": {"stopped": True}, "ctl2": {"stopped": False}, "ctl3": {"stopped": False}}}
    for host in ("ctl2", "ctl3"):
        assert stop(host, *replies, bound=both, approved=True, covers=proposed.consent) != []
    fewer = proposal(looks("ctl1", **LONG), between("ctl2", **LONG), lone())
    assert fewer is not None
    for covers in (NOTHING_MORE, fewer.consent, consent("ctl1", "ctl2", "ctl3")):
        with declines(Ask, match="stop ctl2, ctl3, running outside"):
            built(stop("ctl2", *replies, bound=both, approved=True, covers=covers))


def test_a_proposal_that_stops_nobody_asks_for_nothing_more() -> None:
    assert proposal(*[world.stopped(host) for host in world.HOSTS]) is None
    when = world.ACTIONS["galera.stop"].when
    assert isinstance(when, AtTurn)
    asks = when.asks_beforehand
    assert asks is not None
    assert asks({"stops": Unknown("timeout:galera")}) is None
    assert asks({}) is None


def proposal(*replies: HostReply) -> Ask | None:
    """Return what the approver of the plan is asked as well, by the judgement of `replies`."""
    when = world.ACTIONS["galera.stop"].when
    assert isinstance(when, AtTurn)
    asks = when.asks_beforehand
    assert asks is not None
    return asks(judged(*replies, mark=WELL))


def consent(*stops: str) -> Consent:
    return Consent(stops=frozenset(stops))


@pytest.mark.parametrize("answer", [world.sql(), Unknown("sql_timeout"), Unknown("sql_refused")])
def test_one_that_is_not_proven_outside_is_not_stopped(answer: Any) -> None:
    replies = [world.stopped("ctl1"), world.stopped("ctl2"), lone(answer=answer)]
    with declines(Refused, match="is not proven to be outside of a Primary component"):
        built(stop("ctl3", *replies, approved=True))


def test_nobody_is_stopped_by_what_it_said_long_ago() -> None:
    old = world.running("ctl3", OUTSIDE, asked_s=3580.0, **world.started(3000.0, 3580.0))
    with declines(Wait, match="is asked again"):
        built(stop("ctl3", world.stopped("ctl1"), world.stopped("ctl2"), old, approved=True))
