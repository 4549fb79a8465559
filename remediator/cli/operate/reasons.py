"""The reason that goes into the audit log: asked for in one way, by every command that overrules, ends or mutes
something.

On a terminal a missing reason is asked for; elsewhere it is bad usage. `approve`, `execute`, `pause` and `resume` take
one and need
none: what they do is in the plan, or cannot wait.
"""

from __future__ import annotations

import sys

import typer

from remediator.cli.errors import USAGE, CliError


def given(reason: str | None, command: str) -> str:
    """Return the reason, asked for where somebody can answer. Raise CliError 64 without one; `command` is what to
    type."""
    text = (reason or "").strip()
    if not text and reason is None and sys.stdin.isatty() and sys.stdout.isatty():
        text = str(typer.prompt("Why (goes into the audit log)", default="", show_default=False)).strip()
    if not text:
        raise CliError(f"Missing option '--reason': {command} --reason TEXT; it goes into the audit log", USAGE)
    return text
