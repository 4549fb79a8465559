"""What the docs cite is there: files, tests, make targets, modules, and commands of `remediator` and the lab."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from remediator.cli import main
from tests.builders import absent

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
TOP = r"(?:remediator|tests|docs|lab|bench|packaging|checks|rules|runbooks|\.ci)"
FILE = re.compile(rf"(?<![\w./~-])({TOP}/[\w./*-]*[\w*])(?:::(\w+))?")
TEST = re.compile(r"\btest_\w+")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"```[^\n]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
WORD = re.compile(r"[a-z][a-z0-9-]*")


def code(page: Path) -> Iterator[str]:
    """Yield each line of code of a page."""
    for block, inline in CODE.findall(page.read_text(encoding="utf-8")):
        yield from (block or inline).splitlines()


@cache
def names_of_tests() -> frozenset[str]:
    """Return the names of all tests and of the files that they are in."""
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        found.add(file.stem)
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return frozenset(found)


@cache
def subcommands(name: str) -> frozenset[str]:
    """Return the subcommands of a command of `remediator`; none of one that is no group."""
    below: typer.Typer | None = getattr(importlib.import_module(f"remediator.cli.{main.COMMANDS[name]}"), "app", None)
    if below is None:
        return frozenset()
    return frozenset(
        each.name or (each.callback.__name__ if each.callback is not None else "").replace("_", "-")
        for each in below.registered_commands
    )


@pytest.mark.parametrize("page", [*filter(absent.has_page, PAGES)], ids=lambda page: page.name)
def test_the_files_and_tests_that_a_page_names_are_there(page: Path) -> None:
    text = absent.without_files(page.read_text(encoding="utf-8"))
    missing = [path for path, _ in FILE.findall(text) if not any(ROOT.glob(path))]
    missing += [name for _, name in FILE.findall(text) if name and name not in names_of_tests()]
    missing += [name for name in TEST.findall(text) if name not in names_of_tests()]
    missing += [to for to in LINK.findall(text) if not re.match(r"[a-z]+:", to) and not (page.parent / to).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_that_a_page_shows_are_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    missing = []
    for line in code(page):
        for call in re.split(r"\s*(?:&&|;|\|)\s*", line.strip().removeprefix("$ ")):
            words = call.removeprefix("sudo ").split()
            if words[:1] == ["make"] and len(words) > 1 and WORD.fullmatch(words[1]) and words[1] not in targets:
                missing.append(call)
            if words[:2] == ["python", "-m"] and len(words) > 2 and words[2].split(".")[0] in ("lab", "tests", "bench"):
                missing += [] if importlib.util.find_spec(words[2]) else [call]
            if words[:1] == ["remediator"]:
                missing += [call] if not known(words[1:]) else []
    assert missing == []


def known(words: list[str]) -> bool:
    """Return whether the words behind `remediator` begin with a command, and with one of its own where it has some."""
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in ("--config",) else words[1:]
    if not words or not WORD.fullmatch(words[0]):
        return True
    if words[0] not in main.COMMANDS:
        return False
    below = subcommands(words[0])
    return not below or len(words) == 1 or not WORD.fullmatch(words[1]) or words[1] in below


def test_what_is_not_there_is_missed() -> None:
    assert FILE.findall("see `docs/nothing.md` and tests/sim/test_x.py::test_y") == [
        ("docs/nothing.md", ""),
        ("tests/sim/test_x.py", "test_y"),
    ]
    assert not any(ROOT.glob("docs/nothing.md"))
    assert known(["audit", "verify"])
    assert not known(["audit", "undo"])
    assert not known(["--config", "x.yaml", "undo"])
    assert "test_what_is_not_there_is_missed" in names_of_tests()


def test_a_name_that_no_page_is_about_is_not_taken_for_a_technology_that_is_away() -> None:
    text = "remediator/integrations/nowhere/x.py, checks/nowhere.yaml"
    assert absent.without_files(text) == text
    assert not [name for name in absent.away() if (ROOT / "remediator/integrations" / name / "manifest.py").exists()]
