"""What a turn is played again without: the input that cannot be handled, or what it stumbled over.

Invariants: whoever sent an input that is left out hears of it. Each failure costs what it was about. After several of a
kind in one turn the rest of that kind is left out as well, for then the fault is not theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import structlog

from remediator.daemon.inhibit import inhibitors
from remediator.daemon.observe import judgement
from remediator.daemon.state import asides
from remediator.daemon.state.wire import Asked, Collected, CommandsDone, Delivered, HintCame, Input, Reloaded
from remediator.daemon.state.world import World
from remediator.daemon.turn import poison
from remediator.model.messages.control import Answer
from remediator.model.messages.hooks import CannotTake, NotTaken
from remediator.model.times import Instant

MOST_OF_A_KIND = 4
"""Of so many inputs, incidents or runs in one turn each pays for itself; what is more is not theirs."""
PART_OF = {"incident": "decisions", "run": "runs", "debt": "runs"}

log = structlog.get_logger("remediator")


class Replay:
    """One step of the engine, played until it works: whom its failures were blamed on so far."""

    def __init__(self, world: World, reload: inhibitors.AndReload, now: Instant) -> None:
        self._world = world
        self._reload = reload
        self._now = now
        self._blamed: Counter[str] = Counter()

    def set_aside(self, stumbled: poison.Stumbled) -> None:
        """Set aside what a turn stumbled over; after several of a kind the whole part."""
        about, holds_all = stumbled.about, stumbled.holds_all
        self._blamed[about.kind] += 1
        if self._blamed[about.kind] > MOST_OF_A_KIND and about.kind in PART_OF:
            about, holds_all = asides.About(kind="part", name=PART_OF[about.kind]), True
        self._world.health.asides.failed(about, stumbled.error, self._now, holds_all=holds_all)
        self._world.health.count("failed_handlings", kind=about.kind)
        log.error(
            "handling_failed", cloud=self._world.loaded.config.cloud, kind=about.kind, name=about.name,
            reason=asides.told(stumbled.error), trace=asides.trace(stumbled.error),
        )  # fmt: skip
        if about == asides.About(kind="part", name="live checks"):
            self._world.pending.drop_checks()

    def without(self, poisoned: poison.Poisoned, inputs: Sequence[Input]) -> list[Input]:
        """Return `inputs` without the one that cannot be handled. A reply is one that says nothing from then on.

        After several of a kind the rest of that kind is sent back as well, to be sent again.
        """
        item, why = poisoned.item, asides.told(poisoned.error)
        kind = type(item)
        log.error(
            "input_failed",
            cloud=self._world.loaded.config.cloud,
            kind=kind.__name__,
            reason=why,
            trace=asides.trace(poisoned.error),
        )
        self._world.health.count("failed_inputs", kind=kind.__name__)
        self._blamed[kind.__name__] += 1
        left: list[Input] = [each for each in inputs if each is not item]
        if isinstance(item, Collected):
            return self._without_reply(item, left, why)
        self._send_back(item, f"it cannot be handled: {why}")
        if self._blamed[kind.__name__] <= MOST_OF_A_KIND:
            return left
        for each in left:
            if isinstance(each, kind):
                self._send_back(each, f"{MOST_OF_A_KIND} beside it could not be handled: send it again", again=True)
        return [each for each in left if not isinstance(each, kind)]

    def _without_reply(self, item: Collected, left: list[Input], why: str) -> list[Input]:
        """Put a reply that says nothing in the place of one that cannot be handled; the second time its host is set
        aside."""
        host, world = item.reply.host, self._world
        self._blamed[f"host {host}"] += 1
        if self._blamed[f"host {host}"] == 1 and self._blamed["Collected"] <= MOST_OF_A_KIND:
            return [*left, Collected(reply=judgement.unreadable(item.reply, why))]
        world.pending.came_back(host)
        world.pending.due(host, self._now.boot_s + world.loaded.every_s.get(host, 60.0))
        world.health.asides.failed(asides.About(kind="host", name=host), ValueError(why), self._now)
        return left

    def _send_back(self, item: Input, why: str, *, again: bool = False) -> None:
        """Let whoever sent an input that is not handled hear of it, and let what it was about be found out in another
        way.

        `again`: nothing is wrong with it, and sent again it is handled.
        """
        world = self._world
        if isinstance(item, Asked) and not item.answer.done():
            item.answer.set_result(Answer(exit=1, error=f"the request is undone: {why}"))
        elif isinstance(item, HintCame) and not item.taken.done():
            item.taken.set_exception(NotTaken(why) if again else CannotTake(why))
        elif isinstance(item, CommandsDone):
            world.pending.step_back(item.run, item.step)
        elif isinstance(item, Delivered):
            world.pending.page_back(item.n)
        elif isinstance(item, Reloaded):
            self._reload.refused = why
