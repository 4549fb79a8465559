"""What people ask on the control socket, and which handler answers. Each answer leaves only after the turn that made it
true is committed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remediator.daemon.requests import approvals, baseline, brakes, checks, incidents, restores, runs
from remediator.daemon.requests.mutes import acks, downtimes, pauses, silences, wraps
from remediator.daemon.state.wire import Asked, Reload
from remediator.daemon.turn.answers import DONE, USAGE
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.control import Answer


def handle(turn: Turn, asked: Asked) -> Answer | None:
    """Return the answer to `asked`; None when it comes later."""
    handler = _HANDLERS.get(asked.op)
    if handler is None:
        return Answer(exit=USAGE, error=f"the daemon knows no request {asked.op!r}")
    return handler(turn, asked)


def _reload(turn: Turn, asked: Asked) -> Answer:
    turn.effects.append(Reload())
    return Answer(
        exit=DONE, data={"reload": "asked for: it is validated first, and the old content stays if it is not valid"}
    )


_HANDLERS: Mapping[str, Callable[[Turn, Asked], Answer | None]] = {
    "check": checks.check,
    "results": checks.results,
    "status": checks.status,
    "pause": pauses.pause,
    "resume": pauses.resume,
    "silence-add": silences.add,
    "silence-list": silences.listed,
    "silence-end": silences.end,
    "downtime-add": downtimes.add,
    "downtime-list": downtimes.listed,
    "downtime-end": downtimes.end,
    "wrap-begin": wraps.begin,
    "wrap-end": wraps.end,
    "brake-close": brakes.close,
    "accept-restore": restores.accept,
    "approve": approvals.approve,
    "deny": approvals.deny,
    "plan": runs.plan,
    "execute": runs.execute,
    "resolve": runs.resolve,
    "cancel": runs.cancel,
    "close": incidents.close,
    "ack": acks.ack,
    "baseline-accept": baseline.accept,
    "baseline-show": baseline.show,
    "reload": _reload,
}
