"""Brings the lab up in one shape after the other, runs the ways in it, takes it down, and prints a table: a line for each shape and way."""

from __future__ import annotations

import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from pathlib import Path

from lab import shapes
from tests.rings import processes
from tests.rings.labs import FIRST

LIMIT_S = 1800.0


def main(wanted: list[str]) -> int:
    """Run the wanted shapes, by default all; return 1 when a way failed or a lab did not come up."""
    chosen = [shapes.find(name).name for name in wanted or shapes.SHAPES]
    rows: list[tuple[str, str, str, float]] = []
    with processes.as_interrupts():
        for name in chosen:
            rows += _in_shape(name)
    print("\nshape                    way                                                        result    seconds")
    for shape, way, result, seconds in rows:
        print(f"{shape:<24} {way:<58} {result:<9} {seconds:>7.0f}")
    return 1 if any(result in ("failed", "not up") for _, _, result, _ in rows) else 0


def _in_shape(name: str) -> list[tuple[str, str, str, float]]:
    started = time.monotonic()
    up = [sys.executable, "-m", "lab", "up", "--shape", name]
    try:
        with processes.ended_on_error():
            code, said = processes.run(up, limit_s=LIMIT_S, keep=True)
            print(f"{said}shape {name}: lab up: exit {code}, {time.monotonic() - started:.0f} s", flush=True)
            return _ways(name) if code == 0 else [(name, "-", "not up", time.monotonic() - started)]
    finally:
        processes.again()
        FIRST.down()


def _ways(name: str) -> list[tuple[str, str, str, float]]:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", f"--junitxml={report}", "tests/shapes"]
        processes.run(argv, limit_s=LIMIT_S, keep=False)
        if not report.exists():
            return [(name, "-", "failed", 0.0)]
        return [(name, *_row(case)) for case in xml.parse(report).getroot().iter("testcase")]


def _row(case: xml.Element) -> tuple[str, str, float]:
    broken = case.find("failure") is not None or case.find("error") is not None
    result = "failed" if broken else "skipped" if case.find("skipped") is not None else "passed"
    return (case.get("name") or "").removeprefix("test_"), result, float(case.get("time") or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
