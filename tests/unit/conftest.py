"""What unit tests of several rooms stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import installed


@pytest.fixture
def memcache(tmp_path: Path) -> Iterator[None]:
    """The example of an integration from outside is installed, as pip would do it, for the time of a test."""
    with installed.example(tmp_path / "beside"):
        yield
