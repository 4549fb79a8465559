"""How often chance draws a kind, and what a technology adds to what may happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from remediator.sim.happenings.kinds import Happening, Kind, Repertoire


@dataclass(frozen=True)
class Drawn:
    """`weight`: how often `kind` is drawn beside the others. `draw` returns a happening of it."""

    weight: int
    kind: Kind[...]
    draw: Callable[[Random], Happening]
    after: Kind[...] | None = None
    """Of a technology's: the row that it stands behind in the table, for a seed's story follows from the order; None:
    at the end."""


@dataclass(frozen=True, kw_only=True)
class Happens:
    """The kinds of a technology. `told`: what may happen in a story that chance tells; `directed`: in directed stories
    alone."""

    told: Repertoire
    directed: Repertoire
    sets_right: Repertoire
    """Of those told, people setting right."""
    drawn: tuple[Drawn, ...]


def span(random: Random) -> int:
    """Return for how many seconds something lasts."""
    return random.choice((30, 120, 600))
