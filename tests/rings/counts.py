"""What a ring did, in numbers, read from pytest's own reports."""

from __future__ import annotations

import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Count:
    """Results of tests; `seconds` is how long somebody who waits for them waits, and is set by whoever measures it."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reasons: dict[str, str] = field(default_factory=dict)
    slow: list[tuple[float, str]] = field(default_factory=list)

    def add(self, other: Count) -> None:
        """Add the results of other tests of this ring; the time is not added, for they may have run side by side."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.reasons.update(other.reasons)
        self.slow += other.slow


def read(report: Path) -> Count:
    """Return the results in a junit report; a report that is not there is one failure."""
    count = Count()
    if not report.exists():
        count.failed = 1
        return count
    for case in xml.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        count.slow.append((float(case.get("time") or 0), name))
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        elif skipped is not None:
            count.skipped += 1
            count.reasons[name] = skipped.get("message") or "no reason given"
        else:
            count.passed += 1
    return count
