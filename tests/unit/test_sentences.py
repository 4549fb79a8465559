"""A sentence of a docstring has at most 25 words, in every room that is done."""

from __future__ import annotations

import pytest

from tests.words import docstrings, sentences

DONE = frozenset(
    {
        "remediator",
        "remediator/checks",
        "remediator/cli",
        "remediator/cli/admin",
        "remediator/cli/explain",
        "remediator/cli/local",
        "remediator/cli/look",
        "remediator/cli/operate",
        "remediator/cli/render",
        "remediator/collect",
        "remediator/config",
        "remediator/config/documents",
        "remediator/config/ownership",
        "remediator/content",
        "remediator/daemon",
        "remediator/daemon/decide",
        "remediator/daemon/engine",
        "remediator/daemon/execute",
        "remediator/daemon/inhibit",
        "remediator/daemon/notify",
        "remediator/daemon/observe",
        "remediator/daemon/observe/hints",
        "remediator/daemon/process",
        "remediator/daemon/requests",
        "remediator/daemon/requests/mutes",
        "remediator/daemon/socket",
        "remediator/daemon/state",
        "remediator/daemon/state/undo",
        "remediator/daemon/turn",
        "remediator/incidents",
        "remediator/integrations",
        "remediator/integrations/container",
        "remediator/integrations/container/kolla",
        "remediator/integrations/galera",
        "remediator/integrations/galera/actions",
        "remediator/integrations/galera/facts",
        "remediator/integrations/galera/judgement",
        "remediator/integrations/galera/logs",
        "remediator/integrations/galera/membership",
        "remediator/integrations/galera/sim",
        "remediator/integrations/galera/steps",
        "remediator/integrations/galera/watermark",
        "remediator/integrations/host",
        "remediator/inventory",
        "remediator/inventory/kolla",
        "remediator/model",
        "remediator/model/content",
        "remediator/model/manifest",
        "remediator/model/messages",
        "remediator/model/records",
        "remediator/mutes",
        "remediator/mutes/brakes",
        "remediator/notify",
        "remediator/reach",
        "remediator/rules",
        "remediator/runs",
        "remediator/runs/debts",
        "remediator/runs/plans",
        "remediator/safety",
        "remediator/safety/guards",
        "remediator/sim",
        "remediator/sim/cloud",
        "remediator/sim/happenings",
        "remediator/sim/invariants",
        "remediator/sim/proof",
        "remediator/sim/stories",
        "remediator/store",
        "remediator/store/audit",
        "remediator/store/files",
        "remediator/store/migrations",
        "remediator/store/migrations/versions",
        "remediator/store/stored",
        "remediator/web",
        "remediator/web/hooks",
        "tests",
        "tests/e2e",
        "tests/fuzz",
        "tests/thirdparty",
        "tests/thirdparty/memcache/remediator_memcache",
        "tests/unit",
        "tests/unit/checks",
        "tests/unit/collect",
        "tests/unit/config",
        "tests/unit/content",
        "tests/unit/daemon",
        "tests/unit/daemon/execute",
        "tests/unit/daemon/inhibit",
        "tests/unit/daemon/process",
        "tests/unit/daemon/socket",
        "tests/unit/daemon/state",
        "tests/unit/daemon/turn",
        "tests/unit/incidents",
        "tests/unit/inventory",
        "tests/unit/lab",
        "tests/unit/model/manifest",
        "tests/unit/mutants",
        "tests/unit/mutes",
        "tests/unit/notify",
        "tests/unit/reach",
        "tests/unit/rules",
        "tests/unit/sim",
        "tests/unit/store/migrations",
        "tests/unit/web",
        "bench",
        "lab",
        "lab/faults",
        "lab/galera",
        "lab/galera/faults",
        "tests/integrations",
        "tests/integrations/galera",
        "tests/integrations/galera/lab",
        "tests/integrations/galera/sim",
        "tests/integrations/galera/unit",
        "tests/builders",
        "tests/golden",
        "tests/lab",
        "tests/mutants",
        "tests/rings",
        "tests/words",
        "tests/service",
        "tests/service/nagios",
        "tests/sim",
        "tests/unit/cli",
        "tests/unit/daemon/decide",
        "tests/unit/daemon/engine",
        "tests/unit/daemon/notify",
        "tests/unit/daemon/observe",
        "tests/unit/daemon/state/undo",
        "tests/unit/integrations",
        "tests/unit/model",
        "tests/unit/mutes/brakes",
        "tests/unit/packaging",
        "tests/unit/rings",
        "tests/unit/runs",
        "tests/unit/safety",
        "tests/unit/store",
    }
)
"""Rooms (directories, without those below) whose docstrings are done. `python -m tests.words` counts what is left."""


@pytest.mark.parametrize("room", sorted(DONE))
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
