"""A sentence of a docstring has at most 25 words, in every room."""

from __future__ import annotations

import pytest

from tests.words import docstrings, sentences


@pytest.mark.parametrize("room", sorted(docstrings.rooms()))
def test_no_sentence_of_a_room_is_too_long(room: str) -> None:
    files = docstrings.rooms()[room]
    read = [docstring for path in files for docstring in docstrings.of_file(path)]
    assert [str(long) for docstring in read for long in docstrings.too_long(docstring)] == []


def test_every_room_with_docstrings_is_found() -> None:
    assert {"remediator/safety", "tests/words", "lab"} <= docstrings.rooms().keys()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One ends. Another one begins", ["One ends.", "Another one begins"]),
        ("Is it? Yes!", ["Is it?", "Yes!"]),
        ('He says "stop." Then it ends.', ['He says "stop."', "Then it ends."]),
        ("It has (a bracket.) Then it ends.", ["It has (a bracket.)", "Then it ends."]),
        ("a semicolon; a colon: no end - and a dash", ["a semicolon; a colon: no end - and a dash"]),
        (
            "Version 11.2 of docs/nothing.md, e.g. this, i.e. that",
            ["Version 11.2 of docs/nothing.md, e.g. this, i.e. that"],
        ),
        ("It reads `a. b` and\n``c. d``. It ends.", ["It reads `a. b` and ``c. d``.", "It ends."]),
        ("Two lines\nof one.\n\nA paragraph", ["Two lines of one.", "A paragraph"]),
        ("A list:\n- the first\n  goes on\n- the second", ["A list:", "the first goes on", "the second"]),
        ("1. the first\n2) the second", ["the first", "the second"]),
        ("Shown:\n\n    code. More code.\n\nIt ends.", ["Shown:", "It ends."]),
        ("| a row. | of a table |", []),
        ("", []),
    ],
)
def test_where_a_sentence_ends(text: str, found: list[str]) -> None:
    assert list(sentences.sentences(text)) == [each for each in found if each]


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("three plain words", 3),
        ("`code with many words` and ``more of it`` count as one each", 7),
        ("a - dash -> an = arrow", 4),
        ("stop-start, 11.2 and R1/R2", 4),
        ("", 0),
    ],
)
def test_how_many_words_a_sentence_has(sentence: str, count: int) -> None:
    assert sentences.words(sentence) == count


SOURCE = '''
"""Of the module."""

LIMIT = 3
"""Of a constant."""
_OWN = 3
"""Of a private constant."""


class Public:
    """Of a class."""

    field: int
    """Of a field."""

    def method(self):
        """Of a method."""

        def inner():
            """Of an inner function."""

    def _own(self):
        """Of a private method."""


async def function():
    """Of a function."""


"""Of nothing: a block stands before it."""
'''


def test_docstrings_of_the_module_and_of_public_names_are_read() -> None:
    found = list(docstrings.of_source("x.py", SOURCE))
    assert [(each.name, each.line, each.text) for each in found] == [
        ("module", 2, "Of the module."),
        ("LIMIT", 5, "Of a constant."),
        ("Public", 11, "Of a class."),
        ("field", 14, "Of a field."),
        ("method", 17, "Of a method."),
        ("function", 27, "Of a function."),
    ]


@pytest.mark.parametrize(("count", "long"), [(25, []), (26, [26])])
def test_a_sentence_above_the_limit_is_named_with_its_place(count: int, long: list[int]) -> None:
    docstring = docstrings.Docstring(
        path="remediator/x/y.py", line=7, name="z", text=" ".join(["word"] * count) + ". Short."
    )
    found = list(docstrings.too_long(docstring))
    assert [each.words for each in found] == long
    assert all(str(each).startswith("remediator/x/y.py:7 z: 26 words: word word") for each in found)
    assert docstring.room == "remediator/x"
