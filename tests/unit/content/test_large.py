"""Content of any size and shape is told in seconds what is wrong with it, with file and place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from remediator.config.documents import documents
from remediator.content import entries
from remediator.content.places import MAX_ENTRIES, ContentDir
from remediator.model.content.specs import Mistake

pytestmark = pytest.mark.unit
RULE = "- name: r{n}\n  on: {{check: container-state, state: [critical]}}\n  notify: x\n"


def wrong(directory: Path, **files: str) -> list[Mistake]:
    """Return the mistakes of content with `files` in rules/; it must not take long."""
    (directory / "rules").mkdir()
    for name, text in files.items():
        (directory / "rules" / f"{name}.yaml").write_text(text)
    began = time.process_time()
    _, found = entries.read_entries([ContentDir(directory)])
    assert time.process_time() - began < 20
    return found


@pytest.mark.parametrize(
    ("text", "line", "col"),
    [
        ("rules: [" + "a," * 100_000 + "a]\n", 1, 8 + 2 * documents.MAX_SEPARATORS),
        ("rules:\n" + "".join(RULE.format(n=n) for n in range(11_000)), documents.MAX_SEPARATORS // 2, None),
        ("rules:\n" + "# nothing\n" * 70_000, documents.MAX_SEPARATORS + 1, None),
        ("[" * 70_000, 1, documents.MAX_SEPARATORS + 1),
    ],
    ids=["flow list", "rules", "comments", "brackets"],
)
def test_a_file_of_too_many_parts_is_refused_where_it_becomes_too_large(
    tmp_path: Path, text: str, line: int, col: int | None
) -> None:
    (mistake,) = wrong(tmp_path, a=text)
    assert (Path(mistake.file).name, mistake.code) == ("a.yaml", "too_big")
    assert "split it" in mistake.message
    assert abs(mistake.line - line) <= 2
    assert col is None or abs(mistake.col - col) <= 2


def test_more_rules_than_are_read_are_told_at_the_first_too_many(tmp_path: Path) -> None:
    half = MAX_ENTRIES // 2
    files = {name: "rules:\n" + "".join(RULE.format(n=f"{name}{n}") for n in range(half + 1)) for name in ("a", "b")}
    (mistake,) = wrong(tmp_path, **files)
    assert (Path(mistake.file).name, mistake.path, mistake.code) == ("b.yaml", f"rules.{half - 1}", "too_many")
    assert mistake.line == 2 + (half - 1) * 3


def test_content_that_is_too_large_as_a_whole_is_told_at_the_file_where_it_ends(tmp_path: Path) -> None:
    comment = "rules: []\n# " + "x" * 1_000_000 + "\n"
    found = wrong(tmp_path, **{f"f{n}": comment for n in range(6)})
    assert [(Path(mistake.file).name, mistake.code) for mistake in found] == [("f4.yaml", "too_big")]
