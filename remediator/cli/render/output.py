"""Printing: JSON for programs, tables for people. Colours only on a terminal and not with NO_COLOR.

Off a terminal a row is never wrapped, so that `grep` finds it whole. On a terminal that is too narrow for the columns,
each row is a block of lines. An id, a target or a command is never broken in two.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from remediator.cli.render import sanitize, screen

if TYPE_CHECKING:
    from rich.console import Console

UNWRAPPED: Final = 4000
UNFOLDED: Final = 36
"""A cell up to this width stays in one piece, so that a target can be copied; only the last column always folds."""
TEXT: Final = 24
"""What the last column needs at least to be readable."""
COLOURS: Final = {
    "OK": "green", "WARNING": "yellow", "CRITICAL": "bold red", "UNKNOWN": "magenta",
    "open": "bold red", "escalated": "bold red", "in_doubt": "bold red", "failed": "bold red", "held": "yellow",
    "curing": "yellow", "verifying": "yellow", "running": "yellow", "waiting_approval": "yellow",
    "refused": "magenta", "suppressed": "dim", "cancelled": "dim", "resolved": "green", "succeeded": "green",
}  # fmt: skip


def as_json(value: Any) -> None:
    """Print `value` as indented JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def console() -> Console:
    """Return a console for people. Markup in foreign text is never interpreted."""
    from rich.console import Console

    wide = None if sys.stdout.isatty() else UNWRAPPED
    return Console(markup=False, highlight=False, emoji=False, soft_wrap=False, width=wide)


def width() -> int | None:
    """Return the columns of the terminal, None when the output is none: nothing is folded then."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def cut_at(limit: int, shown: int) -> None:
    """Say on stderr that a list was cut, when `shown` rows reach `limit`: a table does not tell what is left out."""
    if shown >= limit:
        print(f"remediator: the newest {limit} are shown, and there may be more: --limit", file=sys.stderr)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Print rows under `columns`; the last column takes what is left of the width. Without rows print `empty`."""
    from rich.table import Table
    from rich.text import Text

    out = console()
    body = [[sanitize.line(cell) for cell in row] for row in rows]
    if not body:
        out.print(empty)
        return
    wide = width()
    if wide is not None and _needs(columns, body) > wide:
        for row in body:
            for line in screen.item(row[:-1], row[-1:], width=wide):
                row_line(line)
        return
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, column in enumerate(columns):
        last = index == len(columns) - 1
        whole = not last and max(len(row[index]) for row in body) <= UNFOLDED
        grid.add_column(column.upper(), overflow="fold", no_wrap=whole)
    for row in body:
        styles = [*(COLOURS.get(cell, "") for cell in row[:-1]), ""]  # the last column is text, not a state
        grid.add_row(*(Text(cell, style=style) for cell, style in zip(row, styles, strict=True)))
    out.print(grid)


def _needs(columns: Sequence[str], body: Sequence[Sequence[str]]) -> int:
    """Return how many columns of a terminal a table needs for everything but its last column to stay in one piece."""
    longest = [max(len(column), *(len(row[index]) for row in body)) for index, column in enumerate(columns)]
    return sum(longest[:-1]) + 2 * (len(columns) - 1) + min(longest[-1], TEXT)


def row_line(text: str, style: str = "") -> None:
    """Print a line that is laid out already: what is longer than the terminal is left to it, so that it can be copied
    whole."""
    from rich.text import Text

    console().print(Text(text, style=style), soft_wrap=True)


def say(*parts: str, style: str = "") -> None:
    """Print one line for people."""
    from rich.text import Text

    console().print(Text(sanitize.line(" ".join(parts)) if len(parts) > 1 else parts[0], style=style))
