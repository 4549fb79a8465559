"""Whatever a turn does to a dictionary or a set, undoing it brings back what was there, and costs only what was
changed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from remediator.daemon.state.undo.tables import Undoable, UndoableSet

pytestmark = pytest.mark.unit

Change = Callable[["Undoable[str, int]"], object]

CHANGES: dict[str, Change] = {
    "set": lambda each: each.__setitem__("a", 10),
    "add": lambda each: each.__setitem__("new", 10),
    "delete": lambda each: each.__delitem__("a"),
    "pop": lambda each: each.pop("a"),
    "pop nothing": lambda each: each.pop("new", None),
    "popitem": lambda each: each.popitem(),
    "clear": lambda each: each.clear(),
    "update": lambda each: each.update({"a": 10, "new": 11}),
    "merge": lambda each: each.__ior__({"a": 10, "new": 11}),
    "setdefault": lambda each: each.setdefault("new", 10),
}


def _three() -> Undoable[str, int]:
    made: Undoable[str, int] = Undoable()
    made.update({"a": 1, "b": 2, "c": 3})
    made.begin()
    return made


@pytest.mark.parametrize("name", CHANGES)
def test_every_way_to_change_it_is_undone(name: str) -> None:
    made, plain = _three(), {"a": 1, "b": 2, "c": 3}
    CHANGES[name](made)
    assert (made != plain) == (name != "pop nothing")
    made.undo()
    assert made == plain


def test_it_answers_as_a_dictionary_does() -> None:
    made = _three()
    assert (made.pop("a"), made.pop("a", None), made.setdefault("b", 9)) == (1, None, 2)
    with pytest.raises(KeyError):
        made.pop("a")
    with pytest.raises(KeyError):
        del made["a"]
    made.undo()
    assert made == {"a": 1, "b": 2, "c": 3}


def test_what_was_kept_by_a_good_turn_stays() -> None:
    made = _three()
    made["a"] = 10
    made.begin()
    made["a"] = 20
    made.undo()
    made.undo()
    assert made["a"] == 10


def test_the_first_value_of_a_turn_counts() -> None:
    made = _three()
    made["a"] = 10
    del made["a"]
    made["a"] = 20
    made.undo()
    assert made["a"] == 1


def test_what_was_discarded_stays_away() -> None:
    made = _three()
    made["a"] = 10
    made.discard("a")
    made.discard("nothing")
    made.undo()
    assert made == {"b": 2, "c": 3}


def test_many_turns_by_chance_end_as_a_copy_would_have_them() -> None:
    chance, made = random.Random(7), _three()
    for _ in range(500):
        made.begin()
        copy = dict(made)
        for _ in range(chance.randrange(6)):
            if chance.random() < 0.6:
                made[chance.choice("abcdefgh")] = chance.randrange(100)
            else:
                made.pop(chance.choice("abcdefgh"), None)
        if chance.random() < 0.5:
            made.undo()
            assert made == copy


def test_a_turn_remembers_what_it_changed_and_not_what_is_there() -> None:
    made: Undoable[int, int] = Undoable()
    made.update(dict.fromkeys(range(10_000), 0))
    made.begin()
    made[5] = 1
    assert len(made._before) == 1


def _of(*values: str) -> UndoableSet[str]:
    made: UndoableSet[str] = UndoableSet()
    made.update(values)
    made.begin()
    return made


def _merge(each: UndoableSet[str]) -> None:
    each |= {"a", "new"}


def _take_away(each: UndoableSet[str]) -> None:
    each -= {"a", "nothing"}


CHANGES_OF_A_SET: dict[str, Callable[[UndoableSet[str]], object]] = {
    "add": lambda each: each.add("new"),
    "discard": lambda each: each.discard("a"),
    "remove": lambda each: each.remove("a"),
    "pop": lambda each: each.pop(),
    "clear": lambda each: each.clear(),
    "update": lambda each: each.update(("a", "new")),
    "keep only": lambda each: each.keep_only(("b", "nothing")),
    "merge": _merge,
    "take away": _take_away,
}


@pytest.mark.parametrize("name", CHANGES_OF_A_SET)
def test_every_way_to_change_a_set_is_undone(name: str) -> None:
    made = _of("a", "b", "c")
    CHANGES_OF_A_SET[name](made)
    assert made != {"a", "b", "c"}
    made.undo()
    assert made == {"a", "b", "c"}


def test_a_set_has_what_was_added_and_not_discarded() -> None:
    made = _of("a", "b")
    made.add("a")
    made.discard("b")
    made.discard("nothing")
    assert (sorted(made), len(made), "a" in made, "b" in made) == (["a"], 1, True, False)
    made.begin()
    made.add("d")
    made.undo()
    assert sorted(made) == ["a"]
