"""The glossary is true: each word has one meaning, in short sentences, and lives where the page says."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import remediator
from tests.builders import absent
from tests.words import glossary, sentences

PACKAGE = Path(remediator.__file__).parent
WORDS = tuple(word for word in glossary.words() if absent.has_page(Path(word.page)))
SAYS_HOLD = re.compile(r"(?:^|_)(?i:hold|holds|held|holding)(?:_|$)|Hold|Held")
OF_TECHNOLOGIES = ("integrations", "sim")
"""Rooms in which a technology's own actions are named."""
MAY_SAY_HOLD = {
    "HoldLimits": "the limits below the config's key `hold`, a name that `config schema` prints",
    "hold": "the key of the config and of a runbook's `verify`",
    "verify_hold_s": "a stored field of a plan",
    "held_at_most": "the key of a runbook: how long its run may be held",
    "held_at_most_s": "how long a run may be held, a stored field of a plan",
    "held_since": "a stored field of a run that is held",
    "held_s": "for how long a run has been held",
    "held_for": "makes a run that is held",
    "held": "a run that is held",
    "Held": "the journal entry of a run that is held",
    "HELD": "the state of a run, and the page about it",
    "HELD_BACK": "the stored key of a page",
    "holds_all": "a key of the JSON of `status`",
    "holds_units": "a stored field of a planned step",
}
"""The only names outside of technologies that say hold or held: the state of a run, and what is stored or seen from
outside."""


def test_each_word_has_a_place_in_the_code_that_is_there() -> None:
    assert [word.names for word in WORDS if not word.places] == []
    places = [(file, name) for word in WORDS for file, name in word.places]
    assert [place for place in places if not glossary.is_there(*place)] == []
    assert len(WORDS) > 40


def test_each_word_has_one_meaning() -> None:
    counted = Counter(name.lower() for word in WORDS for name in word.names)
    assert [name for name, count in counted.items() if count > 1] == []


def test_a_meaning_is_one_or_two_short_sentences() -> None:
    told = {word.names: list(sentences.sentences(word.meaning)) for word in WORDS}
    assert {names: found for names, found in told.items() if not 1 <= len(found) <= 2} == {}
    assert [one for found in told.values() for one in found if sentences.words(one) > sentences.LIMIT] == []


def names_that_say_hold(source: str) -> set[str]:
    """Return the functions, classes, parameters, constants and fields of `source` that say hold or held."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return {name for name in found if SAYS_HOLD.search(name)}


def test_held_is_the_state_of_a_run_and_nothing_else() -> None:
    found: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        where = path.relative_to(PACKAGE)
        if where.parts[0] not in OF_TECHNOLOGIES:
            for name in names_that_say_hold(path.read_text(encoding="utf-8")):
                found.setdefault(name, []).append(str(where))
    assert {name: places for name, places in found.items() if name not in MAY_SAY_HOLD} == {}
    assert MAY_SAY_HOLD.keys() - found.keys() == set()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def hold_again(held): holding = 1", {"hold_again", "held", "holding"}),
        ("class ClockHold:\n    hold_s: float", {"ClockHold", "hold_s"}),
        ("self.holds = HELD = 1", {"holds", "HELD"}),
        ("threshold = PLACEHOLDERS = household = holder(1)", set()),
    ],
)
def test_names_that_say_hold_are_found(source: str, names: set[str]) -> None:
    assert names_that_say_hold(source) == names


PAGE = f"""
{glossary.HEAD}
|---|---|---|
| run, runs | One of it. | `remediator/model/records/records.py:Run`, `remediator/runs/hold.py` |

| other | table |
|---|---|
| run | no |
"""


def test_words_are_read_from_their_own_tables() -> None:
    [word] = glossary.of_page("nothing.md", PAGE)
    assert (word.names, word.meaning) == (("run", "runs"), "One of it.")
    assert word.places == (("remediator/model/records/records.py", "Run"), ("remediator/runs/hold.py", ""))


@pytest.mark.parametrize(
    ("file", "name", "there"),
    [
        ("remediator/model/records/records.py", "Run", True),
        ("remediator/model/records/records.py", "Run.held_since", True),
        ("remediator/model/records/records.py", "", True),
        ("remediator/model/", "", True),
        ("remediator/model/records/records.py", "Walk", False),
        ("remediator/model/", "Run", False),
        ("remediator/model/nothing.py", "", False),
    ],
)
def test_a_place_is_a_file_and_a_name_in_it(file: str, name: str, there: bool) -> None:
    assert glossary.is_there(file, name) is there
