"""The page of the mutants: what was tried is written anew, what is known of the others stays, and what lives is
seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants import __main__ as runner
from tests.mutants import table
from tests.mutants.rows import MUTANTS

pytestmark = pytest.mark.unit

FIRST, SECOND = MUTANTS[0], MUTANTS[1]


def test_only_what_was_tried_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "mutants.md"
    table.write(page, {FIRST.name: "held: story “one”", SECOND.name: "held: story “two”"})
    table.write(page, {SECOND.name: "LIVES"})
    assert table.read(page) == {
        FIRST.name: (FIRST.mistake, "held: story “one”"),
        SECOND.name: (SECOND.mistake, "LIVES"),
    }


def test_a_mutant_that_is_removed_leaves_the_page(tmp_path: Path) -> None:
    page = tmp_path / "mutants.md"
    table.write(page, {FIRST.name: "held: story “one”"})
    page.write_text(page.read_text() + "| `of-long-ago` | A mistake. | `a.b:c` | held: story “three” |\n")
    table.write(page, {})
    assert list(table.read(page)) == [FIRST.name]


def test_no_page_is_written_without_the_unpatched_tree(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        runner.main(["--table", "--skip-unpatched", FIRST.name])
    assert "--table needs the unpatched tree" in capsys.readouterr().err
