"""The tables of words in docs/: each row has a word, what it means, and where it lives in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.words.files import ROOT

HEAD = "| word | meaning | in the code |"
PLACE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*(?:\.py)?)(?::([\w.]+))?`")


@dataclass(frozen=True, kw_only=True)
class Word:
    """One row: `names` are the word and its forms, `places` are files with the name in them (empty: the file
    itself)."""

    page: str
    names: tuple[str, ...]
    meaning: str
    places: tuple[tuple[str, str], ...]


def words() -> Iterator[Word]:
    """Yield each word of each page in docs/."""
    for page in sorted((ROOT / "docs").glob("*.md")):
        yield from of_page(page.name, page.read_text(encoding="utf-8"))


def of_page(page: str, text: str) -> Iterator[Word]:
    """Yield the words of a page's tables, those whose first line is `HEAD`."""
    within = False
    for line in text.splitlines():
        if line == HEAD:
            within = True
        elif not line.startswith("|"):
            within = False
        elif within and not line.startswith("|---"):
            names, meaning, places = (cell.strip() for cell in line.strip("|").split("|"))
            yield Word(
                page=page,
                names=tuple(name.strip() for name in names.split(",")),
                meaning=meaning,
                places=tuple(PLACE.findall(places)),
            )


def is_there(file: str, name: str) -> bool:
    """Return whether `file` is in the repository and, unless `name` is empty, defines it (``NAME`` or
    ``Class.NAME``)."""
    path = ROOT / file
    if not path.exists() or not name:
        return path.exists()
    return path.is_file() and name in _names(file)


@cache
def _names(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(_of_body(tree.body, ""))


def _of_body(body: list[ast.stmt], before: str) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield before + statement.name
        if isinstance(statement, ast.ClassDef):
            yield from _of_body(statement.body, f"{before}{statement.name}.")
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
        yield from (before + target.id for target in targets if isinstance(target, ast.Name))
