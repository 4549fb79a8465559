"""Every test on the lab, and every simulated test that `make test` leaves out, is in one part of `make lab-full`.

What `make test` leaves out is named. There is one real collection, from which each choice takes its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path, PurePath

import pytest

from tests.rings import places, selection
from tests.rings.parts import IN_A_LAB, PARTS

pytestmark = pytest.mark.service

COLLECT = """
import json, sys
from pathlib import Path
import pytest
from tests.rings import places, selection

class Choosing:
    def pytest_collection_modifyitems(self, config, items):
        record = Path(sys.argv[1])
        taken = {}
        for choice in (None, *json.loads(sys.argv[2])):
            left = list(items)
            selection.select(config, left, selection.environment(choice, record if choice == selection.BUDGET else None))
            taken[str(choice)] = [item.nodeid for item in left]
        record.with_suffix(".taken").write_text(json.dumps(taken))

sys.exit(pytest.main(["-q", "--collect-only", "-p", "no:randomly", *places.all_of(("lab", "e2e", "sim"))], plugins=[Choosing()]))
"""  # noqa: E501


def test_each_test_is_in_one_part_and_the_budget_and_what_it_leaves_are_all(tmp_path: Path) -> None:
    record = tmp_path / "left"
    argv = [sys.executable, "-c", COLLECT, str(record), json.dumps([selection.BUDGET, *PARTS])]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REMEDIATOR_")}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False, env=ours)
    assert done.returncode == 0, done.stdout + done.stderr
    taken = json.loads(record.with_suffix(".taken").read_text())
    rows = list(selection.records(record))
    left = [row["test"] for row in rows]
    on_a_lab = [test for test in taken["None"] if places.ring_of(PurePath(test.partition("::")[0])) in IN_A_LAB]
    by_part = {name: taken[name] for name in PARTS}
    assert all(by_part.values()), f"a part without a test: {[name for name, tests in by_part.items() if not tests]}"
    simulated = [test for test in left if test not in on_a_lab]
    assert sorted(test for tests in by_part.values() for test in tests) == sorted([*on_a_lab, *simulated])
    assert sorted(by_part["simulated"]) == sorted(simulated)
    assert sorted([*taken[selection.BUDGET], *left]) == sorted(taken["None"])
    assert all(row["why"] for row in rows)
    assert taken[selection.BUDGET]
