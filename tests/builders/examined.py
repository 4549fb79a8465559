"""What `validate` says of a config that a test writes."""

from __future__ import annotations

from pathlib import Path

from remediator.config.documents import mistakes
from remediator.content import validate
from tests.unit.content.toy import put


def examined(folder: Path, text: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the mistakes, without the folder, and the notes of the config `text`."""
    path = put(folder, {"config.yaml": text}) / "config.yaml"
    result = validate.examine(str(path), {})
    assert all(note.code == "note" for note in result.notes)
    notes = tuple(f"{note.path}: {note.message}" for note in result.notes)
    return [mistakes.to_text(one).replace(f"{folder}/", "") for one in result.mistakes], notes
