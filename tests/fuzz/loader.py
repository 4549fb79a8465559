"""The real loader under content that was bent: every file that we ship, with lines, words and signs made wrong."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from random import Random

from remediator.content.loading import load_content
from remediator.content.places import KINDS, ContentDir, shipped
from remediator.integrations import registry
from remediator.model.content import Integration
from tests.fuzz import mutating
from tests.fuzz.counting import Count

FILES = 10
"""Of a round."""


@cache
def _right() -> tuple[tuple[str, str], ...]:
    """Return (kind, text) of every file that we ship."""
    return tuple(
        (kind, path.read_text("utf-8")) for kind in KINDS for path in sorted((shipped().path / kind).glob("*.yaml"))
    )


@cache
def _integrations() -> dict[str, Integration]:
    return registry.load({"galera": {}})


def content(chance: Random, count: Count) -> None:
    """Bend one file at a time, and load it over what we ship: it must come to mistakes with a place, or to content."""
    for _ in range(FILES):
        kind, right = chance.choice(_right())
        text = mutating.as_text(right, chance)
        count.done += 1
        with tempfile.TemporaryDirectory() as directory:
            folder = Path(directory) / kind
            folder.mkdir()
            (folder / "bent.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
            with count.timed("a file of content"):
                try:
                    loaded, found = load_content([shipped(), ContentDir(Path(directory))], _integrations(), None)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of the loader
                    count.fault(f"the loader raised {type(error).__name__}: {error}"[:300])
                    continue
        if loaded is None and not found:
            count.fault("neither content nor a mistake")
        if any(mistake.line < 1 or mistake.col < 1 or not mistake.file for mistake in found):
            count.fault("a mistake without a place")
