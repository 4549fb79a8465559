"""What a yes covers: field by field, never more than was asked, and the same after it was stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.model.content.consent import NOTHING_MORE, Ask, Consent, Reason
from tests.builders.stored import again

pytestmark = pytest.mark.unit

FULL = Consent(
    stops=frozenset({"ctl3", "ctl2"}),
    chosen="ctl1",
    position=2**63 - 1,
    lost=7,
    counted_to="2026-01-05T03:00:00.000Z",
    because=frozenset(
        {Reason(rule="GB-8", facts=("lost:7",)), Reason(rule="GB-9", facts=("missing:ctl2", "members:2"))}
    ),
)
OTHERS: list[dict[str, Any]] = [
    {"stops": frozenset({"ctl2"})},
    {"chosen": None},
    {"position": 2**63},
    {"position": None},
    {"lost": 8},
    {"counted_to": ""},
    {"because": frozenset()},
    {"because": frozenset({Reason(rule="GB-8", facts=("lost:7",))})},
]


def test_it_is_read_back_as_it_was_stored_whatever_size_its_numbers_have() -> None:
    for each in (FULL, NOTHING_MORE, Consent(worded="stop ctl2?"), replace(FULL, position=2**70)):
        assert again(each) == each
        assert again(each).hash == each.hash


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: next(iter(change)))
def test_a_yes_to_one_thing_is_none_to_another(change: dict[str, Any]) -> None:
    other = replace(FULL, **change)
    assert other.hash != FULL.hash
    assert Ask("these words", FULL).covered_by(FULL)
    assert not Ask("these words", FULL).covered_by(other)
    assert not Ask("these words", other).covered_by(FULL)


def test_nobody_has_said_yes_where_nothing_was_given() -> None:
    assert not Ask("", NOTHING_MORE).covered_by(None)
    assert not Ask("", FULL).covered_by(NOTHING_MORE)


def test_a_bare_sentence_covers_itself_alone() -> None:
    assert Ask("lose 7?", FULL).covered_by(Consent(worded="lose 7?"))
    assert not Ask("lose 8?", FULL).covered_by(Consent(worded="lose 7?"))
