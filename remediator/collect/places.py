"""How many hosts are asked at once, and who waits for whom: a host that answers never waits for hosts that do not.

Two lanes, quick and slow, have equally many places. A call that takes long counts as slow in either lane, so a host
that dies takes a quick place for a few seconds, once. Slow calls beyond their own places take quick ones; there are
never more calls than places.

Invariant: no call is ordered without a place, and each place is a thread. A host's silence counts from when it was
asked.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from remediator.model.messages.replies import HostReply, Reach
from remediator.model.times import Instant

PATIENCE_S = 3.0
"""A call that takes longer is slow."""
LEAST, MOST, HOSTS_A_PLACE = 16, 256, 8
"""Places of one lane: one for eight hosts, within these bounds."""


class Lane(enum.Enum):
    QUICK = "quick"
    """The host answered within `PATIENCE_S` last time, or was never asked."""
    SLOW = "slow"
    """The host failed last time, or took longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A collection that has not come back. `judged_at`: until when its silence has been judged; at first, its start."""

    lane: Lane
    since: Instant
    judged_at: Instant


def of_each(hosts: int) -> int:
    """Return how many places each lane has in an inventory of `hosts`."""
    return min(MOST, max(LEAST, -(-hosts // HOSTS_A_PLACE)))


def lane_of(newest: HostReply | None) -> Lane:
    """Return the lane in which a host waits, by its newest reply (None: it was never asked)."""
    if newest is None:
        return Lane.QUICK
    quick = newest.reach is Reach.OK and newest.received_at.since(newest.asked_at) <= PATIENCE_S
    return Lane.QUICK if quick else Lane.SLOW


def in_order(
    due: Collection[str], forced: Collection[str], due_s: Mapping[str, float], every_s: Mapping[str, float]
) -> list[str]:
    """Return the hosts that are due or asked for; the host that has waited longest is first.

    A host that was asked for has waited since its last sample, the others since they became due. Neither kind starves
    the other.
    """

    def since(host: str) -> tuple[float, str]:
        return due_s.get(host, 0.0) - (every_s.get(host, 0.0) if host in forced else 0.0), host

    return sorted({*due, *forced}, key=since)


def seated(waiting: Sequence[tuple[str, Lane]], under_way: Iterable[UnderWay], each: int, now: Instant) -> list[str]:
    """Return the hosts of `waiting`, in its order, that have a place now. `each`: places of one lane."""
    calls = list(under_way)
    slow = sum(1 for call in calls if call.lane is Lane.SLOW or now.since(call.since) > PATIENCE_S)
    quick = len(calls) - slow
    found = []
    for host, lane in waiting:
        if lane is Lane.SLOW and slow < each:
            slow += 1
        elif lane is Lane.QUICK and quick + max(0, slow - each) < each:
            quick += 1
        else:
            continue
        found.append(host)
    return found
