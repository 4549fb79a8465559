"""Every test on the lab is in one part of `make lab-full`, and what `make test` leaves out is named: by the real collection of both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rings import running, selection
from tests.rings.parts import PARTS

pytestmark = pytest.mark.service


def collected(choice: str | None, record: Path | None = None) -> list[str]:
    argv = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:randomly", "tests/lab", "tests/e2e"]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REMEDIATOR_")}
    environment = {**ours, **selection.environment(choice, record)}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode in (0, running.NONE_CHOSEN), done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_each_test_is_in_one_part_and_the_budget_and_what_it_leaves_are_all(tmp_path: Path) -> None:
    every = collected(None)
    by_part = {name: collected(name) for name in PARTS}
    assert sorted(test for tests in by_part.values() for test in tests) == sorted(every)
    assert all(by_part.values()), f"a part without a test: {[name for name, tests in by_part.items() if not tests]}"
    budget = collected(selection.BUDGET, tmp_path / "left")
    left = [row["test"] for row in selection.records(tmp_path / "left")]
    assert sorted([*budget, *left]) == sorted(every)
    assert all(row["why"] for row in selection.records(tmp_path / "left"))
    assert budget
