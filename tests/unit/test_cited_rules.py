"""A rule or a document that code, content or a page cites can be looked up in the repository."""

from __future__ import annotations

from functools import cache

import pytest

from tests.words import citations, files

HERE = "tests/unit/test_cited_rules.py"
"""This file has citations of what is not there, to show that they are found."""
EXAMPLES = frozenset({HERE, "tests/words/citations.py"})
PAGES_OF_EXAMPLES = frozenset({"nothing.md"})


@cache
def texts() -> dict[str, str]:
    return {path: text for path, text in files.texts() if path not in EXAMPLES}


@cache
def definitions() -> dict[str, list[tuple[str, str]]]:
    return citations.defined({path: text for path, text in texts().items() if path.startswith("docs/")})


def test_every_cited_rule_is_defined_in_docs() -> None:
    cited = [citation for path, text in texts().items() for citation in citations.rules(path, text)]
    assert [str(citation) for citation in cited if citation.cited not in definitions()] == []
    assert len({citation.cited for citation in cited}) > 2


def test_a_rule_is_defined_once_with_what_it_demands_why_and_its_source() -> None:
    assert {rule: [page for page, _ in places] for rule, places in definitions().items() if len(places) > 1} == {}
    lacking = {rule: citations.missing_parts(below) for rule, [(_, below)] in definitions().items()}
    assert {rule: parts for rule, parts in lacking.items() if parts} == {}


def test_every_cited_document_is_in_the_repository() -> None:
    pages = {path.rpartition("/")[2] for path in texts() if path.endswith(".md")} | PAGES_OF_EXAMPLES
    cited = [citation for path, text in texts().items() for citation in citations.documents(path, text)]
    assert [str(citation) for citation in cited if citation.cited not in pages] == []
    assert len(cited) > 10


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("refused by XY-3.", ["XY-3"]),
        ("the rules XY-1 to XY-3", ["XY-1", "XY-3", "XY-2"]),
        ('rule="XY-3"', ["XY-3"]),
        ("SHA-256 of UTF-8, MDEV-32800", []),
        ("test-XY-3, XY-3a, XYZABC-3", []),
    ],
)
def test_a_rule_is_known_by_its_number(text: str, cited: list[str]) -> None:
    assert [citation.cited for citation in citations.rules("x.py", text)] == cited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("see docs/missing.md and [this](../gone.md#part)", ["missing.md", "gone.md"]),
        ("kolla.md 2.5 rule 4", ["kolla.md"]),
        ("what DESIGN says (DESIGN 6)", ["DESIGN", "DESIGN"]),
        ("CONTRACTS' `check` JSON", ["CONTRACTS"]),
        ("Headline 4 of it", ["Headline 4"]),
        ("a design, contracts, a headline, docs/*.md", []),
    ],
)
def test_a_document_is_known_by_its_file_or_its_old_name(text: str, cited: list[str]) -> None:
    assert [citation.cited for citation in citations.documents("x.py", text)] == cited


def test_a_definition_needs_its_three_parts() -> None:
    page = "# Rules\n\n## XY-3 Wait\n\n**Demands.** That we wait.\n\n**Why.**\n\n## XY-4 Go\n\n**Why.** So it is.\n"
    found = citations.defined({"docs/x.md": page})
    assert sorted(found) == ["XY-3", "XY-4"]
    assert [citations.missing_parts(found[rule][0][1]) for rule in ("XY-3", "XY-4")] == [
        ["**Why.**", "**Source.**"],
        ["**Demands.**", "**Source.**"],
    ]
