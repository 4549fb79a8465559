"""A scenario in the shape that the lab has; its daemon runs where the shape says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import api, shapes
from lab.shapes import Shape
from tests.lab.scenario import Scenario
from tests.shapes.inside import Inside, folder


@pytest.fixture(scope="session")
def shape() -> Shape:
    found = api.status()
    if found["state"] != "up":
        pytest.skip(f"the lab is {found['state']}: python -m tests.shapes brings it up in each shape")
    return shapes.find(found["shape"])


@pytest.fixture
def running(shape: Shape, tmp_path: Path) -> Iterator[Scenario]:
    """A daemon of all hosts of the shape that has started and accepted what stands."""
    if shape.daemon_on is None:
        made = Scenario(tmp_path / "scenario", shape.hosts)
    else:
        made = Inside(folder(), shape.hosts)
    with made:
        made.start()
        made.settle()
        yield made
