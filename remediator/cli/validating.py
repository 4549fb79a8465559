"""`remediator validate`: every mistake in the config and in every content file at once, each with its place; then the notes."""

from __future__ import annotations

from typing import Annotated

import typer

from remediator.cli import session
from remediator.cli.errors import DONE, FAILED
from remediator.cli.session import Format


def validate(
    ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE
) -> int:
    """Find every mistake in config and content. Exit 0 without any, 1 with; notes change nothing."""
    from remediator.cli import output
    from remediator.config import mistakes
    from remediator.content.validate import examine

    examined = examine(session.of(ctx).config_path)
    found = examined.mistakes
    if format is Format.JSON:
        output.as_json(mistakes.to_json([*found, *examined.notes]))
    else:
        for mistake in found:
            output.say(mistakes.to_text(mistake))
        for note in examined.notes:
            output.say(f"note: {mistakes.to_text(note)}")
        output.say("no mistake" if not found else f"{len(found)} mistake{'s' if len(found) > 1 else ''}")
    return FAILED if found else DONE
