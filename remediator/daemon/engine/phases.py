"""The phases of a turn, after its inputs were taken: one list, played in its order, each phase bound to pay for itself.

Invariant: what the gate rests on (`vital`) is done before anything is decided, and while it cannot be done nothing may
act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from remediator.daemon.decide import incidents
from remediator.daemon.execute import runs
from remediator.daemon.inhibit import expiry, storm
from remediator.daemon.notify import all_clear, digest, integration_faults, outbox, pages
from remediator.daemon.observe import groups, maintenance, samples, schedule
from remediator.daemon.observe import incidents as observed_incidents
from remediator.daemon.observe.hints import foreigners, services
from remediator.daemon.requests import checks
from remediator.daemon.state import asides
from remediator.daemon.turn import poison
from remediator.daemon.turn.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """`vital`: the gate rests on it. `decides`: a process that only looks (`remediator check`, `execute`) leaves it
    out."""

    name: str
    call: Callable[[Turn], object]
    vital: bool = True
    decides: bool = False


def play(turn: Turn, phases: Iterable[Phase]) -> None:
    """Play `phases` in their order. Raise Stumbled for one that cannot be handled."""
    for phase in phases:
        if not phase.decides or turn.world.setup.decides:
            about = asides.About(kind="part", name=phase.name)
            poison.bound(turn, about, partial(phase.call, turn), holds_all=phase.vital)


def _consider_all(turn: Turn) -> None:
    """Look at every incident whose check was sampled in this turn."""
    world = turn.world
    for incident in list(world.durable.incidents.values()):
        key = (incident.check, incident.target.text)
        result = world.samples.results.get(key)
        if result is not None and key in world.samples.sampled and incident.id in world.durable.incidents:
            about = asides.About(kind="incident", name=incident.id)
            poison.bound(turn, about, partial(incidents.consider, turn, world.durable.incidents[incident.id], result))


def _sampled_is_seen(turn: Turn) -> None:
    turn.world.samples.decided()


def _collect_due(turn: Turn) -> None:
    turn.dispatch_collections(schedule.due_hosts(turn))


SEEN = (
    Phase(name="lost collections", call=samples.give_up_lost),
    Phase(name="mutes", call=expiry.watch),
    Phase(name="groups", call=groups.watch),
)
"""What is seen of hosts, people and groups, before anything is judged by it."""

DECIDED = (
    Phase(name="correlation", call=observed_incidents.correlate),
    Phase(name="storm", call=storm.watch, decides=True),
    Phase(name="decisions", call=_consider_all, decides=True),
    Phase(name="samples", call=_sampled_is_seen),
    Phase(name="runs", call=runs.advance_all),
    Phase(name="all-clears", call=all_clear.tell, vital=False, decides=True),
    Phase(name="reminders", call=pages.remind, vital=False, decides=True),
    Phase(name="foreign names", call=foreigners.watch, vital=False, decides=True),
    Phase(name="reported services", call=services.forget, vital=False, decides=True),
    Phase(name="notices", call=integration_faults.watch, vital=False, decides=True),
    Phase(name="signs", call=maintenance.forget_old),
    Phase(name="backlog", call=digest.fold, vital=False, decides=True),
    Phase(name="notifications", call=outbox.deliver_due),
    Phase(name="live checks", call=checks.answer_waiting, vital=False),
    Phase(name="collections", call=_collect_due),
    Phase(name="what was set aside", call=poison.tell, vital=False, decides=True),
)
"""What follows: who is troubled, what is done about it, who hears of it, and what is looked at next."""
