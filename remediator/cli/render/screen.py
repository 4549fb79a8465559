"""Rows of several lines for people: an id, a target or a command stays in one piece at any width. Pure.

On a terminal what is long goes on below, indented; off one each row is a single line, so that `grep` finds it whole.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from remediator.cli.render import sanitize

INDENT: Final = 2
BELOW: Final = 9
BETWEEN: Final = "  "


def item(
    head: Sequence[str], notes: Sequence[str] = (), commands: Sequence[str] = (), *, width: int | None
) -> list[str]:
    """Return a row as lines: `head` (parts that stay whole), then each note (folded between words), then each command.

    A command is alone on its line and never folded, for it is copied. Without `width` everything is one line.
    """
    parts, said, typed = ([sanitize.line(each) for each in group if each] for group in (head, notes, commands))
    if width is None:
        return [" " * INDENT + BETWEEN.join([*parts, *said, *typed])]
    lines = _packed(parts, width)
    for note in said:
        lines += folded(note, width, BELOW)
    return [*lines, *(command_line(command, width) for command in typed)]


def command_line(command: str, width: int) -> str:
    """Return a command alone on its line, further to the left where it would not fit."""
    return " " * (BELOW if BELOW + len(command) <= width else INDENT) + command


def folded(text: str, width: int, indent: int = 0) -> list[str]:
    """Return `text` in lines of at most `width`, broken between words only: a word that is longer stays whole."""
    margin = " " * indent
    return textwrap.wrap(
        text, max(width, indent + 20), initial_indent=margin, subsequent_indent=margin, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _packed(parts: Sequence[str], width: int) -> list[str]:
    """Return `parts` side by side, as many on a line as fit; each stays whole."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(BETWEEN) + len(part) <= width:
            lines[-1] += BETWEEN + part
        else:
            lines.append(" " * (BELOW if lines else INDENT) + part)
    return lines
