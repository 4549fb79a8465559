"""The fields of a judgement: a mapping like any other, whose names are kept once."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.model import fields
from remediator.model.fields import Fields

pytestmark = pytest.mark.unit


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.none() | st.text(max_size=5), max_size=8))
def test_it_is_the_mapping_that_it_was_made_of(data: dict[str, object]) -> None:
    kept = Fields(data)
    assert kept == data
    assert list(kept.items()) == list(data.items())
    assert kept.get("is not there") is None
    assert ("is not there" in kept) is False


def test_names_are_shared_only_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "_SHAPES", {})
    made = [Fields({f"name-{n}": n}) for n in range(2 * fields.MOST_SHAPES)]
    assert all(each[f"name-{n}"] == n for n, each in enumerate(made))
    assert len(fields._SHAPES) == fields.MOST_SHAPES


def test_it_is_smaller_than_a_dict_of_as_many_fields() -> None:
    data = {f"name-{n}": n for n in range(33)}
    kept = Fields(data)
    assert 2 * (sys.getsizeof(kept) + sys.getsizeof(kept._values)) < sys.getsizeof(data)


def test_a_mapping_that_changes_afterwards_does_not_change_it() -> None:
    data = {"a": 1}
    kept = Fields(data)
    data["a"] = 2
    assert kept["a"] == 1
