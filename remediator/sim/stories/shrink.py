"""Cuts a failing story down to the shortest that still fails in the same way, and writes it as an operator would read
it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

from remediator.sim.stories.stories import Moment, Story, Told, tell

MOST_S = 120.0
QUIET = ("its condition is false", "baseline_accepted")


def shrink(told: Told, most_s: float = MOST_S, again: Callable[[Story], Told] = tell) -> Told:
    """Return the shortest story found within `most_s` that breaks the same invariant; `told` itself when none is
    shorter."""
    if told.violation is None:
        return told
    ends = time.monotonic() + most_s
    best, piece = told, max(1, len(told.story.moments) // 2)
    while piece >= 1 and time.monotonic() < ends:
        shorter = _without_a_piece(best, piece, ends, again)
        if shorter is not None:
            best = shorter
        else:
            piece //= 2
    return best


def _without_a_piece(told: Told, piece: int, ends: float, again: Callable[[Story], Told]) -> Told | None:
    """Return how the story goes without some `piece` happenings, if it fails in the same way."""
    moments = told.story.moments
    for start in range(0, len(moments), piece):
        if time.monotonic() >= ends:
            return None
        left = _joined(moments[:start], moments[start : start + piece], moments[start + piece :])
        tried = again(dataclasses.replace(told.story, moments=left))
        if _alike(tried, told):
            return tried
    return None


def _alike(one: Told, other: Told) -> bool:
    """Return whether both break the same invariant."""
    if one.violation is None or other.violation is None:
        return False
    return one.violation.invariant == other.violation.invariant


def _joined(before: tuple[Moment, ...], gone: tuple[Moment, ...], after: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """Take `gone` out and keep its time: what comes after happens when it did."""
    if not after:
        return before
    waited_s = sum(each.gap_s for each in gone)
    return (*before, dataclasses.replace(after[0], gap_s=after[0].gap_s + waited_s), *after[1:])


def readable(told: Told) -> str:
    """Return the story in lines: when, what happened (##), who asked (**), what left (->), what the daemon logged."""
    head = f"seed {told.story.seed}, {told.story.setup.value}: {told.violation or 'all held'}"
    lines = [f"{at:9.1f} s  {line}" for at, line in told.lines if not any(word in line for word in QUIET)]
    return "\n".join([head, *lines, f"replay: python -m remediator.sim.proof.prove --story '{told.story.to_json()}'"])
