"""Are we the ones who are cut off, and is the store of now."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.model.content.actions import Risk
from remediator.model.values import Unknown
from remediator.safety.case import Vantage
from tests.unit.safety.cases import a_plan, ask

pytestmark = pytest.mark.unit

YES, NO, CANNOT_TELL = True, False, Unknown("timeout")

REACHED: list[tuple[int, int, dict[str, Any], bool]] = [
    (1, 1, {}, True),
    (1, 0, {}, False),
    (5, 2, {}, False),
    (5, 3, {}, True),
    (4, 2, {}, True),
    (4, 1, {}, False),
    (4, 4, {"a": YES}, True),
    (4, 4, {"a": NO}, False),
    (4, 4, {"a": CANNOT_TELL}, False),
    (4, 4, {"a": YES, "b": NO}, True),
    (4, 4, {"a": YES, "b": CANNOT_TELL}, True),
    (4, 4, {"a": YES, "b": NO, "c": CANNOT_TELL}, False),
    (4, 1, {"a": YES}, False),
    (0, 0, {}, False),
    (0, 0, {"a": YES}, True),
    (0, 0, {"a": NO}, False),
]


@pytest.mark.parametrize(("hosts", "answering", "references", "allowed"), REACHED)
def test_half_of_the_world_must_answer(hosts: int, answering: int, references: dict[str, Any], allowed: bool) -> None:
    vantage = Vantage(hosts=hosts, answering=answering, references=references)
    assert ask("self_vantage", vantage=vantage).allow is allowed


def test_the_refusal_names_the_references_that_do_not_answer() -> None:
    vantage = Vantage(hosts=4, answering=4, references={"gw": NO, "vip": CANNOT_TELL, "ntp": YES})
    assert ask("self_vantage", vantage=vantage).reason == (
        "only 1 of 3 references of `vantage` answer (not gw, vip): it may be me who is cut off"
    )


@pytest.mark.parametrize(
    ("own", "allowed"), [(frozenset({"ctl2"}), True), (frozenset({"ctl1"}), False), (Unknown("x"), False)]
)
def test_without_another_host_only_our_own_is_surely_reached(own: Any, allowed: bool) -> None:
    assert ask("self_vantage", vantage=Vantage(hosts=0, answering=0, references={}), own_hosts=own).allow is allowed


@pytest.mark.parametrize(("risk", "allowed"), [(Risk.R0, True), (Risk.R1, False), (Risk.R2, False), (Risk.R3, False)])
def test_an_old_store_only_reads(risk: Risk, allowed: bool) -> None:
    assert ask("restored", plan=a_plan(risk=risk), restored="old").allow is allowed
    assert ask("restored", plan=a_plan(risk=risk)).allow
