"""grastate.dat and gvwstate.dat: whole, cut, garbled, stale (tests/integrations/galera/golden/saved)."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.integrations.galera.facts import state_files
from remediator.integrations.galera.facts.state_files import Saved, SavedView, ViewState
from remediator.model.values import Unknown, from_json

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parents[1] / "golden" / "saved"
STATES = sorted(path.stem for path in FOLDER.glob("grastate-*.json"))
VIEWS = sorted(path.stem for path in FOLDER.glob("gvwstate-*.json"))


def golden(case: str) -> dict[str, Any]:
    body = dict(json.loads((FOLDER / f"{case}.json").read_text()))
    assert body["provenance"]["kind"] in ("recorded", "documented")
    return body


def view(case: str = "gvwstate-three") -> SavedView:
    found = state_files.gvwstate(golden(case)["text"])
    assert isinstance(found, SavedView)
    return found


@pytest.mark.parametrize("case", STATES)
def test_each_golden_grastate_is_judged_as_it_says(case: str) -> None:
    body = golden(case)
    wanted = from_json(body["expected"])
    assert state_files.grastate(body["text"]) == (wanted if isinstance(wanted, Unknown) else Saved(**wanted))


@pytest.mark.parametrize("case", VIEWS)
def test_each_golden_gvwstate_is_judged_as_it_says(case: str) -> None:
    body = golden(case)
    wanted = {**body["expected"], "state": ViewState(body["expected"]["state"])}
    if "members" in wanted:
        wanted["members"] = tuple(wanted["members"])
    assert state_files.gvwstate(body["text"]) == SavedView(**wanted)


WHOLE = [case for case in STATES if "unknown" not in golden(case)["expected"]]


@pytest.mark.parametrize("case", WHOLE)
def test_a_cut_grastate_is_unknown_or_says_the_same(case: str) -> None:
    text = golden(case)["text"]
    whole = state_files.grastate(text)
    for end in range(len(text)):
        found = state_files.grastate(text[:end])
        assert isinstance(found, Unknown) or found == whole, text[:end]


@pytest.mark.parametrize("case", VIEWS)
def test_a_cut_gvwstate_is_never_another_view(case: str) -> None:
    text = golden(case)["text"]
    whole = state_files.gvwstate(text)
    for end in range(len(text)):
        found = state_files.gvwstate(text[:end])
        assert found == whole or (isinstance(found, SavedView) and found.state is not ViewState.WHOLE), text[:end]


@given(st.text(max_size=200))
def test_noise_is_neither_a_position_nor_a_view(noise: str) -> None:
    assert isinstance(state_files.grastate(noise), Unknown)
    found = state_files.gvwstate(noise)
    assert isinstance(found, SavedView)
    assert found.state is not ViewState.WHOLE


def test_no_file_is_absent_and_a_file_longer_than_was_read_is_unknown() -> None:
    text = golden("grastate-running")["text"]
    assert state_files.grastate(None) is None
    assert state_files.grastate(text, len(text)) == state_files.grastate(text)
    assert state_files.grastate(text, 5000) == Unknown("grastate_too_long")
    assert state_files.gvwstate(None) == SavedView(state=ViewState.ABSENT)
    assert state_files.gvwstate(golden("gvwstate-three")["text"], 9000) == Unknown("gvwstate_too_long")


def of_each_member() -> list[SavedView]:
    first = view()
    return [dataclasses.replace(first, my_uuid=uuid) for uuid in first.members]


def test_the_files_of_all_members_of_one_view_belong_together() -> None:
    assert state_files.same_view(of_each_member())
    assert state_files.same_view([view("gvwstate-killed-alone")])


@pytest.mark.parametrize("spoil", ["none", "one-missing", "one-twice", "older-view", "other-members", "empty"])
def test_files_that_do_not_belong_together_are_no_common_view(spoil: str) -> None:
    one, two, three = of_each_member()
    views = {
        "none": [],
        "one-missing": [one, two],
        "one-twice": [one, two, two],
        "older-view": [one, two, dataclasses.replace(three, view="x:1")],
        "other-members": [one, two, dataclasses.replace(three, members=three.members[:2])],
        "empty": [one, two, view("gvwstate-empty")],
    }[spoil]
    assert not state_files.same_view(views)
