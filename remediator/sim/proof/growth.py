"""Whether something that is measured once a day stays bounded. Pure: series in, verdicts out.

A straight line is laid through the days after the retention window (least squares). A series grows when it rises over
these days by more than a share of its mean, and by more than a small number. Of rows and held items the days are all
after the window. A series from which nothing is ever removed begins at nothing and rises by more than its mean. Of
memory the days are the last third: a process takes some days until every path was walked once. The audit is never cut:
it may grow, and its growth by the day may not. A series that grows to a bound and stays there rises no more. So memory
also has a limit, as a share of what it was when all was warm.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_DAYS = 4
"""Fewer days after the window say nothing."""


@dataclass(frozen=True, kw_only=True)
class Bound:
    """`share` of the mean, and `least` in the series' own unit: a rise below either is none. `last_third`: only that is
    judged."""

    share: float
    least: float
    unit: str
    last_third: bool = False


BOUNDS: Mapping[str, Bound] = {
    "memory:rss": Bound(share=0.03, least=2.0 * 2**20, unit="bytes", last_third=True),
    "memory:objects": Bound(share=0.03, least=2000.0, unit="objects", last_third=True),
    "rows": Bound(share=0.5, least=12.0, unit="rows"),
    "held": Bound(share=0.5, least=12.0, unit="items"),
    # one entry for each set of labels that occurred since the start (guards, runbooks and their ends, states): few and
    # known
    "held:world.health.counters": Bound(share=0.5, least=60.0, unit="label sets"),
    "process": Bound(share=0.2, least=3.0, unit="of them"),
    "file:wal": Bound(share=0.5, least=8.0 * 2**20, unit="bytes"),
    "file:blobs": Bound(share=0.5, least=12.0, unit="files"),
}
BY_DESIGN = ("audit:entries", "audit:bytes", "file:checkpoints", "file:database")
"""What grows with the audit: its share of a day may not grow."""
FASTER = Bound(share=0.5, least=0.0, unit="a day more each day")


LIMITS: Mapping[str, Bound] = {
    "memory:rss": Bound(share=0.25, least=16.0 * 2**20, unit="bytes since the first hour"),
    "memory:objects": Bound(share=0.25, least=20000.0, unit="objects since the first hour"),
}


@dataclass(frozen=True, kw_only=True)
class Grew:
    """`rise`: by how much the line rose over `days` days around `mean`."""

    name: str
    mean: float
    rise: float
    days: int
    unit: str

    @property
    def sentence(self) -> str:
        return f"{self.name} grew by {self.rise:.0f} {self.unit} in {self.days} days, around a mean of {self.mean:.0f}"


def slope(values: Sequence[float]) -> float:
    """Return the rise per step of the line through `values`; 0 for fewer than two."""
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values) if values else 0.0
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    if not spread:
        return 0.0
    return sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread


def judge(samples: Sequence[Mapping[str, float]], window_days: int) -> tuple[Grew, ...]:
    """Return what did not stay bounded. `window_days`: how many samples pass before the retention bites."""
    judged = [_judge(name, samples, window_days) for name in _names(samples)]
    return tuple(each for each in judged if each is not None)


def _judge(name: str, samples: Sequence[Mapping[str, float]], window_days: int) -> Grew | None:
    values, bound = series(name, samples, window_days)
    if len(values) < LEAST_DAYS:
        return None
    mean, rise = sum(values) / len(values), slope(values) * (len(values) - 1)
    if rise <= bound.least or rise <= bound.share * mean:
        return None
    return Grew(name=name, mean=mean, rise=rise, days=len(values) - 1, unit=bound.unit)


def outgrown(warm: Mapping[str, float], samples: Sequence[Mapping[str, float]]) -> tuple[Grew, ...]:
    """Return what exceeds its limit, a share of what there was in `warm`, on average over the last third."""
    last = samples[2 * len(samples) // 3 :]
    found = []
    for name, limit in LIMITS.items():
        before, mean = warm.get(name, 0.0), sum(sample[name] for sample in last) / max(1, len(last))
        if mean > before * (1 + limit.share) and mean - before > limit.least:
            found.append(Grew(name=name, mean=mean, rise=mean - before, days=len(samples), unit=limit.unit))
    return tuple(found)


def series(name: str, samples: Sequence[Mapping[str, float]], window_days: int) -> tuple[list[float], Bound]:
    """Return the values of `name` that are judged, and by what."""
    values = [sample.get(name, 0.0) for sample in samples]
    if name in BY_DESIGN:
        by_day = [after - before for before, after in itertools.pairwise(values)]
        return by_day[window_days - 1 :], FASTER
    bound = BOUNDS.get(name) or BOUNDS[name.partition(":")[0]]
    judged = values[max(window_days, 2 * len(values) // 3) :] if bound.last_third else values[window_days:]
    return judged, bound


def table(samples: Sequence[Mapping[str, float]], window_days: int) -> list[str]:
    """Return a line for each series: first, last, highest, and the line through what is judged of it."""
    lines = []
    for name in _names(samples):
        values = [sample.get(name, 0.0) for sample in samples]
        judged, _ = series(name, samples, window_days)
        mean = sum(judged) / len(judged) if judged else 0.0
        what = "by the day " if name in BY_DESIGN else ""
        if max(values) > 0.0:
            lines.append(
                f"{name:34} first {values[0]:10.0f}  last {values[-1]:10.0f}  highest {max(values):10.0f}"
                f"  {what}mean {mean:10.1f} {slope(judged):+9.2f} a day"
            )
    return lines


def _names(samples: Sequence[Mapping[str, float]]) -> list[str]:
    found: dict[str, None] = {}
    for sample in samples:
        found.update(dict.fromkeys(sample))
    return list(found)
