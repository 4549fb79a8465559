"""What a run of the fuzzer counts, and the one line it ends with."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

HANG_S = 10.0
"""One input that takes so much of a processor hangs."""
STILL_S = 120.0
"""One that takes so long hangs as well, though it computes nothing: a machine that others use fully keeps it from
computing for shorter."""
GROWTH, LEAST_BYTES = 0.25, 48 * 2**20
"""Memory has grown when the mean of the last tenth is above that of the first by more than both."""
MOST_TOLD = 12


@dataclass
class Count:
    """Faults so far. `where`: the seed of the round under way, with which it is replayed alone."""

    kind: str
    done: int = 0
    failed: int = 0
    hangs: int = 0
    where: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    memory: list[int] = field(default_factory=list)

    def fault(self, why: str) -> None:
        """A turn failed, or something was raised where nothing may be."""
        self.failed += 1
        self._note(why)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """What runs inside hangs when it computes for longer than HANG_S, or takes longer than STILL_S."""
        began_s, computed_s = time.monotonic(), time.process_time()
        yield
        took_s, computed_s = time.monotonic() - began_s, time.process_time() - computed_s
        if computed_s > HANG_S or took_s > STILL_S:
            self.hang(f"{what} took {took_s:.0f} s, and computed for {computed_s:.0f} s of them")

    def hang(self, why: str) -> None:
        self.hangs += 1
        self._note(why)

    def _note(self, why: str) -> None:
        self.faults[why] += 1
        self.first.setdefault(why, self.where)

    def weigh(self) -> None:
        """Note how much memory there is now."""
        gc.collect()
        self.memory.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)

    @property
    def tenths(self) -> tuple[float, float]:
        """Mean memory of the first and of the last tenth, in bytes."""
        part = max(1, len(self.memory) // 10)
        first, last = self.memory[:part] or [0], self.memory[-part:] or [0]
        return sum(first) / len(first), sum(last) / len(last)

    @property
    def grew(self) -> bool:
        first, last = self.tenths
        return len(self.memory) >= 10 and last - first > max(GROWTH * first, LEAST_BYTES)

    @property
    def well(self) -> bool:
        return not (self.failed or self.hangs or self.grew)

    def line(self, seed: int, took_s: float) -> str:
        """Return the one line."""
        first, last = (f"{size / 2**20:.0f} MiB" for size in self.tenths)
        how = "grew" if self.grew else "flat" if len(self.memory) >= 10 else "not judged"
        return (
            f"fuzz {self.kind}: {'ok' if self.well else 'FAILED'} inputs={self.done} "
            f"failed={self.failed} hangs={self.hangs} "
            f"memory={how} ({first} to {last}) seed={seed} seconds={took_s:.0f}"
        )

    def told(self) -> list[str]:
        """Return a line for each kind of fault: how often, what, and the seed that shows it alone."""
        return [
            f"  {count:6} x {why[:200]}  (python -m tests.fuzz {self.kind} --seed {self.first[why]} --count 1)"
            for why, count in self.faults.most_common(MOST_TOLD)
        ]


Round = Callable[[Random, Count], None]
"""One round: a fresh daemon, some hundred inputs. Its seed says all that becomes of it."""


def run(kind: str, one: Round, *, seed: int, count: int | None, seconds: float) -> Count:
    """Run rounds, each with a seed of its own (`seed`, `seed` + 1, ...), until `count` inputs were made or `seconds`
    are over.

    Whoever interrupts it gets what was found so far.
    """
    found = Count(kind=kind, where=seed)
    ends_s = time.monotonic() + seconds
    while True:
        try:
            one(Random(f"{kind} {found.where}"), found)
        except KeyboardInterrupt:
            return found
        found.weigh()
        found.where += 1
        if (count is not None and found.done >= count) or time.monotonic() >= ends_s:
            return found
