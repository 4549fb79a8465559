"""The contract of everything that reaches a host; `ssh`, `local` and the simulator implement it alike.

Invariant: an implementation never raises for what the other side does or fails to do. It returns within the deadline
(plus one second at most). It says in one sentence what was wrong and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from remediator.model.content.commands import Command
from remediator.model.hosts import Host
from remediator.model.messages.replies import CommandDone, Reach

OUTPUT_LIMIT = 64 * 1024
"""Bytes of output kept of an action's command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """The end of one exchange. `reach` is OK when the command ran and its output was read to the end.

    `exit_code` is None when it is not known. `stderr_tail` holds at most the last 2 KiB.
    """

    reach: Reach
    reason: str = ""
    stdout: bytes = b""
    stderr_tail: str = ""
    exit_code: int | None = None


class Reacher(Protocol):
    """One way to reach hosts; safe to call from many threads."""

    def exchange(
        self, host: Host, argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, forced: bool = False
    ) -> RawReply:
        """Run `argv` on `host` with the read key, write `stdin`, and return what the command printed until it ended.

        Standard input stays open until the answer is whole: its end tells the command that the daemon is gone. More
        than `max_bytes` of output is TOO_LARGE. `forced` tries at once even where a dead host would be left alone for a
        while.
        """

    def run(self, host: Host, command: Command) -> CommandDone:
        """Run the command of an action with the act key, and say its fate: ``never_left`` only where that is proven."""

    token: str
    """Who acts, as ``CLOUD:EPOCH``. Hosts tell by it the newer of two daemons. Empty: not said."""

    def close(self) -> None:
        """End all connections and threads; calling it twice is harmless."""
