"""Runs the rings of tests in their order and says what happened, each ring in one line.

unit (milliseconds, no I/O), sim (seeded), service (a real server on loopback), lab (the real cloud in a box), e2e (from the
command line, as an operator would). A test that was skipped is counted as skipped, and its reason is printed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

RINGS = ("unit", "sim", "service", "lab", "e2e")
LIMIT_S = {"unit": 600, "sim": 1500, "service": 1200, "lab": 4200, "e2e": 1200}
HOSTS = ("ctl1", "ctl2", "cmp1", "cmp2", "ctl3")
ON_BOTH_CORES = ("unit", "sim")
"""Nothing in them waits for anything: two processes halve their time."""
SIDE_BY_SIDE = 3
"""Hosts worked on at a time: two cores are all there is."""


@dataclass
class Count:
    """What one ring did."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reasons: dict[str, str] = field(default_factory=dict)
    slow: list[tuple[float, str]] = field(default_factory=list)


def pytest(ring: str, arguments: list[str], into: Count, on: str = "") -> None:
    """Run one pytest and add its results to `into`; a run that ends without a report is one failure.

    `on`: only the tests of this host, its output kept and printed in one piece.
    """
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            arguments[0],
            f"--junitxml={report}",
            *arguments[1:],
            f"tests/{ring}",
        ]
        started = time.monotonic()
        try:
            environment = {**os.environ, "REMEDIATOR_ON": on}
            done = subprocess.run(
                command,
                timeout=LIMIT_S[ring],
                check=False,
                env=environment,
                stdout=subprocess.PIPE if on else None,
                stderr=subprocess.STDOUT if on else None,
                text=True,
            )
            code = done.returncode
            if on:
                print(f"{ring} on {on}:\n{done.stdout}", flush=True)
        except subprocess.TimeoutExpired:
            print(f"{ring}: not done after {LIMIT_S[ring]} s", flush=True)
            code = -1
        if not on:
            into.seconds += time.monotonic() - started
        if code == 5:
            return
        if not report.exists():
            into.failed += 1
            return
        read(report, into)


def read(report: Path, into: Count) -> None:
    """Add the results of a junit report."""
    for case in xml.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        into.slow.append((float(case.get("time") or 0), name))
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            into.failed += 1
        elif skipped is not None:
            into.skipped += 1
            into.reasons[name] = skipped.get("message") or "no reason given"
        else:
            into.passed += 1


def run(ring: str) -> Count:
    """Run one ring. Lab scenarios on different hosts run side by side; those that need the whole lab run alone, afterwards."""
    count = Count()
    if not (Path("tests") / ring).is_dir():
        return count
    if ring not in ("lab", "e2e"):
        pytest(ring, [ring, *(("-n", "2", "--dist", "loadfile") if ring in ON_BOTH_CORES else ())], count)
        return count
    started = time.monotonic()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(lambda host: pytest(ring, [f"{ring} and not alone"], count, on=host), HOSTS))
    count.seconds += time.monotonic() - started
    pytest(ring, [f"{ring} and alone", "-p", "no:randomly"], count)
    return count


def faults(table: Path) -> None:
    """Print the table of faults that the lab tests kept, one line each."""
    if not table.exists():
        return
    print("\nfault                              host  seen s  outcome    cured s  why")
    for line in sorted(table.read_text().splitlines()):
        row = json.loads(line)
        seen, cured = (f"{row[name]:7.1f}" if row[name] is not None else "      -" for name in ("seen_s", "cured_s"))
        print(f"{row['fault']:<34} {row['host']:<5} {seen} {row['outcome']:<10} {cured}  {row['why'][:110]}")


def lab(verb: str) -> None:
    """Bring the lab up or down; why it cannot come up is what its tests then say when they skip."""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "lab", verb], timeout=1800, check=False)
    print(f"lab {verb}: exit {done.returncode}, {time.monotonic() - started:.0f} s", flush=True)


def main(wanted: list[str]) -> int:
    """Run the wanted rings (all of them when none is named); return 1 when anything failed or nothing ran."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rings = [ring for ring in RINGS if not wanted or ring in wanted]
    counts: dict[str, Count] = {}
    up = False
    table = Path(tempfile.mkdtemp(prefix="remediator-rings-")) / "faults.jsonl"
    os.environ["REMEDIATOR_LAB_TABLE"] = str(table)
    try:
        for ring in rings:
            if ring in ("lab", "e2e") and not up:
                lab("up")
                up = True
            counts[ring] = run(ring)
    finally:
        if up:
            lab("down")
    print("\nring     passed failed skipped seconds")
    for ring, count in counts.items():
        print(f"{ring:<8} {count.passed:>6} {count.failed:>6} {count.skipped:>7} {count.seconds:>7.0f}")
    slowest = sorted(((*row, ring) for ring, count in counts.items() for row in count.slow), reverse=True)[:10]
    print("\nslowest ten:")
    for seconds, name, ring in slowest:
        print(f"  {seconds:7.1f} s  {ring}: {name}")
    faults(table)
    for count in counts.values():
        for name, reason in count.reasons.items():
            print(f"skipped: {name}: {reason}")
    totals = [sum(getattr(count, name) for count in counts.values()) for name in ("passed", "failed", "skipped")]
    print(f"\n{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] or not totals[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
