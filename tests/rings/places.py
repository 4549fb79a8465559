"""Where the tests of a ring lie: in `tests/RING`, and in `tests/integrations/X/RING` for each technology X."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

RINGS = ("unit", "sim", "service", "lab", "e2e")
ROOT = Path(__file__).parents[2]


def of(ring: str) -> tuple[str, ...]:
    """Return the directories of `ring`, below the root of the repository; empty when there is none."""
    found = [ROOT / "tests" / ring, *sorted((ROOT / "tests" / "integrations").glob(f"*/{ring}"))]
    return tuple(str(each.relative_to(ROOT)) for each in found if each.is_dir())


def ring_of(file: PurePath) -> str | None:
    """Return the ring of a test's file, a path below `tests`; None: it lies in none."""
    return next((part for part in file.parts if part in RINGS), None)


def all_of(rings: Sequence[str]) -> tuple[str, ...]:
    """Return the directories of several rings, in their order."""
    return tuple(each for ring in rings for each in of(ring))
