"""The control socket's protocol: one JSON object a line each way, one request a connection.

Request ``{"op": str, "args": object}``; answer ``{"exit": int, "data": any, "error": str}``. `exit` is the exit code of
the command line (0 done, 1 failed, 4 refused by the gate, 64 usage). `error` is empty or one sentence. The actor is
never part of a request: the server takes it from the peer's credentials.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any

from remediator.model import people

OPS = (
    "check",  # {names: [str], target: str|null} -> the JSON of `check` after collecting now
    "results",  # {names, target} -> the JSON of `check` of the newest results, UNKNOWN where older than 3 intervals
    "pause",  # {reason: str} -> {paused: true, reasons: [...]}
    "resume",  # {reason: str}
    "plan",  # {runbook, target} -> {plan, verdicts, now: {check, state, output} or null}
    "execute",  # {runbook, target, reason} -> {run: id}; exit 4 with the refusals
    "resolve",  # {run, outcome: applied|not-applied, reason}
    "cancel",  # {run, reason}
    "close",  # {incident, reason}
    "ack",  # {incident, reason}
    "baseline-accept",  # {scope, reason} -> {accepted: {...}} or exit 4 with {refused: [..]}
    "baseline-show",  # {}
    "reload",  # {} validates first; exit 78 with the mistakes, the old content stays
    "approve",  # {run, plan: str|null, reason} -> {run}; exit 4 with expired, used or changed
    "deny",  # {run, reason}
    "silence-add",  # {matchers: [str], for_s: float|null, reason} -> {silence: {...}}
    "silence-list",  # {} -> {silences: [...]}
    "silence-end",  # {id, reason}
    "downtime-add",  # {target, for_s: float|null, reason} -> {downtime: {...}}
    "downtime-list",  # {} -> {downtimes: [...]}
    "downtime-end",  # {id, reason}
    "wrap-begin",  # {scope, reason, command, pid, pid_started} -> {wrap: id}
    "wrap-end",  # {wrap, exit}
    # {reason, brake: storm|rival (storm)}: the storm breaker's latch for R3, or the brake for another remediator
    "brake-close",
    "accept-restore",  # {reason}: what the store holds now is what counts, though its newest checkpoint says otherwise
    # {question, args} -> {rows: [...], more: bool} or {value}: a part of what the store holds (daemon/socket/reads.py)
    "read",
    "status",  # {} -> the JSON of `status`
)


DOORS = "/run/remediator-control"
"""Where members of the group `remediator` reach the daemon: its state directory is closed to them."""


def door(state_dir: str) -> str:
    """Return the path of the members' socket of the daemon of `state_dir`."""
    return f"{DOORS}/{hashlib.sha256(os.path.realpath(state_dir).encode()).hexdigest()[:16]}.sock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks: the peer's uid, and the login uid of its process (None where no login is known to have set it)."""

    name: str
    uid: int
    login_uid: int | None
    may_approve: bool = False
    """A member of the group remediator-approve; root may in any case."""

    @property
    def accounts(self) -> tuple[int, ...]:
        """The accounts that the asker certainly has; empty when it cannot be told who it is."""
        return people.accounts(self.uid, self.login_uid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    exit: int
    data: Any = None
    error: str = ""
