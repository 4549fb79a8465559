"""A section is read once, and whatever its parser does costs that section alone."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.collect import parsing
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import Reach
from remediator.model.values import Unknown
from remediator.reach.interface import RawReply
from tests.builders.replies import Said, kind

pytestmark = pytest.mark.unit

LINE = b'x {"v": 1, "boot_id": "b", "clock": 1.0, "took": 0.1, "sections": {"odd": {"data": [], "took": 0.1}, "a": {"data": 7, "took": 0.1}}}\n'  # noqa: E501


def odd(parse: Any) -> SectionKind[Said]:
    return SectionKind(name="odd", facts=Said, parse=parse)


def raising(error: BaseException) -> Any:
    def parse(said: Any) -> Said:
        raise error

    return parse


@pytest.mark.parametrize(
    "error",
    [
        KeyError("x"),
        RecursionError("deep"),
        MemoryError(),
        OverflowError("far"),
        AssertionError("\ud800 half"),
        StopIteration(),
    ],
    ids=repr,
)
def test_a_parser_that_raises_makes_its_own_section_unknown_and_no_other(error: Exception) -> None:
    raw = RawReply(reach=Reach.OK, stdout=LINE, exit_code=0)
    found = parsing.parse(raw, "ctl1", "x", [odd(raising(error)), kind("a")])
    assert found.reach is Reach.OK
    why = found.sections["odd"].data
    assert isinstance(why, Unknown)
    assert why.reason.startswith(f"error:odd: {type(error).__name__}: ")
    why.reason.encode()
    assert found.sections["a"].data == Said(7)


@pytest.mark.parametrize("given", [{}, [], None, 7, "text"], ids=repr)
def test_a_parser_that_gives_no_facts_makes_its_section_unknown(given: Any) -> None:
    found = odd(lambda said: given).facts_in({"a": 1})
    assert found == Unknown(f"error:odd: its parser gave {type(given).__name__}, not Said")


def test_what_nobody_said_is_not_parsed() -> None:
    assert odd(raising(AssertionError())).facts_in(Unknown("timeout:odd")) == Unknown("timeout:odd")


def test_a_parser_may_say_itself_that_nothing_is_known() -> None:
    assert odd(lambda said: Unknown("error:odd: of a release of before")).facts_in(1).reason.endswith("before")  # type: ignore[union-attr]


def test_an_end_of_the_process_is_no_mistake_of_a_parser() -> None:
    with pytest.raises(SystemExit):
        odd(raising(SystemExit())).facts_in(1)
