"""Requests about silences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from remediator.daemon.state.wire import Asked
from remediator.daemon.turn import mutes
from remediator.daemon.turn.answers import DONE, USAGE, near, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.inventory.naming import Names
from remediator.model.content.declined import Refused
from remediator.model.manifest.kinds import Kinds
from remediator.model.messages import matchers
from remediator.model.messages.control import Answer
from remediator.model.messages.matchers import Matcher
from remediator.model.records.mutes import Silence
from remediator.mutes import silences
from remediator.mutes.spans import span


def add(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    world = turn.world
    kinds = world.loaded.integrations.kinds
    span_s = span(asked.args.get("for_s"), asked.op)
    if isinstance(span_s, Refused):
        return Answer(exit=USAGE, error=span_s.reason)
    try:
        written = tuple(matchers.parse(str(each)) for each in asked.args.get("matchers") or ())
    except ValueError as error:
        return Answer(exit=USAGE, error=str(error))
    meant = tuple(_by_inventory_name(world.names, matcher, kinds) for matcher in written)
    if (idle := silences.idle(meant, world.loaded.inventory.hosts)) is not None:
        why = f"{idle.text} matches no host of the inventory, so this silence would hold nothing"
        return Answer(exit=USAGE, error=f"{why}{world.names.doubt(f'host/{idle.value}')}")
    if (wide := silences.too_wide(meant, kinds.names)) is not None:
        return Answer(exit=USAGE, error=wide.reason)
    name, reason = turn.number("silence", "sil"), text(asked.args, "reason")
    silence, begun = silences.begun(name, meant, span_s, reason, asked.actor.name, turn.now)
    mutes.apply(turn, begun)
    return Answer(exit=DONE, data={"silence": _shown(silence)})


def _by_inventory_name(names: Names, matcher: Matcher, kinds: Kinds) -> Matcher:
    """Return `matcher` with the inventory's own name of the host that it names. A regular expression is over those
    names."""
    if matcher.operator not in ("=", "!="):
        return matcher
    if matcher.label == "host":
        return replace(matcher, value=names.exact(matcher.value) or matcher.value)
    return replace(matcher, value=names.target(matcher.value, kinds)) if matcher.label == "target" else matcher


def listed(turn: Turn, asked: Asked) -> Answer:
    return Answer(exit=DONE, data={"silences": [_shown(each) for each in turn.world.durable.silences.values()]})


def _shown(silence: Silence) -> dict[str, Any]:
    return {**silence.to_json(), "matchers": [matcher.text for matcher in silence.matchers]}


def end(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    name = text(asked.args, "id")
    silence = turn.world.durable.silences.get(name)
    if silence is None:
        return Answer(exit=USAGE, error=f"there is no silence {name!r}{near(name, turn.world.durable.silences)}")
    mutes.apply(turn, silences.ended(silence, text(asked.args, "reason"), asked.actor.name))
    return Answer(exit=DONE, data={"silence": name})
