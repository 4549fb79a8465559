"""How people hear at once that nothing is done: a page for each reason that nobody gave, and one when nothing can be
stored.

Invariants: each time that such a reason lasts gets one page, and each kind at most one page an hour. A page about the
store goes out directly, for the outbox is in the store. Nothing here decides whether something acts: the gate has
refused already.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from remediator.daemon.inhibit.inhibitors import Trouble
from remediator.daemon.state.wire import Deliver
from remediator.daemon.turn.turn import Turn
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.times import Instant, rfc3339

PATIENCE_S = 5.0
"""A store that is back within this is nothing to wake anybody for."""
OVER_S = 60.0
"""An outage is over once the store has worked for this long: one that comes and goes is one outage."""
AGAIN_S = 10.0
MOST_AGAIN_S = 600.0
LOST_S = 300.0
"""A delivery that has not come back by then never will."""
OF_THE_STORE, OF_TURNS = -1, -2
"""The numbers of the deliveries that are in no outbox: the store cannot be used; turns fail, and the store is well."""
OF_NO_OUTBOX = (OF_THE_STORE, OF_TURNS)
SUBJECTS = {
    OF_THE_STORE: "remediator does nothing: its store cannot be used",
    OF_TURNS: "remediator does nothing: its turns fail, and its store is well",
}

BRAKED = "Nothing above R0 is done until this is over; remediator status shows it."
GOES_ON = "It holds nothing; remediator goes on."


class StoreAlarm:
    """Told after every turn whether the store worked; gives the one delivery of an outage when it is due."""

    def __init__(self) -> None:
        self.since: Instant | None = None
        """When the outage began that is not over yet."""
        self._works_since: Instant | None = None
        self._fails_since: Instant | None = None
        self._told = False
        self._under_way: Instant | None = None
        self._tries = 0
        self._next: Instant | None = None

    def failed(self, cloud: str, why: str, now: Instant, blamed: int = OF_THE_STORE) -> Deliver | None:
        """The store, or the turn itself, did not work in this turn. Return the page when it is due, and not yet
        delivered or on its way."""
        self._works_since = None
        if self._fails_since is None:
            self._fails_since = now
        if self.since is None:
            self.since = now
        if self._told or _passed(self._fails_since, now) < PATIENCE_S:
            return None
        if self._under_way is not None and _passed(self._under_way, now) < LOST_S:
            return None
        if self._next is not None and _passed(self._next, now) < min(MOST_AGAIN_S, AGAIN_S * 2 ** (self._tries - 1)):
            return None
        self._under_way = now
        return Deliver(n=blamed, body=_body(cloud, SUBJECTS[blamed], why, self.since.wall, now.wall))

    def worked(self, now: Instant) -> None:
        """The store worked in this turn."""
        self._fails_since = None
        if self._works_since is None:
            self._works_since = now
        if self.since is not None and _passed(self._works_since, now) >= OVER_S:
            self.since, self._told, self._tries, self._next = None, False, 0, None

    def delivered(self, error: str, now: Instant) -> None:
        """The page was delivered, or `error` says why not: it is offered again, with longer and longer waits."""
        self._under_way = None
        self._told = not error
        if error:
            self._tries += 1
            self._next = now


def _passed(since: Instant, now: Instant) -> float:
    """Return the most seconds that may have passed: a clock that was set back must not keep a page waiting."""
    return now.at_most_since(since)


def _body(cloud: str, subject: str, why: str, since: datetime, now: datetime) -> dict[str, str | None]:
    return {
        "cloud": cloud,
        "at": rfc3339(now),
        "subject": subject,
        "text": f"Since {rfc3339(since)}: {why}\nOne page for each outage; the log and /readyz say when it is over.",
        "incident": None,
        "target": None,
        "check": None,
        "state": None,
        "run": None,
    }


class Troubles:
    """Remembers which reasons not to act last, so that people hear of each once."""

    def __init__(self) -> None:
        self._lasting: frozenset[str] = frozenset()
        self._found: frozenset[str] = frozenset()

    def watch(self, turn: Turn, found: Iterable[Trouble]) -> None:
        """Page for what is new in `found`, and log what is over."""
        now = {trouble.kind: trouble for trouble in found}
        for kind in sorted(self._lasting - set(now)):
            turn.say("warning", "trouble_over", reason=kind)
        for kind in sorted(set(now) - self._lasting):
            turn.say("error", "trouble", reason=str(now[kind]), kind=kind)
            does = "does nothing" if now[kind].brakes else "goes on"
            turn.page(
                PageKey(PageKind.TROUBLE, parts=(kind, f"{turn.now.wall:%Y-%m-%dT%H}")),
                f"remediator {does}: {kind.replace('_', ' ')}",
                f"{now[kind]}\n{BRAKED if now[kind].brakes else GOES_ON}",
            )
        self._found = frozenset(now)

    def committed(self) -> None:
        """The turn of the last `watch` is on disk; one that was undone has told nobody anything."""
        self._lasting = self._found
