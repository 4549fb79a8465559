"""One technology in one cloud in memory: what it is there, and what is asked of it beside the daemon.

Invariant: neither `Part` nor `Ledger` asks a guard, a verdict or a decision. A method that a technology has no use for
stays as it is here: then nothing happens, nothing is left, and nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.model.content.commands import Command
from remediator.model.messages.replies import HostReply

Wrong = tuple[str, str]
"""The invariant that does not hold, and the sentence that says why."""


class Part:
    """What is true of it, on all its hosts together."""

    def mend(self, host: str) -> None:
        """A person took back what runs had left on `host`, and whatever else was wrong with it there."""

    def engine_stops(self, host: str) -> None:
        """The host or its engine went down: containers that no unit owns end with it."""

    def listed(self, host: str) -> Mapping[str, Mapping[str, Any]]:
        """Return its containers that are no service of the host, as the engine lists them."""
        return {}

    def see_again(self) -> None:
        """All its members reach each other again."""

    def bring_back(self) -> None:
        """A person brought all of it back, if it was lost."""

    def relabel(self, label: Callable[[str], str]) -> None:
        """Let every mark of a run on a host be what `label` makes of it."""

    @property
    def whole(self) -> bool:
        """The technology is as it should be, in truth."""
        return True

    def wrongs(self) -> Sequence[Wrong]:
        """Return everything that happened to it and never may."""
        return ()

    def leftovers(self) -> Mapping[str, str]:
        """Return host to what a run of the daemon has left there."""
        return {}


@dataclass(frozen=True)
class Sent:
    """One command: `release` when it takes a debt back, `consented` when a person has said yes to a loss."""

    run: str
    mark: str
    """What the run leaves on hosts."""
    script: str
    host: str
    release: bool
    consented: bool


class Ledger:
    """What one daemon may not do to it: worked out from the cloud, and noted a second time from what hosts said."""

    services: Collection[str] = ()
    """The services that it answers for."""
    asked: Sequence[str] = ()
    """The invariants that are asked of each of its scripts."""

    def replied(self, reply: HostReply) -> None:
        """Take a reply that the daemon is given."""

    def holds(self, host: str, last: Mapping[str, HostReply]) -> list[str]:
        """Return every reason, by name, why the first command on its service of `host` may not leave. `last`: the
        newest replies.

        It also says whether the unit may be at work on it: of any other service that holds a command.
        """
        return []

    def sick(self, host: str) -> bool:
        """Return whether its service of `host` is to be cured though its container runs and no health check says so."""
        return False

    def forbids(self, sent: Sent) -> Sequence[Wrong]:
        """Return everything that forbids a script."""
        return ()

    def forbids_plain(self, run: str, service: str, command: Command) -> Sequence[Wrong]:
        """Return everything that forbids a command that is no script, whatever `service` it acts on."""
        return ()
