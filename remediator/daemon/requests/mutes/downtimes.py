"""Requests about downtimes of our own."""

from __future__ import annotations

from remediator.daemon.state.wire import Asked
from remediator.daemon.turn import mutes
from remediator.daemon.turn.answers import DONE, USAGE, near, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.model.content.declined import Refused
from remediator.model.messages.control import Answer
from remediator.mutes import downtimes
from remediator.mutes.spans import span


def add(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    span_s = span(asked.args.get("for_s"), asked.op)
    if isinstance(span_s, Refused):
        return Answer(exit=USAGE, error=span_s.reason)
    world = turn.world
    target = world.names.target(text(asked.args, "target"), world.loaded.integrations.kinds)
    known = {known for _, known in world.samples.results} | {f"host/{host}" for host in world.loaded.inventory.hosts}
    if target not in known:
        hint = world.names.doubt(target) or near(target, sorted(known))
        return Answer(exit=USAGE, error=f"there is no target {target!r}{hint}; `remediator check` lists them")
    name, reason = turn.number("downtime", "down"), text(asked.args, "reason")
    downtime, begun = downtimes.begun(name, target, span_s, reason, asked.actor.name, turn.now)
    mutes.apply(turn, begun)
    return Answer(exit=DONE, data={"downtime": downtime.to_json()})


def listed(turn: Turn, asked: Asked) -> Answer:
    return Answer(exit=DONE, data={"downtimes": [each.to_json() for each in turn.world.durable.own_downtimes.values()]})


def end(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    name = text(asked.args, "id")
    downtime = turn.world.durable.own_downtimes.get(name)
    if downtime is None:
        return Answer(exit=USAGE, error=f"there is no downtime {name!r}{near(name, turn.world.durable.own_downtimes)}")
    mutes.apply(turn, downtimes.ended(downtime, text(asked.args, "reason"), asked.actor.name))
    return Answer(exit=DONE, data={"downtime": name})
