"""A command that we print works as it is printed.

A printed command has its `--reason` where it needs one: who pastes it at 03:00 gets no second try.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from remediator.cli import main

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3] / "remediator"
ASK = (
    "baseline accept",
    "incidents ack",
    "incidents close",
    "deny",
    "runs cancel",
    "runs resolve",
    "brakes close",
    "audit accept-restore",
    "downtime end",
    "silence end",
)
PRINTED = re.compile(rf"remediator ((?:{'|'.join(ASK)})\b(?: [\w{{}}./-]+)?)")


def texts(tree: ast.Module) -> Iterator[str]:
    """Yield each text of a module that is no docstring, what stands in braces as X."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (told | inside):
            yield node.value


def test_a_printed_command_that_needs_a_reason_has_one() -> None:
    found, wrong = 0, []
    for file in sorted(ROOT.rglob("*.py")):
        for text in texts(ast.parse(file.read_text(encoding="utf-8"))):
            for command in PRINTED.finditer(text):
                words = command[1].split()
                if len(words) < 3 and words[:1] != ["deny"] and words != ["audit", "accept-restore"]:
                    continue  # it is named, and not printed to be typed
                found += 1
                if "--reason" not in text[command.start() :]:
                    wrong.append(f"{file.relative_to(ROOT)}: {text[command.start() : command.end() + 30]}")
    assert wrong == []
    assert found > 10


@pytest.mark.parametrize("line", ASK)
def test_these_commands_ask_for_a_reason(line: str) -> None:
    group: object = typer.main.get_command(main.app_for(line.split()[0]))
    for word in line.split():
        group = group.commands[word]  # type: ignore[attr-defined]
    names = {param.name for param in group.params}  # type: ignore[attr-defined]
    assert "reason" in names, f"{line} takes no --reason any more"
