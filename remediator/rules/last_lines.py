"""The last lines of a log as a page shows them: whole lines, repeated rounds of the same lines once. Pure.

Invariant: every line shown is in the log, their order stays, and the log's last line is the last one shown.
"""

from __future__ import annotations

import re

MOST = 12
"""Most lines that a page shows."""
CHANGES = re.compile(r"[0-9]+|0x[0-9a-fA-F]+")
"""What differs between two rounds of one line: times, pids, ports, counters."""


def told(log: str) -> str:
    """Return the last lines of `log`, which begins with a whole line. Of lines that differ in figures only, the last
    one is kept.
    """
    lines = log.splitlines()
    shown: list[str] = []
    seen: set[str] = set()
    for line in reversed([line.rstrip() for line in lines if line.strip()]):
        alike = CHANGES.sub("#", line)
        if alike in seen:
            continue
        seen.add(alike)
        shown.append(line)
    repeated = sum(1 for line in lines if line.strip()) - len(shown)
    kept = list(reversed(shown[:MOST]))
    if repeated > 0:
        kept.insert(0, f"({repeated} lines that repeat these are left out)")
    return "\n".join(kept)
