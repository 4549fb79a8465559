"""Sentences of a docstring, and how many words each has. Pure.

A full stop, a question mark or an exclamation mark before a space ends a sentence. So do a blank line, and the next
item of a list. A semicolon, a colon and a dash do not end it. Code in backticks is one word, whatever stands in it.
Indented blocks (formulas, tables, examples) and doctests are no sentences.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

LIMIT = 25
"""The most words of a sentence."""

CODE = re.compile(r"``.+?``|`[^`]+`", re.DOTALL)
ITEM = re.compile(r"(?:[-*+]|\d+[.)]|[a-z]\))\s")
END = re.compile(r"""[.!?]["')\]]*(?=\s|$)""")
ABBREVIATED = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|cf|vs|approx|incl)\.$")
WORD = re.compile(r"\w")


def sentences(docstring: str) -> Iterator[str]:
    """Yield each sentence of `docstring` on one line, with its code in backticks as it stands."""
    for block in blocks(docstring):
        yield from _split(block)


def blocks(docstring: str) -> Iterator[str]:
    """Yield each paragraph and each item of a list, on one line. Indented blocks and rows of a table are left out."""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(docstring)):
        lines = paragraph.splitlines()
        if all(line.startswith("    ") or line.startswith(("|", ">>>")) for line in lines):
            continue
        block: list[str] = []
        for line in (line.strip() for line in lines):
            item = ITEM.match(line)
            if item is not None and block:
                yield " ".join(block)
                block = []
            block.append(line[item.end() :] if item is not None else line)
        yield " ".join(block)


def words(sentence: str) -> int:
    """Return how many words `sentence` has: what stands between spaces and has a letter or a digit."""
    plain = CODE.sub("CODE", sentence)
    return sum(1 for word in plain.split() if WORD.search(word))


def _split(block: str) -> Iterator[str]:
    codes = CODE.findall(block)
    plain = CODE.sub("\0", block)
    start = 0
    for end in END.finditer(plain):
        if ABBREVIATED.search(plain[start : end.start() + 1]):
            continue
        yield _restored(plain[start : end.end()], codes)
        start = end.end()
    if plain[start:].strip():
        yield _restored(plain[start:], codes)


def _restored(text: str, codes: list[str]) -> str:
    parts = text.strip().split("\0")
    taken = [codes.pop(0) for _ in parts[1:]]
    return parts[0] + "".join(code + part for code, part in zip(taken, parts[1:], strict=True))
