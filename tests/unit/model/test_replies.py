"""What a parser makes of a section is made once, and lives as long as the section."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from remediator.model.replies import HostReply, Reach, Section
from remediator.model.values import Unknown
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit


class Words:
    """A parsed form that can be watched."""

    def __init__(self, data: Any) -> None:
        self.data = data


def length(data: Any) -> int | Unknown:
    return data if isinstance(data, Unknown) else len(data)


def test_it_is_parsed_once_and_by_each_parser_for_itself() -> None:
    section = Section(data="abc")
    assert section.read(Words) is section.read(Words)
    assert (section.read(Words).data, section.read(length)) == ("abc", 3)


def test_every_view_of_a_reply_shares_what_was_parsed() -> None:
    section = Section(data="abc")
    first, second = (
        HostReply(host="ctl1", asked_at=make.at(0), received_at=make.at(1), reach=Reach.OK, sections={"a": section})
        for _ in range(2)
    )
    assert first.read("a", Words) is second.read("a", Words)


def test_it_ends_with_the_section() -> None:
    section = Section(data="abc")
    parsed = weakref.ref(section.read(Words))
    assert parsed() is not None
    del section
    gc.collect()
    assert parsed() is None


def test_parsing_does_not_make_two_sections_different() -> None:
    read, unread = Section(data="abc"), Section(data="abc")
    read.read(length)
    assert read == unread
    assert repr(read) == repr(unread)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (make.reply(b=1), "not_collected:a"),
        (make.reply(a=Unknown("timeout:a")), "timeout:a"),
        (make.reply(reach=Reach.UNREACHABLE, a="abc"), "host_unreachable"),
    ],
)
def test_what_is_not_known_is_parsed_as_its_reason(reply: HostReply, why: str) -> None:
    assert reply.read("a", length) == Unknown(why)
