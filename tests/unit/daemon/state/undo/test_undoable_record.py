"""A turn that failed leaves no trace: every field of every record says by its kind how it goes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Any

import pytest

from remediator.collect.facts import FactStore
from remediator.daemon.state.others import Others
from remediator.daemon.state.pending import Pending
from remediator.daemon.state.samples import Samples
from remediator.daemon.state.self_health import SelfHealth
from remediator.daemon.state.undo.tables import Undoable, UndoableSet
from remediator.daemon.state.undo.undoable_record import LASTING, Record, lasting
from remediator.daemon.state.waits import Waits

RECORDS: tuple[Record, ...] = (Samples(facts=FactStore({})), Pending(), Waits(), Others(), SelfHealth())


@dataclass
class Example(Record):
    table: Undoable[str, int] = field(default_factory=Undoable)
    members: UndoableSet[str] = field(default_factory=UndoableSet)
    value: int = 0
    counted: int = field(default=0, metadata=lasting("metrics count what was tried"))


def each_field() -> Iterator[tuple[Record, Field[Any]]]:
    return ((record, each) for record in RECORDS for each in fields(record))


def test_what_a_failed_turn_changed_is_put_back_and_what_is_lasting_is_not() -> None:
    record = Example()
    record.table["before"] = 1
    record.begin()
    record.table["in it"], record.value, record.counted = 2, 3, 4
    record.members.add("in it")
    del record.table["before"]
    record.undo()
    assert (dict(record.table), set(record.members), record.value, record.counted) == ({"before": 1}, set(), 0, 4)


def test_a_turn_that_was_undone_is_played_again_from_the_same_state() -> None:
    record = Example()
    for _ in range(2):
        record.begin()
        record.value += 1
        record.undo()
    record.begin()
    record.value += 1
    assert record.value == 1
    record.begin()
    record.undo()
    assert record.value == 1


def test_what_is_lasting_says_why() -> None:
    assert [each.name for _, each in each_field() if LASTING in each.metadata and not each.metadata[LASTING]] == []


@pytest.mark.parametrize(("record", "each"), [pytest.param(*pair, id=pair[1].name) for pair in each_field()])
def test_no_field_is_changed_in_place_without_a_log(record: Record, each: Field[Any]) -> None:
    """A dictionary, list or set that goes back by its reference must be of a kind that cannot be changed."""
    value = getattr(record, each.name)
    held = LASTING in each.metadata or isinstance(value, (Undoable, UndoableSet))
    assert (
        held or isinstance(value, (type(None), bool, int, str, tuple, frozenset)) or _cannot_be_changed(value, each)
    ), f"{type(record).__name__}.{each.name} is a {type(value).__name__}: make it Undoable, a tuple, or lasting(why)"


def _cannot_be_changed(value: Any, each: Field[Any]) -> bool:
    if str(each.type).startswith("Mapping["):
        return True
    found = getattr(type(value), "__dataclass_params__", None)
    return found is not None and bool(found.frozen)
