"""A grastate.dat that claims another position than its data has: Galera would believe the file, so nothing starts from
it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from remediator.integrations.galera.facts import contradiction
from remediator.integrations.galera.judgement.build_picture import picture
from remediator.integrations.galera.judgement.decision import Procedure, decide, outlook
from remediator.integrations.galera.judgement.member_state import contradicts
from remediator.integrations.galera.steps.read_position import position
from remediator.model import targets
from remediator.model.content.actions import StepInput
from remediator.model.content.declined import Refused
from remediator.model.content.judging import Evidence
from remediator.model.values import Unknown
from tests.builders.declined import built, declines
from tests.integrations.galera.unit import world

pytestmark = pytest.mark.unit

RAISED = 9000
FAILED: dict[str, Any] = {
    "has_unit": True,
    "unit_state": "failed",
    "stopped": True,
    "operator_stopped": False,
    "cause": None,
    "disk_full": False,
    "abs_clock_offset_s": 0.1,
    "quorum_without_me": True,
    "any_donor_or_joiner": False,
    "split": False,
    "bootstrap_left_over": False,
}


def claiming(host: str, seqno: int, **changes: Any) -> Any:
    return world.stopped(host, grastate_text=world.grastate(seqno=seqno), hold=world.held(), **changes)


def held(host: str, **changes: Any) -> Any:
    return world.stopped(host, hold=world.held(), **changes)


def picked(evidence: Evidence, *seqnos: int) -> Any:
    return picture(
        evidence, {host: position(world.read(seqno)) for host, seqno in zip(world.HOSTS, seqnos, strict=True)}
    )


@pytest.mark.parametrize(
    ("claimed", "read", "contradicted"),
    [
        (None, 40, False),
        (40, 40, False),
        (41, 40, True),
        (39, 40, True),
        (40, None, True),
        (40, Unknown("x"), False),
        (Unknown("x"), 40, False),
    ],
)
def test_only_a_claim_that_is_another_one_contradicts(claimed: Any, read: Any, contradicted: bool) -> None:
    assert contradiction.of(claimed, read) is contradicted


# alone, beside a Primary
# ----------------------------------------------------------------------------------------------------


def start(claimed: int, read: int) -> StepInput:
    asked = world.order(
        "ctl3", world.running("ctl1", world.sql(at=9500)), world.running("ctl2", world.sql(at=9500)),
        world.stopped("ctl3", grastate_text=world.grastate(seqno=claimed)),
    )  # fmt: skip
    return dataclasses.replace(
        asked, target=targets.member("galera", "ctl3"), data=FAILED, bound={"position": world.read(read)}
    )


def test_a_stale_volume_with_a_raised_grastate_is_not_started_beside_the_others() -> None:
    with declines(
        Refused, match=r"grastate\.dat of ctl3 says 9000, and its data goes to 40: Galera would believe the file"
    ):
        built(world.ACTIONS["galera.start_member"].when.commands(start(RAISED, 40)))
    with declines(Refused, match="says 30, and its data goes to 40"):
        built(world.ACTIONS["galera.start_member"].when.commands(start(30, 40)))
    for claimed in (-1, 40):
        assert world.asks_first("galera.start_member", start(claimed, 40))


# all down
# -------------------------------------------------------------------------------------------------------------------


def test_with_all_down_it_brings_no_position_and_takes_a_whole_copy_after_a_yes() -> None:
    seen = world.evidence(held("ctl1"), claiming("ctl2", RAISED), held("ctl3"))
    decision = decide(picked(seen, 77, 40, 77))
    assert (decision.procedure, decision.candidate, decision.alone) == (Procedure.BOOTSTRAP, "ctl1", False)
    assert "grastate.dat of ctl2 says 9000, and its data goes to 40" in decision.alone_why
    order = world.order(
        "ctl2",
        held("ctl1"),
        claiming("ctl2", RAISED),
        held("ctl3"),
        bound=world.reads(77, 40, 77),
        mark=world.mark(77),
    )
    told = built(world.ACTIONS["galera.decide"].gives.told(order, ""))  # type: ignore[union-attr]
    assert (told["host"], told["sst"]) == ("ctl1", ["ctl2"])


def test_it_is_never_the_candidate_however_far_its_data_goes() -> None:
    seen = world.evidence(held("ctl1"), claiming("ctl2", RAISED), held("ctl3"))
    decision = decide(picked(seen, 77, 90, 77))
    assert decision.candidate != "ctl2"
    assert "its data goes to 90" in decision.alone_why or "its data goes to 90" in decision.why
    assert decide(picked(seen, 77, RAISED, 77)).candidate == "ctl2", "a claim that its data bears out is one"


def test_where_all_contradict_nobody_is_bootstrapped() -> None:
    seen = world.evidence(*(claiming(host, RAISED) for host in world.HOSTS))
    decision = decide(picked(seen, 77, 77, 77))
    assert (decision.procedure, decision.rule) == (Procedure.PAGE, "GB-6")
    (lone,) = [one for one in picked(seen, 77, 77, 77).members if one.host == "ctl1"]
    assert contradicts(lone)


@pytest.mark.parametrize(("claimed", "read"), [(77, 77), (-1, 77)])
def test_a_clean_stop_of_all_is_as_it_was(claimed: int, read: int) -> None:
    seen = world.evidence(*(claiming(host, claimed) for host in world.HOSTS))
    assert outlook(picture(seen)).procedure is Procedure.BOOTSTRAP
    decision = decide(picked(seen, read, read, read))
    assert (decision.procedure, decision.candidate, decision.alone) == (Procedure.BOOTSTRAP, "ctl1", True)


def test_a_clean_stop_of_two_before_the_last_was_killed_is_as_it_was() -> None:
    """The one that was killed claims no position and has the flag: it can have gone further than those that were
    stopped before it."""
    last = world.stopped("ctl2", grastate_text=world.grastate(seqno=-1, safe=1), hold=world.held())
    seen = world.evidence(claiming("ctl1", 85), last, claiming("ctl3", 90))
    assert outlook(picture(seen)).procedure is Procedure.BOOTSTRAP
    assert decide(picked(seen, 85, 95, 90)).candidate == "ctl2"


# started unchanged, all at once
# ----------------------------------------------------------------------------------------------


def together(host: str, results: dict[str, Any]) -> Any:
    order = world.order(
        host,
        world.stopped("ctl1"),
        world.stopped("ctl2", grastate_text=world.grastate(seqno=RAISED)),
        world.stopped("ctl3"),
        bound=results,
    )
    return built(world.ACTIONS["galera.start_stopped"].when.commands(order))


def test_a_start_of_all_reads_who_claims_a_position_and_leaves_out_who_does_not_have_it() -> None:
    def asked(host: str, seqno: int) -> Any:
        order = world.order(
            host, *(world.stopped(name, grastate_text=world.grastate(seqno=seqno)) for name in world.HOSTS)
        )
        return built(world.ACTIONS["galera.read_saved"].when.commands(order))

    assert asked("ctl2", -1) == ()
    assert [command.argv[3] for command in asked("ctl2", RAISED)] == ["galera-alone", "galera-read-position"]
    for read, started in (
        (world.read(40), 0),
        (world.read(RAISED), 2),
        ({}, 0),
        ({"unknown": True, "reason": "position_cut"}, 0),
    ):
        assert len(together("ctl2", {"positions": {"ctl2": read}})) == started
        assert len(together("ctl1", {"positions": {"ctl2": read}})) == 2
    assert built(world.ACTIONS["galera.read_saved"].gives.told(world.order("ctl1"), "")) == {}  # type: ignore[union-attr]


def test_where_nobody_may_be_started_as_it_is_the_run_says_so() -> None:
    replies = [
        world.running("ctl1"),
        world.stopped("ctl2", grastate_text=world.grastate(seqno=RAISED)),
        world.running("ctl3"),
    ]
    order = world.order("ctl2", *replies, bound={"positions": {"ctl2": world.read(40)}})
    with declines(Refused, match="Galera would believe the file"):
        built(world.ACTIONS["galera.start_stopped"].when.commands(order))
