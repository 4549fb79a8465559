"""Notes about commands in operators' own texts: values in them that are not quoted for the shell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from remediator.config.documents import mistakes
from remediator.config.documents.documents import Loc
from remediator.content.entries import Entry, read_entries
from remediator.content.places import ContentDir
from remediator.model.content.specs import Mistake
from remediator.rules import pasted
from remediator.rules.errors import BadText

MOST_NOTES = 20
TEXT = (
    "a value in a command is not quoted (after: {command}); a host chooses its own words, and people paste "
    "this: put `| shell` behind it"
)


def notes(dirs: Sequence[ContentDir]) -> tuple[Mistake, ...]:
    """Return a note for each text of `dirs` with such a value, at most MOST_NOTES. Shipped texts are left out: a test
    checks them.
    """
    entries, _ = read_entries([each for each in dirs if not each.shipped])
    found = []
    for kind, texts in (("checks", ("output",)), ("rules", ("notify", "evidence", "meanwhile"))):
        for entry in entries.of(kind).values():
            found += [note for name in texts for note in _of(entry, name)]
    return tuple(found[:MOST_NOTES])


def _of(entry: Entry[Any], name: str) -> Iterator[Mistake]:
    source, loc = getattr(entry.body, name), (name,)
    if not isinstance(source, str):
        return
    try:
        unquoted = pasted.unquoted(source)
    except BadText:
        return  # a mistake, and told as one
    if unquoted:
        yield _placed(entry, loc, unquoted[0])


def _placed(entry: Entry[Any], loc: Loc, first: pasted.Unquoted) -> Mistake:
    command = first.command[-60:] or "the name of its program"
    return entry.mistake(loc, mistakes.NOTE, TEXT.format(command=command))
