"""Runs the rings of tests in their order and says what happened, each ring in one line: what `make test` does.

The rings are:

- unit: milliseconds, no I/O
- sim: seeded
- service: a real server on loopback
- lab: the real cloud in a box
- e2e: from the command line, as an operator would

A test that was skipped is counted as skipped, and its reason is printed. Of sim and the rings on the lab a run takes
what its budget has room for. What it leaves to `make lab-full` is printed by name.

sim, whose clock is virtual, has the cores that are idle beside all others, from the first minute on. The service ring,
whose time is real, has no lab beside it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.rings import places, processes, running, selection, telling
from tests.rings.counts import Count
from tests.rings.parts import IN_A_LAB
from tests.rings.places import RINGS

BESIDE_THE_LAB = ("sim",)


def main(wanted: list[str]) -> int:
    """Run the wanted rings, all of them when none is named."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rings = [ring for ring in RINGS if (not wanted or ring in wanted) and places.of(ring)]
    in_a_lab = [ring for ring in rings if ring in IN_A_LAB]
    beside = [ring for ring in rings if ring in BESIDE_THE_LAB and "lab" in in_a_lab]
    kept = Path(tempfile.mkdtemp(prefix="remediator-rings-"))
    table, left = kept / "faults.jsonl", kept / "left.jsonl"
    os.environ["REMEDIATOR_LAB_TABLE"] = str(table)
    choice = running.Choice(environment=selection.environment(selection.BUDGET, left))
    found: dict[str, Count] = {}
    with processes.as_interrupts():
        try:
            first = [ring for ring in rings if ring not in in_a_lab and ring not in beside]
            if in_a_lab:
                found = running.beside_the_labs(first, in_a_lab, beside, choice)
            else:
                found = running.without_a_lab(first, choice)
        except KeyboardInterrupt as interrupt:
            print(f"interrupted by {interrupt}", flush=True)
            return 130
    telling.left_to_lab_full(left)
    return telling.told({ring: found[ring] for ring in rings}, table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
