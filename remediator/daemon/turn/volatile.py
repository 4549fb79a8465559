"""What the world has seen since the start and no store holds, put back as it was when a turn that failed began.

Invariant: a turn that is undone leaves no trace, whether it is played again at once or was lost with the store. Tables go back by their
undo logs (`undoable`), so that a turn costs what it changed; the durable mirror is read anew, and what is set aside (`asides`) stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from remediator.daemon.turn.turn import Turn
from remediator.daemon.turn.undoable import Undoable, UndoableSet
from remediator.daemon.turn.wire import Act, Collect, Deliver
from remediator.daemon.turn.world import World

DICTIONARIES = (
    "series", "results", "good_samples", "group_judged", "in_flight", "due_at", "probing", "waiting", "looking", "claims", "unclaimed", "debt_waits",
    "last_event", "shown_signs", "seen_ahead", "refused_at", "downtime_told", "group_counted", "unmatched_since",
    "considered", "reports", "freed_at", "stumbled",
)  # fmt: skip
SETS = ("forced", "working", "under_way", "delivering", "sampled")
PLAIN = (
    "changed", "storms", "cut_off_since", "past_cut_offs", "references", "references_at", "reminded_at", "names_looked_at",
    "vantage_at", "claim_number", "told_start", "restored", "damaged", "names_paged", "foreign_events", "identity",
    "newcomers",
)  # fmt: skip
"""Values that are replaced and never changed, as those in the dictionaries are."""


def kept(world: World) -> Mapping[str, Any]:
    """Let a turn begin, and return what `put_back` needs besides the undo logs: plain values, and who waits for a live check."""
    for log in _logs(world):
        log.begin()
    return {**{name: getattr(world, name) for name in PLAIN}, "waiting_checks": list(world.waiting_checks)}


def _logs(world: World) -> Iterator[Undoable[Any, Any] | UndoableSet[Any]]:
    return (getattr(world, name) for name in (*DICTIONARIES, *SETS))


def put_back(world: World, before: Mapping[str, Any]) -> None:
    """Let `world` be as it was when `kept` was asked."""
    for log in _logs(world):
        log.undo()
    for name, value in before.items():
        setattr(world, name, value)
    world.adopted = False


def take_back(world: World, turn: Turn | None) -> None:
    """Forget what an undone turn has made of the samples, and that its effects were under way: none of them has left.

    A problem that became HARD in a turn that was undone must become so again, or nothing durable ever says when it did.
    """
    world.series.undo()
    world.results.undo()
    for effect in turn.effects if turn is not None else ():
        if isinstance(effect, Collect):
            world.in_flight.pop(effect.host, None)
            if effect.forced:
                world.forced.add(effect.host)
        elif isinstance(effect, Act):
            world.working.discard((effect.run, effect.step))
            world.under_way.discard((effect.run, effect.step))
        elif isinstance(effect, Deliver):
            world.delivering.discard(effect.n)
