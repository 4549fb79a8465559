"""Marks beside the tests decide what a run takes.

Every test is in a part. What a run leaves out is named, and a test that passed is not run again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.rings import selection

pytestmark = pytest.mark.unit


@dataclass
class Item:
    """What a selection reads of a collected test."""

    name: str
    ring: str = "lab"
    marks: tuple[pytest.Mark, ...] = ()
    added: list[str] = field(default_factory=list)

    @property
    def nodeid(self) -> str:
        return f"tests/{self.ring}/test_it.py::{self.name}"

    @property
    def path(self) -> Path:
        return selection.HERE / self.ring / "test_it.py"

    def add_marker(self, name: str) -> None:
        self.added.append(name)

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        known = {mark.name: mark for mark in self.marks}
        return getattr(pytest.mark, name).mark if name in self.added else known.get(name)


CONTAINER = pytest.mark.part("container").mark
LONG = pytest.mark.full("it waits ten minutes").mark


def chosen(*items: Item, **environment: str) -> list[str]:
    config = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=lambda items: None))
    left = cast("list[Any]", list(items))
    selection.select(cast(Any, config), left, environment)
    return [each.name for each in left]


def test_without_a_choice_everything_is_taken_and_belongs_to_its_ring() -> None:
    short, unit = Item("short", marks=(CONTAINER, LONG)), Item("unit", ring="unit")
    assert chosen(short, unit) == ["short", "unit"]
    assert (short.added, unit.added) == (["lab"], ["unit"])


def test_the_budget_leaves_what_is_marked_and_writes_its_name_and_reason(tmp_path: Path) -> None:
    record = tmp_path / "left"
    items = Item("short", marks=(CONTAINER,)), Item("long", marks=(CONTAINER, LONG)), Item("unit", ring="unit")
    assert chosen(*items, REMEDIATOR_CHOICE="budget", REMEDIATOR_RECORD=str(record)) == ["short", "unit"]
    left = {"test": "tests/lab/test_it.py::long", "part": "container", "why": "it waits ten minutes"}
    assert list(selection.records(record)) == [left]


def test_a_part_has_its_short_tests_and_its_long_ones_and_no_other_ones() -> None:
    gate = pytest.mark.part("gate").mark
    items = Item("short", marks=(CONTAINER,)), Item("long", marks=(CONTAINER, LONG)), Item("other", marks=(gate,))
    assert chosen(*items, REMEDIATOR_CHOICE="container") == ["short", "long"]


def test_what_passed_is_not_run_again_and_what_failed_since_is(tmp_path: Path) -> None:
    record = tmp_path / "results"
    rows = [("well", "passed"), ("bad", "failed"), ("torn", "passed"), ("torn", "failed"), ("late", "skipped")]
    record.write_text(
        "".join(json.dumps({"test": Item(name).nodeid, "outcome": outcome}) + "\n" for name, outcome in rows)
        + '{"test": "tests/lab/test_it.py::new", "outc'  # killed while it wrote
    )
    items = [Item(name, marks=(CONTAINER,)) for name in ("well", "bad", "torn", "late", "new")]
    taken = chosen(*items, REMEDIATOR_CHOICE="container", REMEDIATOR_RECORD=str(record))
    assert taken == ["bad", "torn", "late", "new"]


def test_a_host_has_its_own_tests() -> None:
    on = pytest.mark.on("ctl1").mark
    assert chosen(Item("here", marks=(CONTAINER, on)), Item("all", marks=(CONTAINER,)), REMEDIATOR_ON="ctl1") == [
        "here"
    ]


@pytest.mark.parametrize("part", [(), (pytest.mark.part("contaner").mark,), (pytest.mark.part().mark,)])
def test_a_test_on_the_lab_that_is_in_no_part_is_an_error(part: tuple[pytest.Mark, ...]) -> None:
    with pytest.raises(pytest.UsageError, match="::lost: its part"):
        chosen(Item("lost", marks=part))


def test_what_is_left_out_without_a_reason_is_an_error() -> None:
    with pytest.raises(pytest.UsageError, match="sentence"):
        chosen(Item("long", ring="service", marks=(pytest.mark.full().mark,)))


def test_a_simulated_test_that_is_left_out_needs_a_part_to_be_run_in() -> None:
    with pytest.raises(pytest.UsageError, match="::long: its part"):
        chosen(Item("long", ring="sim", marks=(LONG,)))
    simulated = pytest.mark.part("simulated").mark
    items = Item("long", ring="sim", marks=(LONG, simulated)), Item("short", ring="sim")
    assert chosen(*items, REMEDIATOR_CHOICE="budget") == ["short"]
    assert chosen(*items, REMEDIATOR_CHOICE="simulated") == ["long"]


def test_results_are_written_for_a_part_alone(tmp_path: Path) -> None:
    for choice, name in (("budget", "b"), ("container", "c")):
        for when, outcome in (("setup", "passed"), ("call", "passed"), ("teardown", "failed")):
            report = cast(Any, SimpleNamespace(when=when, outcome=outcome, nodeid="x"))
            selection.record(report, {"REMEDIATOR_CHOICE": choice, "REMEDIATOR_RECORD": str(tmp_path / name)})
    assert not (tmp_path / "b").exists()
    assert [row["outcome"] for row in selection.records(tmp_path / "c")] == ["passed", "failed"]
