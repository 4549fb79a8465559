"""Lab tests need the lab up; without it each is skipped with the lab's own reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lab import api
from tests.lab.scenario import Scenario


@pytest.fixture(scope="session")
def lab_status() -> dict[str, Any]:
    found = api.status()
    if not any(row["state"] == "running" for row in found["hosts"]):
        pytest.skip(f"the lab is {found['state']}: python -m lab up says why")
    return found


@pytest.fixture
def scenario(lab_status: dict[str, Any], tmp_path: Path) -> Iterator[Callable[[Sequence[str]], Scenario]]:
    """A maker of scenarios that are ended, and healed, with the test."""
    with ExitStack() as stack:

        def make(hosts: Sequence[str]) -> Scenario:
            missing = [
                host
                for host in hosts
                if host not in {row["name"] for row in lab_status["hosts"] if row["state"] == "running"}
            ]
            if missing:
                pytest.skip(f"{', '.join(missing)} is not running in the lab")
            directory = tmp_path / f"scenario{len(list(tmp_path.iterdir()))}"
            return stack.enter_context(Scenario(directory, hosts))

        yield make
