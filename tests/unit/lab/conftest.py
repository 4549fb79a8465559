"""A lab of a shape, as far as its run directory tells: whether one is up on this machine changes no test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lab import paths
from lab.cloud import shapes

Be = Callable[[str], None]


@pytest.fixture
def be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Be:
    """Make the lab one of a shape."""
    monkeypatch.setattr(paths, "SHAPE", tmp_path / "run/shape")
    monkeypatch.setattr(paths, "ALSO", tmp_path / "run/technologies")
    return lambda name: shapes.remember(shapes.find(name))
