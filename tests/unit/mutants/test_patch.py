"""A patch finds its place by name, and its code by what it says: moved lines, comments and line breaks change
nothing."""

from __future__ import annotations

import ast

import pytest

from tests.mutants import patch

pytestmark = pytest.mark.unit

TEXT = """
LIMIT = 3
WORDS: tuple[str, ...] = ("cat $FILE", "rm $FILE")


class Gate:
    def ask(self, case):
        # why
        if (
            case.age >
            LIMIT
        ):
            first = case.age
            return first
        else:
            return None
        return case.age


def ask(case):
    for each in case:
        print(each)
    return case.age, case.age
"""


def same(text: str, expected: str) -> bool:
    return ast.dump(ast.parse(text)) == ast.dump(ast.parse(expected))


@pytest.mark.parametrize(
    ("place", "old", "new", "before", "after"),
    [
        ("Gate.ask", "case.age > LIMIT", "False", "case.age >\n            LIMIT", "False"),
        ("Gate.ask", "if case.age > LIMIT: ...", "if case.age < LIMIT: ...", "case.age >", "case.age <"),
        ("Gate.ask", "first = case.age\nreturn first", "pass", "first = case.age\n            return first", "pass"),
        ("Gate.ask", "return case.age", "return 7", "        return case.age\n\n\ndef", "        return 7\n\n\ndef"),
        (
            "ask",
            "for each in case: ...",
            "case = ()\nfor each in case[:0]: ...",
            "    for each in case:",
            "    case = ()\n    for each in case[:0]:",
        ),
        ("LIMIT", "3", "4", "LIMIT = 3", "LIMIT = 4"),
    ],
)
def test_what_is_patched_is_this_and_nothing_else(place: str, old: str, new: str, before: str, after: str) -> None:
    assert TEXT.count(before) == 1
    assert same(patch.patched(TEXT, place, old, new), TEXT.replace(before, after))
    moved = "\n\n# a comment\n" + TEXT.replace("class Gate", "class Other:\n    ask = 1\n\n\nclass Gate")
    assert same(patch.patched(moved, place, old, new), moved.replace(before, after))


def test_a_piece_of_a_string_is_patched_where_it_stands() -> None:
    assert same(patch.patched(TEXT, "WORDS", "rm $F", "ls $F", within_text=True), TEXT.replace("rm", "ls"))


@pytest.mark.parametrize(
    ("place", "old", "within_text", "why"),
    [
        ("ask", "case.age", False, "2 times"),
        ("ask", "case.old", False, "0 times"),
        ("Gate", "case.age", False, "3 times"),
        ("Gate.tell", "case.age", False, "there 0 times"),
        ("tell", "case.age", False, "there 0 times"),
        ("WORDS", "$FILE", True, "2 times"),
        ("WORDS", "$DIR", True, "0 times"),
    ],
)
def test_what_does_not_fit_once_is_an_error(place: str, old: str, within_text: bool, why: str) -> None:
    with pytest.raises(patch.NoFit, match=why):
        patch.patched(TEXT, place, old, "x", within_text)
