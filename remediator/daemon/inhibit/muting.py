"""What people ask to be left alone: pauses, silences, downtimes, wrapped commands; and what they acknowledge and accept.

Invariant: a silence and a downtime always end, and never cover everything: that is what a pause is for, and it says so.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from remediator.config import durations
from remediator.daemon.turn import notes
from remediator.daemon.turn.turn import Turn
from remediator.daemon.turn.wire import AcceptRestore, Asked
from remediator.incidents import lifecycle
from remediator.model import matchers as matching
from remediator.model.control import Answer
from remediator.model.mutes import DEFAULT_S, LONGEST_S, OwnDowntime, Pause, Silence, Wrap
from remediator.model.people import ENGINE
from remediator.model.signs import Sign, SignKey
from remediator.model.times import rfc3339
from remediator.store import shapes

DONE, REFUSED, USAGE = 0, 4, 64
COMMAND_LIMIT = 500


def text(args: Mapping[str, Any], name: str) -> str:
    value = args.get(name)
    return value.strip() if isinstance(value, str) else ""


def wants_reason(asked: Asked) -> Answer | None:
    if not text(asked.args, "reason"):
        return Answer(exit=USAGE, error=f"{asked.op} needs --reason: it is written into the audit")
    return None


def near(wrong: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(wrong, list(known), n=1)
    return f" (did you mean {found[0]}?)" if found else ""


# pauses -----------------------------------------------------------------------------------------------------------


def pause(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    reason = text(asked.args, "reason")
    name = turn.journal.pause(reason, asked.actor.name)
    turn.journal.audit("pause", asked.actor.name, {"pause": name, "reason": reason})
    turn.world.durable.pauses[name] = Pause(reason=reason, author=asked.actor.name, at=rfc3339(turn.now.wall))
    turn.say("warning", "paused", reason=reason)
    return Answer(exit=DONE, data={"paused": True, "pause": name, "reasons": _reasons(turn)})


def _reasons(turn: Turn) -> list[str]:
    return [each.text for each in turn.world.durable.pauses.values()]


def resume(turn: Turn, asked: Asked) -> Answer:
    """Lift one pause, or all; of several the one must be named, for another may be somebody else's."""
    world = turn.world
    wanted = text(asked.args, "pause")
    listed = {
        "pauses": [
            {"id": name, "reason": each.reason, "author": each.author, "at": each.at}
            for name, each in world.durable.pauses.items()
        ]
    }
    if wanted and wanted not in world.durable.pauses:
        return Answer(
            exit=USAGE, data=listed, error=f"there is no pause {wanted!r}{near(wanted, world.durable.pauses)}"
        )
    if not wanted and len(world.durable.pauses) > 1 and asked.args.get("all") is not True:
        names = ", ".join(world.durable.pauses)
        return Answer(
            exit=USAGE, data=listed, error=f"{len(world.durable.pauses)} pauses stand ({names}): name one, or say --all"
        )
    lifted = {name: world.durable.pauses[name].text for name in ([wanted] if wanted else list(world.durable.pauses))}
    turn.journal.resume(wanted or None)
    reason = text(asked.args, "reason")
    turn.journal.audit("resume", asked.actor.name, {"reason": reason, "lifted": lifted})
    for name in lifted:
        del world.durable.pauses[name]
    turn.say("warning", "resumed", reason=reason)
    return Answer(exit=DONE, data={"paused": bool(world.durable.pauses), "reasons": _reasons(turn)})


# silences and downtimes -------------------------------------------------------------------------------------------


def _span(asked: Asked) -> float | Answer:
    value = asked.args.get("for_s")
    longest = durations.form(LONGEST_S)
    if value is None:
        return DEFAULT_S
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        return Answer(exit=USAGE, error=f"{asked.op} needs an end: a time above 0 and at most {longest}")
    if value > LONGEST_S:
        return Answer(exit=USAGE, error=f"{asked.op} has too long a time: at most {longest}")
    return float(value)


def silence_add(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    span = _span(asked)
    if isinstance(span, Answer):
        return span
    try:
        found = tuple(matching.parse(str(each)) for each in asked.args.get("matchers") or ())
    except ValueError as error:
        return Answer(exit=USAGE, error=str(error))
    found = tuple(_by_inventory_name(turn, matcher) for matcher in found)
    if idle := [matcher for matcher in found if not _may_hold(turn, matcher)]:
        why = f"{idle[0].text} matches no host of the inventory, so this silence would hold nothing"
        return Answer(exit=USAGE, error=f"{why}{turn.world.names.doubt(f'host/{idle[0].value}')}")
    if matching.matches_everything(found, turn.world.loaded.integrations.kinds.names):
        return Answer(exit=USAGE, error="this silence would match everything: that is what `remediator pause` is for")
    record = Silence(
        id=turn.number("silence", "sil"),
        matchers=found,
        author=asked.actor.name,
        reason=text(asked.args, "reason"),
        created_at=turn.now.wall,
        until=turn.now.wall + timedelta(seconds=span),
    )
    turn.journal.silence(record)
    turn.journal.audit("silence", asked.actor.name, shapes.silence_json(record))
    turn.world.durable.silences[record.id] = record
    return Answer(exit=DONE, data={"silence": _shown(record)})


def _by_inventory_name(turn: Turn, matcher: matching.Matcher) -> matching.Matcher:
    """Return `matcher` with the inventory's own name of the host that it names. A regular expression is over those names."""
    names, kinds = turn.world.names, turn.world.loaded.integrations.kinds
    if matcher.operator not in ("=", "!="):
        return matcher
    if matcher.label == "host":
        return replace(matcher, value=names.exact(matcher.value) or matcher.value)
    return replace(matcher, value=names.target(matcher.value, kinds)) if matcher.label == "target" else matcher


def _may_hold(turn: Turn, matcher: matching.Matcher) -> bool:
    """Return whether a matcher of hosts matches one that there is; one of anything else always may."""
    if matcher.label != "host":
        return True
    return any(matcher.matches({"host": host}) for host in turn.world.loaded.inventory.hosts)


def _shown(record: Silence) -> dict[str, Any]:
    return {**shapes.silence_json(record), "matchers": [matcher.text for matcher in record.matchers]}


def silence_list(turn: Turn, asked: Asked) -> Answer:
    return Answer(exit=DONE, data={"silences": [_shown(each) for each in turn.world.durable.silences.values()]})


def silence_end(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    name = text(asked.args, "id")
    if name not in turn.world.durable.silences:
        return Answer(exit=USAGE, error=f"there is no silence {name!r}{near(name, turn.world.durable.silences)}")
    _silence_over(turn, name, asked.actor.name, text(asked.args, "reason"))
    return Answer(exit=DONE, data={"silence": name})


def _silence_over(turn: Turn, name: str, by: str, reason: str) -> None:
    turn.journal.end_silence(name)
    turn.journal.audit("silence_ended", by, {"id": name, "reason": reason})
    del turn.world.durable.silences[name]


def downtime_add(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    span = _span(asked)
    if isinstance(span, Answer):
        return span
    world = turn.world
    wanted = world.names.target(text(asked.args, "target"), world.loaded.integrations.kinds)
    known = {target for _, target in world.samples.results} | {f"host/{host}" for host in world.loaded.inventory.hosts}
    if wanted not in known:
        hint = world.names.doubt(wanted) or near(wanted, sorted(known))
        return Answer(exit=USAGE, error=f"there is no target {wanted!r}{hint}; `remediator check` lists them")
    record = OwnDowntime(
        id=turn.number("downtime", "down"),
        target=wanted,
        author=asked.actor.name,
        reason=text(asked.args, "reason"),
        created_at=turn.now.wall,
        until=turn.now.wall + timedelta(seconds=span),
    )
    turn.journal.own_downtime(record)
    turn.journal.audit("downtime", asked.actor.name, shapes.downtime_json(record))
    world.durable.own_downtimes[record.id] = record
    return Answer(exit=DONE, data={"downtime": shapes.downtime_json(record)})


def downtime_list(turn: Turn, asked: Asked) -> Answer:
    found = [shapes.downtime_json(each) for each in turn.world.durable.own_downtimes.values()]
    return Answer(exit=DONE, data={"downtimes": found})


def downtime_end(turn: Turn, asked: Asked) -> Answer:
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    name = text(asked.args, "id")
    if name not in turn.world.durable.own_downtimes:
        return Answer(exit=USAGE, error=f"there is no downtime {name!r}{near(name, turn.world.durable.own_downtimes)}")
    _downtime_over(turn, name, asked.actor.name, text(asked.args, "reason"))
    return Answer(exit=DONE, data={"downtime": name})


def _downtime_over(turn: Turn, name: str, by: str, reason: str) -> None:
    turn.journal.end_own_downtime(name)
    turn.journal.audit("downtime_ended", by, {"id": name, "reason": reason})
    del turn.world.durable.own_downtimes[name]


# wrapped commands -------------------------------------------------------------------------------------------------


def wrap_begin(turn: Turn, asked: Asked) -> Answer:
    """Hold `scope` while a person's command runs, and for the time of maintenance after its end."""
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    inventory, names = turn.world.loaded.inventory, turn.world.names
    scope = names.target(text(asked.args, "scope") or "all", turn.world.loaded.integrations.kinds)
    known = {"all", *(f"group/{group}" for group in inventory.groups), *(f"host/{host}" for host in inventory.hosts)}
    if scope not in known:
        hint = names.doubt(scope) or near(scope, sorted(known))
        return Answer(exit=USAGE, error=f"there is no scope {scope!r}{hint}: all, group/NAME or host/NAME")
    pid = asked.args.get("pid")
    if isinstance(pid, bool) or not isinstance(pid, int) or pid < 1:
        return Answer(exit=USAGE, error="wrap-begin needs the pid of the command that is wrapped")
    record = Wrap(
        id=turn.number("wrap", "wrap"),
        scope=scope,
        command=text(asked.args, "command")[:COMMAND_LIMIT],
        author=asked.actor.name,
        reason=text(asked.args, "reason"),
        pid=pid,
        pid_started=text(asked.args, "pid_started"),
        began_at=turn.now.wall,
    )
    turn.journal.wrap(record)
    turn.journal.audit("wrap", asked.actor.name, shapes.wrap_json(record))
    turn.world.durable.wraps[record.id] = record
    turn.say("warning", "wrapped", reason=f"{scope}: {record.command}")
    return Answer(exit=DONE, data={"wrap": record.id})


def wrap_end(turn: Turn, asked: Asked) -> Answer:
    name = text(asked.args, "wrap")
    if name not in turn.world.durable.wraps:
        return Answer(exit=USAGE, error=f"there is no wrapped command {name!r}")
    _wrap_over(turn, name, asked.actor.name, f"exit {asked.args.get('exit')}")
    return Answer(exit=DONE, data={"wrap": name})


def _wrap_over(turn: Turn, name: str, by: str, how: str) -> None:
    record = turn.world.durable.wraps[name]
    if record.ended_at is not None:
        return
    ended = replace(record, ended_at=turn.now.wall)
    turn.world.durable.wraps[name] = ended
    turn.journal.wrap(ended)
    turn.journal.audit("wrap_ended", by, {"wrap": name, "how": how})
    turn.say("warning", "wrap_ended", reason=f"{name}: {how}")


def covers(turn: Turn, scope: str, host: str) -> bool:
    """Return whether the scope of a wrapped command covers `host`."""
    kind, _, name = scope.partition("/")
    return (
        kind == "all"
        or (kind == "host" and name == host)
        or (kind == "group" and host in turn.world.loaded.inventory.group(name))
    )


WRAP = "wrap"
"""The kind of key that a wrapped command has."""


def wrap_key(wrap: str, host: str) -> SignKey:
    """Return the key of the sign that a wrapped command is on `host`."""
    return SignKey(WRAP, wrap, host)


def wrap_signs(turn: Turn, hosts: Iterable[str]) -> list[Sign]:
    """Return a sign of maintenance for each of `hosts` that a wrapped command covers: it lasts until its end, and holds after it."""
    return [
        Sign(
            kind="wrap",
            host=host,
            service=None,
            at=wrap.ended_at or turn.now.wall,
            key=wrap_key(wrap.id, host).text,
            detail=f"{wrap.author} {'ran' if wrap.ended_at else 'runs'} {wrap.command!r} under pause --wrap ({wrap.reason})",
        )
        for wrap in turn.world.durable.wraps.values()
        for host in hosts
        if covers(turn, wrap.scope, host) and wrap_key(wrap.id, host).text not in turn.world.durable.accepted
    ]


# what is taken back -----------------------------------------------------------------------------------------------


def ack(turn: Turn, asked: Asked) -> Answer:
    """A person has the incident in hand, so that it waits for nobody; the target's ladder may be tried again in its next one."""
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    name, reason = text(asked.args, "incident"), text(asked.args, "reason")
    found = turn.journal.target_of(name)
    if found is None:
        return Answer(exit=USAGE, error=f"there is no incident {name!r}")
    target, _ = found
    turn.journal.acked(target, asked.actor.name, reason)
    turn.world.durable.unacked.pop(target, None)
    turn.world.durable.acked_at[target] = turn.now.wall
    turn.journal.audit("ack", asked.actor.name, {"target": target, "reason": reason}, incident=name)
    incident = turn.world.durable.incidents.get(name)
    if incident is None:
        turn.journal.timeline(name, "ack", f"{asked.actor.name}: {reason}")
    else:
        turn.incident(lifecycle.acknowledged(incident, asked.actor.name, reason, turn.now))
    return Answer(exit=DONE, data={"incident": name, "target": target})


def accept_restore(turn: Turn, asked: Asked) -> Answer:
    """A person says that the store, put back from a copy, is what counts now."""
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    if asked.actor.uid != 0 and not asked.actor.may_approve:
        return Answer(exit=REFUSED, error="only root and members of the group remediator-approve may accept a restore")
    if turn.world.health.restored is None:
        return Answer(exit=USAGE, error="the store agrees with its newest checkpoint: there is nothing to accept")
    body = {"was": turn.world.health.restored, "reason": text(asked.args, "reason")}
    turn.journal.audit("restore_accepted", asked.actor.name, body)
    turn.journal.rows_accepted = True
    notes.rename_store(turn, asked.actor.name)
    turn.effects.append(AcceptRestore())
    return Answer(exit=DONE, data={"accepted": turn.world.health.restored})


def watch(turn: Turn) -> None:
    """Once a turn: drop what is over, and note wrapped commands that ended without a word."""
    world, now = turn.world, turn.now.wall
    for silence in [each.id for each in world.durable.silences.values() if each.until <= now]:
        _silence_over(turn, silence, ENGINE, "its time is over")
    for downtime in [each.id for each in world.durable.own_downtimes.values() if each.until <= now]:
        _downtime_over(turn, downtime, ENGINE, "its time is over")
    for wrap in list(world.durable.wraps.values()):
        if wrap.ended_at is None:
            if not world.setup.process_alive(wrap.pid, wrap.pid_started):
                _wrap_over(turn, wrap.id, ENGINE, "its process is gone")
        elif (now - wrap.ended_at).total_seconds() > world.loaded.limits.maintenance_s + 60:
            turn.journal.forget_wrap(wrap.id)
            del world.durable.wraps[wrap.id]
