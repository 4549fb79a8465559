"""A reply gives the facts of its sections, or the reason why there are none, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.model.messages.replies import HostReply, Reach, Section
from remediator.model.values import Unknown
from tests.builders.replies import Said, kind
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

A = kind("a")
KNOWN = Said("abc")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (make.reply(b=Said(1)), "not_collected:a"),
        (make.reply(a=Unknown("timeout:a")), "timeout:a"),
        (make.reply(reach=Reach.UNREACHABLE, a=KNOWN), "host_unreachable"),
    ],
)
def test_what_is_not_known_is_its_reason(reply: HostReply, why: str) -> None:
    assert reply.facts(A) == reply.section("a") == Unknown(why)


def test_the_facts_of_a_section_are_the_ones_that_came_with_it() -> None:
    reply = make.reply(a=KNOWN)
    assert reply.facts(A) is reply.section("a") is KNOWN


def test_a_section_that_was_fetched_beside_the_round_trip_counts_also_when_the_host_is_silent() -> None:
    reply = make.reply(reach=Reach.UNREACHABLE, a=KNOWN)
    assert (reply.beside(A), reply.beside(kind("b"))) == (KNOWN, Unknown("not_collected:b"))


def test_facts_of_another_kind_are_a_defect_and_not_a_value() -> None:
    with pytest.raises(TypeError, match="section host holds HostFacts, not Said"):
        make.reply(host=make.host()).facts(kind("host"))


@pytest.mark.parametrize("raw", [{}, {"a": 1}, [], "text", 7, None, True], ids=repr)
def test_what_a_host_said_is_no_section(raw: Any) -> None:
    with pytest.raises(TypeError, match="the record that its kind names"):
        Section(data=raw)


def test_whether_a_section_is_known_does_not_depend_on_its_worth() -> None:
    assert Section(data=Said(None)).known
    assert not Section(data=Unknown("timeout:a")).known
