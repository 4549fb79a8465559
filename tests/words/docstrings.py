"""Docstrings of modules and public names, with their place: what a stranger reads before the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.words import sentences
from tests.words.files import ROOT

TREES = ("remediator", "lab", "bench", "tests")


@dataclass(frozen=True, kw_only=True)
class Docstring:
    """The docstring of a module, a class, a function, or (under it) of a constant or a field."""

    path: str
    line: int
    name: str
    text: str

    @property
    def room(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, kw_only=True)
class Long:
    """A sentence with more words than `sentences.LIMIT`."""

    docstring: Docstring
    words: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.docstring.path}:{self.docstring.line} {self.docstring.name}: {self.words} words: {self.sentence}"


@cache
def rooms() -> dict[str, list[Path]]:
    """Return each directory with Python files below the trees, to those files. Directories in a room are rooms."""
    found: dict[str, list[Path]] = {}
    for path in sorted(path for tree in TREES for path in (ROOT / tree).rglob("*.py")):
        found.setdefault(path.parent.relative_to(ROOT).as_posix(), []).append(path)
    return found


def of_file(path: Path) -> Iterator[Docstring]:
    """Yield the docstrings of the module at `path`, and of its public names."""
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    yield from of_source(name, path.read_text(encoding="utf-8"))


def of_source(path: str, source: str) -> Iterator[Docstring]:
    """Yield the docstrings of `source`. Raise SyntaxError where it is no Python."""
    yield from _of_body(path, "module", ast.parse(source, path))


def too_long(docstring: Docstring, limit: int = sentences.LIMIT) -> Iterator[Long]:
    """Yield the sentences of `docstring` with more than `limit` words."""
    for sentence in sentences.sentences(docstring.text):
        count = sentences.words(sentence)
        if count > limit:
            yield Long(docstring=docstring, words=count, sentence=sentence)


def _of_body(
    path: str, name: str, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[Docstring]:
    own = node.body[0] if node.body else None
    if (text := _text(own)) is not None and own is not None:
        yield Docstring(path=path, line=own.lineno, name=name, text=text)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    before: ast.stmt | None = None
    for statement in node.body:
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if not statement.name.startswith("_"):
                yield from _of_body(path, statement.name, statement)
        elif (text := _text(statement)) is not None and (told := _assigned(before)) is not None:
            yield Docstring(path=path, line=statement.lineno, name=told, text=text)
        before = statement


def _text(statement: ast.stmt | None) -> str | None:
    if (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ):
        return statement.value.value
    return None


def _assigned(statement: ast.stmt | None) -> str | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return names[0] if names and not names[0].startswith("_") else None
