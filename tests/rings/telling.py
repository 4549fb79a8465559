"""What the rings did, printed for people: a line per ring, the slowest tests, the table of faults, what was skipped or
left, the sum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.rings import selection
from tests.rings.counts import Count

SLOWEST = 10


def faults(table: Path) -> None:
    """Print the table of faults that the lab tests kept, one line each."""
    if not table.exists():
        return
    print("\nfault                              host  seen s  outcome    cured s  why")
    for line in sorted(table.read_text().splitlines()):
        row = json.loads(line)
        seen, cured = (f"{row[name]:7.1f}" if row[name] is not None else "      -" for name in ("seen_s", "cured_s"))
        print(f"{row['fault']:<34} {row['host']:<5} {seen} {row['outcome']:<10} {cured}  {row['why'][:110]}")


def told(found: Mapping[str, Count], table: Path) -> int:
    """Print what the rings did, the sum last; return 1 when anything failed or nothing ran."""
    print("\nring     passed failed skipped seconds")
    for ring, count in found.items():
        print(f"{ring:<8} {count.passed:>6} {count.failed:>6} {count.skipped:>7} {count.seconds:>7.0f}")
    slowest = sorted(((*row, ring) for ring, count in found.items() for row in count.slow), reverse=True)[:SLOWEST]
    print(f"\nslowest {SLOWEST}:")
    for seconds, name, ring in slowest:
        print(f"  {seconds:7.1f} s  {ring}: {name}")
    faults(table)
    for count in found.values():
        for name, reason in count.reasons.items():
            print(f"skipped: {name}: {reason}")
    totals = [sum(getattr(count, name) for count in found.values()) for name in ("passed", "failed", "skipped")]
    print(f"\n{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] or not totals[0] else 0


def left_to_lab_full(record: Path) -> None:
    """Print by name what `make test` left out, under the part of `make lab-full` that has it."""
    left = {row["test"]: row for row in selection.records(record)}
    if not left:
        return
    print(f"\nleft to make lab-full, {len(left)} tests:")
    for part in sorted({row["part"] for row in left.values()}):
        print(f"  PART={part}")
        for test, row in sorted(left.items()):
            if row["part"] == part:
                print(f"    {test.removeprefix('tests/')}: {row['why']}")
