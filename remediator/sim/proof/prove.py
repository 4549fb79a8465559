"""`python -m remediator.sim.proof.prove`: stories by the hundred, and every crash point of every runbook, on all cores
given.

Invariant: seeds follow each other from the first one on, so that what was proved can be proved again; one violation
fails it.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from remediator.sim.happenings.happenings import FAULTS
from remediator.sim.invariants.watch import INVARIANTS
from remediator.sim.proof import crash_points
from remediator.sim.stories import registry, shrink, stories
from remediator.sim.stories.stories import NotAStory, Told

WORKERS = 2
BATCH = 4
AGAIN = (2, 1, 3, 5)
"""So many points after the first death comes the second one; of a way that repeats another one, only the first of
these."""
TWICE_EVERY = 25
"""One of so many stories is told twice: word for word the same, or it is a violation."""


@dataclass
class Proof:
    """What was done, and what did not hold."""

    scenarios: int = 0
    commands: int = 0
    deaths: int = 0
    virtual_s: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    covered: int = 0
    total: int = 0
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "scenarios": self.scenarios,
            "faults": dict(sorted(self.faults.items())),
            "crash_points": {"covered": self.covered, "total": self.total},
            "invariants": len(INVARIANTS),
            "violations": len(self.violations),
        }


@dataclass(frozen=True)
class Piece:
    """The result of a batch, as it comes from another process."""

    scenarios: int = 0
    commands: int = 0
    deaths: int = 0
    virtual_s: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    covered: int = 0
    violations: tuple[str, ...] = ()


def tell_batch(seeds: Sequence[int]) -> Piece:
    """Tell the stories of `seeds`."""
    return _piece([stories.tell(stories.story_of(seed)) for seed in seeds], shorten=True)


def direct_batch(names: Sequence[str]) -> Piece:
    """Tell the directed stories `names`: those in which one guard, or one promise, alone holds."""
    return _piece([stories.tell(registry.SCENARIOS[name].story) for name in names], shorten=False)


def _piece(told: Sequence[Told], shorten: bool) -> Piece:
    faults: Counter[str] = Counter()
    checked: Counter[str] = Counter()
    broken: list[str] = []
    for each in told:
        faults.update({name: number for name, number in each.faults.items() if name in FAULTS})
        checked.update(each.checked)
        if each.violation is not None:
            broken.append(shrink.readable(shrink.shrink(each) if shorten else each))
        elif shorten and each.story.seed % TWICE_EVERY == 0:
            broken += _differs(each, stories.tell(each.story))
    return Piece(
        len(told), sum(each.commands for each in told), sum(each.deaths for each in told),
        sum(each.virtual_s for each in told), faults, checked, 0, tuple(broken),
    )  # fmt: skip


def _differs(first: Told, second: Told) -> list[str]:
    parted = next((pair for pair in zip(first.lines, second.lines, strict=False) if pair[0] != pair[1]), None)
    if parted is None and len(first.lines) == len(second.lines):
        return []
    return [f"seed {first.story.seed} does not repeat: {parted}"]


def die_batch(batch: Sequence[tuple[int, int, int]]) -> Piece:
    """Die at the points of `batch`: (number of the way, point, points between the first death and a second one)."""
    broken = []
    for way, point, again in batch:
        died = crash_points.die_at(crash_points.WAYS[way], point, again)
        if died.violation is not None:
            story = "\n".join(f"{at:9.1f} s  {line}" for at, line in died.lines)
            broken.append(
                f"{died.way}, death at point {point}{f' and {again} later' if again else ''} "
                f"({died.where[-1:]}): {died.violation}\n{story}"
            )
    return Piece(covered=len(batch), violations=tuple(broken))


def prove(
    seed: int, *, seconds: float, scenarios: int | None = None, twice: bool = False, workers: int = WORKERS,
    until_first: bool = False, most: int | None = None, say: Callable[[str], None] = lambda _line: None,
) -> Proof:  # fmt: skip
    """Die at every crash point, then tell stories from `seed` on, for `seconds` or `scenarios` of them.

    `twice`: at each point die a second time, a few points after the first. `until_first`: stop at the first violation.
    `most`: of each way die at about so many points at most, evenly from its first to its last.
    """
    proof, began = Proof(), time.monotonic()
    for runbook in sorted(crash_points.uncovered()):
        proof.violations.append(
            f"runbook {runbook}: no way leads to it in the simulator, so its crash points are not proved"
        )
        proof.total += 1
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            jobs = _jobs(proof, seed, scenarios, twice, most)
            _work(pool, jobs, proof, workers, began + seconds, until_first, say)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    proof.seconds = time.monotonic() - began
    return proof


def _jobs(
    proof: Proof, seed: int, scenarios: int | None, twice: bool, most: int | None
) -> Iterator[tuple[Callable[..., Piece], Sequence[Any]]]:
    """Yield the crash points first: they are all, and not a sample."""
    all_points: list[tuple[int, int, int]] = []
    for number, way in enumerate(crash_points.WAYS):
        found = crash_points.count(way)
        all_points += [(number, point, 0) for point in points_of(found, way.one_in, seed, twice, most)]
        if twice:
            later = AGAIN[:1] if way.one_in > 1 else AGAIN
            all_points += [(number, point, again) for point in range(1, found + 1) for again in later]
    proof.total += len(all_points)
    for batch in _batches(all_points):
        yield die_batch, batch
    for names in _batches(sorted(registry.SCENARIOS)):
        yield direct_batch, names
    told = 0
    while scenarios is None or told < scenarios:
        yield tell_batch, list(range(seed + told, seed + told + BATCH))
        told += BATCH


def points_of(found: int, one_in: int, seed: int, twice: bool, most: int | None) -> range:
    """Return at which of the `found` points of a way the daemon dies first: from where the seed says, evenly to its
    end."""
    step = max(1 if twice else one_in, 1 if most is None else math.ceil(found / most))
    return range(1 + seed % step, found + 1, step)


def _batches(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _work(
    pool: ProcessPoolExecutor, jobs: Iterator[tuple[Callable[..., Piece], Sequence[Any]]], proof: Proof, workers: int,
    ends: float, until_first: bool, say: Callable[[str], None],
) -> None:  # fmt: skip
    under_way: set[Future[Piece]] = set()
    more = True
    while more or under_way:
        while more and len(under_way) < workers * 2:
            job = next(jobs, None)
            more = job is not None and not (job[0] is tell_batch and time.monotonic() > ends)
            if more and job is not None:
                under_way.add(pool.submit(job[0], job[1]))
        done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        for each in done:
            _add(proof, each.result(), say)
        if until_first and proof.violations:
            return


def _add(proof: Proof, piece: Piece, say: Callable[[str], None]) -> None:
    proof.scenarios += piece.scenarios
    proof.commands += piece.commands
    proof.deaths += piece.deaths
    proof.virtual_s += piece.virtual_s
    proof.covered += piece.covered
    proof.faults.update(piece.faults)
    proof.checked.update(piece.checked)
    for violation in piece.violations:
        proof.violations.append(violation)
        say(violation)


def report(proof: Proof) -> None:
    """Print what was done, in two lines."""
    print(
        f"{proof.scenarios} stories in {proof.seconds:.0f} s "
        f"({60 * proof.scenarios / max(proof.seconds, 1):.0f} a minute, crash"
        f" points included), {proof.virtual_s / 86400:.1f} days of virtual time, {proof.commands} "
        f"commands, {proof.deaths} deaths"
    )
    print("checked: " + ", ".join(f"{name} {proof.checked[name]}" for name in INVARIANTS))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m remediator.sim.proof.prove", description="prove the invariants on a simulated cloud"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--scenarios", type=int, help="so many stories, whatever time it takes")
    parser.add_argument("--twice", action="store_true", help="at each crash point die a second time as well")
    parser.add_argument("--until-first", action="store_true", help="stop at the first violation")
    parser.add_argument("--story", help="replay one story (its JSON, or a seed) and print it as it went")
    chosen = parser.parse_args(arguments)
    if chosen.story is not None:
        try:
            return _replay(chosen.story)
        except NotAStory as error:
            parser.error(f"--story: {error}")
    proof = prove(
        chosen.seed, seconds=60.0 * chosen.minutes if chosen.scenarios is None else float("inf"),
        scenarios=chosen.scenarios, twice=chosen.twice, until_first=chosen.until_first, say=print,
    )  # fmt: skip
    report(proof)
    print(json.dumps(proof.to_json()))
    return 1 if proof.violations else 0


def _replay(text: str) -> int:
    story = stories.story_of(int(text)) if text.isdigit() else stories.from_json(text, registry.REPERTOIRE)
    told = stories.tell(story)
    print(shrink.readable(told))
    return 0 if told.violation is None else 1


if __name__ == "__main__":
    sys.exit(main())
