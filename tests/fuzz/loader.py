"""The real loader under content that was bent: every file that we ship, with lines, words and signs made wrong."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from remediator.content.loading import load_content
from remediator.content.places import KINDS, ContentDir, shipped
from remediator.integrations import registry
from remediator.model.manifest.together import Manifests
from tests.fuzz import mutating
from tests.fuzz.counting import Count

FILES = 10
"""Of a round."""
LARGE = "galera.yaml"


@cache
def _right() -> tuple[tuple[str, str, str], ...]:
    """Return (kind, name, text) of every file that we ship."""
    return tuple(
        (kind, path.name, path.read_text("utf-8"))
        for kind in KINDS
        for path in sorted((shipped().path / kind).glob("*.yaml"))
    )


@contextlib.contextmanager
def _without_large() -> Iterator[ContentDir]:
    """Give what we ship without the technology that the others do not name: it is most of the text, and of the time."""
    with tempfile.TemporaryDirectory() as directory:
        for kind, name, _ in _right():
            if name != LARGE:
                place = Path(directory) / kind
                place.mkdir(exist_ok=True)
                shutil.copy(shipped().path / kind / name, place / name)
        yield ContentDir(Path(directory), shipped=True)


@cache
def _integrations() -> Manifests:
    return registry.load({"galera": {}})


def content(chance: Random, count: Count) -> None:
    """Bend one file at a time, and load it over what it stands beside: it must come to mistakes with a place, or to
    content."""
    with _without_large() as small:
        for _ in range(FILES):
            kind, name, right = chance.choice(_right())
            _bend(kind, mutating.as_text(right, chance), shipped() if name == LARGE else small, count)


def _bend(kind: str, text: str, base: ContentDir, count: Count) -> None:
    """Load `text` over `base`, and count what may not be."""
    count.done += 1
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / kind
        folder.mkdir()
        (folder / "bent.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        with count.timed("a file of content"):
            try:
                loaded, found = load_content([base, ContentDir(Path(directory))], _integrations(), None)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of the loader
                count.fault(f"the loader raised {type(error).__name__}: {error}"[:300])
                return
    if loaded is None and not found:
        count.fault("neither content nor a mistake")
    if any(mistake.line < 1 or mistake.col < 1 or not mistake.file for mistake in found):
        count.fault("a mistake without a place")
