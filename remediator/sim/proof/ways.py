"""A way: how a runbook comes to run, and how its cure is proven in truth, whatever the daemon says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from remediator.sim.cloud.shapes import DEFAULT, Shape
from remediator.sim.config import CONFIG
from remediator.sim.happenings.kinds import Happening
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.paged import CALLS
from remediator.sim.invariants.watch import Violation


@dataclass(frozen=True)
class Way:
    """`breaks`: what brings it about. `helps`: what people do until it is over. Of a plain way one service of one host
    is cured."""

    name: str
    runbook: str
    host: str
    service: str
    breaks: Happening
    config: str = CONFIG
    helps: Callable[[Stage], None] = lambda _stage: None
    cures_s: float = 420.0
    one_in: int = 1
    """The short form dies at one in so many of its points, beginning where the seed says. The others are left out for
    time, or since another way passes the same code."""

    shape: Shape = DEFAULT
    asks: bool = False
    """A death between INTENT and command may end with a page, after which a person does it by hand."""
    seen_s: float = 0.0
    """Before it breaks: so long until what its cure rests on is surely kept."""

    def is_whole(self, stage: Stage) -> bool:
        """Return whether it is cured in truth: not by what the daemon says."""
        service = stage.service(self.host, self.service)
        return service.running and not service.sick

    def not_cured(self, stage: Stage) -> None:
        """Raise Violation: it is not whole, and its time is over."""
        stage.watch.not_cured(self.host, self.service)

    def proven(self, stage: Stage) -> None:
        """Raise Violation unless what took effect is what the runbook is for, and no more often than it may."""
        cloud = stage.simulation.cloud
        orders = [each for each in cloud.hosts[self.host].orders if cloud.changes(each[1])]
        if len(orders) > 1:
            raise Violation("once", f"{self.name}: {len(orders)} commands took effect: {orders}")
        if not orders and not (self.asks and stage.watch.was_paged(*CALLS)):
            raise Violation(
                "intent", f"{self.name} was cured and no command of ours took effect: the way proves nothing"
            )


def approves(stage: Stage) -> None:
    if stage.waits_for_a_yes:
        stage.people.approve()
