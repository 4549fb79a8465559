"""`remediator validate`: every mistake in the config and in every content file at once, each with its place; then the
notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from remediator.cli import session
from remediator.cli.errors import DONE, FAILED
from remediator.cli.session import Format

if TYPE_CHECKING:
    from remediator.config import Config
    from remediator.model.content.specs import Mistake


def validate(
    ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE
) -> int:
    """Find every mistake in config and content.

    Files that it names and that are not there, or open to others, are notes. Exit 0 without a mistake, 1 with.
    """
    from remediator.cli.render import output
    from remediator.config.documents import mistakes
    from remediator.config.ownership import files
    from remediator.content.validate import examine

    examined = examine(session.of(ctx).config_path)
    found = examined.mistakes
    config = examined.config
    notes = (*examined.notes, *((*files.notes(config), *_store_notes(config)) if config is not None else ()))
    if format is Format.JSON:
        output.as_json(mistakes.to_json([*found, *notes]))
    else:
        for mistake in found:
            output.say(mistakes.to_text(mistake))
        for note in notes:
            output.say(f"note: {mistakes.to_text(note)}")
        output.say(_count(len(found), len(notes)))
    return FAILED if found else DONE


def _store_notes(config: Config) -> tuple[Mistake, ...]:
    """Return a note about a store that another release wrote."""
    from remediator.config import SecretError
    from remediator.config.documents import mistakes
    from remediator.store import reader

    try:
        told = reader.other_form(config)
    except SecretError:
        return ()  # a mistake, or a note, says so already
    return (config.origin.document.mistake(("state_dir",), mistakes.NOTE, str(told)),) if told is not None else ()


def _count(number: int, notes: int) -> str:
    said = "no mistake" if not number else f"{number} mistake{'s' if number > 1 else ''}"
    return said + (f", {notes} note{'s' if notes > 1 else ''}" if notes else "")
