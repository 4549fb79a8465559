"""What an undone turn has made of the samples and of its effects is taken back: none of them has left."""

from __future__ import annotations

from remediator.daemon.turn.turn import Turn
from remediator.daemon.turn.wire import Act, Collect, Deliver
from remediator.daemon.turn.world import World


def take_back(world: World, turn: Turn | None) -> None:
    """Forget what an undone turn has made of the samples, and that its effects were under way: none of them has left.

    A problem that became HARD in a turn that was undone must become so again, or nothing durable ever says when it did.
    """
    world.samples.series.undo()
    world.samples.results.undo()
    for effect in turn.effects if turn is not None else ():
        if isinstance(effect, Collect):
            world.pending.in_flight.pop(effect.host, None)
            if effect.forced:
                world.pending.forced.add(effect.host)
        elif isinstance(effect, Act):
            world.pending.working.discard((effect.run, effect.step))
            world.pending.under_way.discard((effect.run, effect.step))
        elif isinstance(effect, Deliver):
            world.pending.delivering.discard(effect.n)
