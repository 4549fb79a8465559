"""Runs the whole matrix, part by part: `python -m tests.rings.full [PART]`, what `make lab-full` does.

A run can be resumed. The result of each test is written into `.lab-full/` as soon as it is known, for the code as it
stands. The same command, said again, runs what has not passed. Another state of the code begins anew. A part begins
nothing after its hour.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.rings import places, processes, running, selection, telling
from tests.rings.counts import Count
from tests.rings.parts import LIMIT_S, PARTS

PLACE = Path(".lab-full")
CODE = ("remediator", "lab", "tests", "checks", "rules", "runbooks", "packaging", "pyproject.toml", "requirements.lock")
"""What a result is of. A page of the docs changes none."""


def main(wanted: Sequence[str]) -> int:
    """Run the wanted part, all of them when none is named."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"there is no part {unknown[0]!r}; parts are:", file=sys.stderr)
        for name, part in PARTS.items():
            print(f"  {name:<22} {part.about}", file=sys.stderr)
        return 64
    PLACE.mkdir(exist_ok=True)
    record = PLACE / f"{code_id()}.jsonl"
    table = record.with_suffix(".faults")
    os.environ["REMEDIATOR_LAB_TABLE"] = str(table)
    found: dict[str, Count] = {}
    unfinished: list[str] = []
    with processes.as_interrupts():
        try:
            for name in wanted or PARTS:
                found[name], whole = run(name, record)
                unfinished += [] if whole else [name]
        except KeyboardInterrupt as interrupt:
            print(f"interrupted by {interrupt}: the same command goes on after the {len(passed(record))} that passed")
            return 130
    print(f"\n{len(passed(record))} tests have passed on this state of the code ({record})")
    for name in unfinished:
        print(f"{name}: not done within {LIMIT_S / 60:.0f} minutes: make lab-full PART={name} goes on with it")
    nothing_left = not unfinished and not any(count.failed or count.skipped for count in found.values())
    code = telling.told(found, table)
    return 0 if nothing_left else code or 1


def run(name: str, record: Path) -> tuple[Count, bool]:
    """Run one part; return what came of it, and whether all of it was begun."""
    started = time.monotonic()
    before = len(passed(record))
    print(f"part {name}: {PARTS[name].about}", flush=True)
    choice = running.Choice(
        environment=selection.environment(name, record),
        shape=PARTS[name].shape,
        technologies=PARTS[name].technologies,
        until=started + LIMIT_S,
    )
    rings = PARTS[name].rings
    if not todo(rings, choice):
        print(f"part {name}: every test has passed before on this state of the code", flush=True)
        return Count(), True
    count = Count()
    found = running.with_labs(rings, choice) if PARTS[name].needs_a_lab else running.without_a_lab(rings, choice)
    for ring in found.values():
        count.add(ring)
    count.seconds = time.monotonic() - started
    print(f"part {name}: {len(passed(record)) - before} more have passed, {count.seconds:.0f} s", flush=True)
    return count, not choice.late


def todo(rings: Sequence[str], choice: running.Choice) -> bool:
    """Say whether any test of the part is left; a collection that fails is left to the run itself to show."""
    argv = [sys.executable, "-m", "pytest", "-q", "--collect-only", *places.all_of(rings)]
    code, _ = processes.run(argv, limit_s=120, keep=True, environment=choice.environment)
    return code != running.NONE_CHOSEN


def passed(record: Path) -> frozenset[str]:
    return selection.passed(record)


def code_id() -> str:
    """Return what names the state of the code, committed or not."""
    with tempfile.TemporaryDirectory() as directory:
        index = {**os.environ, "GIT_INDEX_FILE": f"{directory}/index"}
        subprocess.run(["git", "add", "--all"], env=index, check=True, capture_output=True, timeout=60)
        tree = subprocess.run(["git", "write-tree"], env=index, check=True, capture_output=True, timeout=60, text=True)
        listed = subprocess.run(
            ["git", "ls-tree", tree.stdout.strip(), *CODE], check=True, capture_output=True, timeout=60
        )
    return hashlib.sha256(listed.stdout).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
