"""Tries many mutants side by side, and beside them what shall catch them on the unpatched tree.

Invariant: nothing is told as caught by a proof that fails on the unpatched tree as well.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from tests.mutants.mutant import Mutant
from tests.mutants.trying import Ended, Extent, Tried, try_one, unpatched, unpatched_proof


class Baseline(enum.Enum):
    """Whether the unpatched tree is tried, or is known to hold."""

    TRIED = "tried"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """`red`: the proofs that fail on the unpatched tree. `unpatched_holds`: None when it was not tried."""

    tried: tuple[Tried, ...]
    red: tuple[Tried, ...]
    unpatched_holds: bool | None


def run(
    mutants: Sequence[Mutant], extent: Extent, baseline: Baseline, at_once: int, say: Callable[[Tried], None]
) -> Trials:
    """Try `mutants`, `at_once` side by side; `say` is called with each in their order, as soon as it is known."""
    with ThreadPoolExecutor(at_once) as pool:
        unpatched_of: dict[str, Future[Tried]] = {}
        waiting = []
        for each in mutants:
            if baseline is Baseline.TRIED and (proof := _proof(each, extent)) not in unpatched_of:
                unpatched_of[proof] = _try_unpatched(pool, each, mutants, extent)
            waiting.append(pool.submit(try_one, each, extent))
        tried: list[Tried] = []
        try:
            for mutant, each in zip(mutants, waiting, strict=True):
                without = unpatched_of.get(mutant.proof)
                tried.append(believed(each.result(), without.result() if without is not None else None))
                say(tried[-1])
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        proofs = [each.result() for each in unpatched_of.values()]
    red = tuple(each for each in proofs if each.ended is not Ended.LIVES)
    return Trials(tried=tuple(tried), red=red, unpatched_holds=not red if proofs else None)


def _proof(mutant: Mutant, extent: Extent) -> str:
    """Return by what name the proof of `mutant` is tried on the unpatched tree: once, when the whole short form is."""
    return mutant.proof if extent.named_alone else ""


def _try_unpatched(
    pool: ThreadPoolExecutor, mutant: Mutant, mutants: Sequence[Mutant], extent: Extent
) -> Future[Tried]:
    """Begin to try the unpatched tree: by the proof that `mutant` names, or by the whole short form and all tests."""
    if extent.named_alone:
        return pool.submit(unpatched_proof, mutant, extent)
    return pool.submit(unpatched, sorted({each.tests for each in mutants if each.tests}), extent)


def believed(tried: Tried, unpatched_proof: Tried | None) -> Tried:
    """Return `tried`, which shows nothing when its proof fails on the unpatched tree as well."""
    if unpatched_proof is None or tried.ended is not Ended.CAUGHT or unpatched_proof.ended is Ended.LIVES:
        return tried
    return replace(tried, ended=Ended.BROKEN, by="", said=f"its proof fails without it as well: {unpatched_proof.said}")
