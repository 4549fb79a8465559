"""Which files of the repository have text that people read: code, content, packaging and pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TREES = ("remediator", "lab", "bench", "tests", "checks", "rules", "runbooks", "docs", "packaging")
RECORDED = ("tests/golden",)
"""What other programs or earlier releases wrote: no text of ours, except for the Python beside it."""
SUFFIXES = frozenset({".py", ".yaml", ".yml", ".md", ".sh", ".json", ".toml", ".service", ".conf", ""})


def texts() -> Iterator[tuple[str, str]]:
    """Yield (path below the root, text) of each file."""
    for path in sorted((*ROOT.glob("*.md"), *(path for tree in TREES for path in (ROOT / tree).rglob("*")))):
        name = path.relative_to(ROOT).as_posix()
        recorded = name.startswith(RECORDED) and path.suffix != ".py"
        if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts and not recorded:
            yield name, path.read_text(encoding="utf-8", errors="replace")
