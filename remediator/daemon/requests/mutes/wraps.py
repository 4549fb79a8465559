"""Requests about wrapped commands."""

from __future__ import annotations

from remediator.daemon.state.wire import Asked
from remediator.daemon.turn import mutes
from remediator.daemon.turn.answers import DONE, USAGE, near, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.control import Answer
from remediator.model.records.mutes import Wrap
from remediator.mutes import wraps

COMMAND_LIMIT = 500
"""Characters that are kept of a wrapped command."""


def begin(turn: Turn, asked: Asked) -> Answer:
    """Mute `scope` while a person's command runs, and for the time of maintenance after its end."""
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
    wrap = Wrap(
        id=turn.number("wrap", "wrap"),
        scope=scope,
        command=text(asked.args, "command")[:COMMAND_LIMIT],
        author=asked.actor.name,
        reason=text(asked.args, "reason"),
        pid=pid,
        pid_started=text(asked.args, "pid_started"),
        began_at=turn.now.wall,
    )
    mutes.apply(turn, wraps.begun(wrap))
    return Answer(exit=DONE, data={"wrap": wrap.id})


def end(turn: Turn, asked: Asked) -> Answer:
    name = text(asked.args, "wrap")
    wrap = turn.world.durable.wraps.get(name)
    if wrap is None:
        return Answer(exit=USAGE, error=f"there is no wrapped command {name!r}")
    mutes.apply(turn, wraps.ended(wrap, f"exit {asked.args.get('exit')}", asked.actor.name, turn.now))
    return Answer(exit=DONE, data={"wrap": name})
