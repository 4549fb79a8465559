"""What a text cites: rules by their number, and documents by their file or their old name.

A rule is defined by a heading of a page of docs/ that begins with its number (``## GB-9 All members count``). Under the
heading stand what it demands, why, and its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

NUMBERED = re.compile(r"(?<![\w-])([A-Z]{2,5})-(\d+)(?![\w-])")
RANGE = re.compile(r"(?<![\w-])([A-Z]{2,5})-(\d+) (?:to|\.\.) \1-(\d+)(?![\w-])")
FOREIGN = {
    "CVE": "the list of vulnerabilities",
    "MDEV": "MariaDB's tracker",
    "SHA": "a digest",
    "SHAKE": "a digest",
    "UTF": "an encoding",
}
"""Prefixes of numbers that are defined outside of the repository, and who defines them."""

HEADING = re.compile(r"^#+ ([A-Z]{2,5}-\d+)\b[^\n]*\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
PARTS = ("**Demands.**", "**Why.**", "**Source.**")

PAGE = re.compile(r"(?<![\w*-])(?:[\w.-]+/)*([\w-]+\.md)\b")
UNWRITTEN = re.compile(
    r"\b(?:DESIGN|CONTRACTS|HOUSE)(?=\b|')|\bSTYLE(?: |\.md|,)|\b[Hh]eadline \d|\b[a-d]\.\d\b rule|reference/\w"
)
"""Names of documents that no reader of the repository can open."""


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A rule or a document that a line of a file names."""

    cited: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line} cites {self.cited}"


def rules(path: str, text: str) -> Iterator[Citation]:
    """Yield each rule that `text` names by its number; of a range (``GB-1 to GB-19``) every rule in it."""
    for number, line in enumerate(text.splitlines(), 1):
        named = [(prefix, int(of)) for prefix, of in NUMBERED.findall(line)]
        named += [
            (prefix, of) for prefix, first, last in RANGE.findall(line) for of in range(int(first), int(last) + 1)
        ]
        for prefix, of in dict.fromkeys(named):
            if prefix not in FOREIGN:
                yield Citation(cited=f"{prefix}-{of}", path=path, line=number)


def documents(path: str, text: str) -> Iterator[Citation]:
    """Yield each document that `text` names: a page by its file name, or one by a name that only its authors know."""
    for number, line in enumerate(text.splitlines(), 1):
        for cited in (*(found[1] for found in PAGE.finditer(line)), *(found[0] for found in UNWRITTEN.finditer(line))):
            yield Citation(cited=cited, path=path, line=number)


def defined(pages: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Return each rule that a page defines, to (page, text below its heading). A rule should have exactly one."""
    found: dict[str, list[tuple[str, str]]] = {}
    for page, text in pages.items():
        for rule, below in HEADING.findall(text):
            found.setdefault(rule, []).append((page, below))
    return found


def missing_parts(below: str, parts: Iterable[str] = PARTS) -> list[str]:
    """Return the parts that the text below a rule's heading lacks, or has without a sentence."""
    return [part for part in parts if len(below.partition(part)[2].strip().split("\n\n")[0].split()) < 2]
