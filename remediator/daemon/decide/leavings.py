"""What runs leave on hosts, by its mark: which mark a run uses where, and which store left a mark that was found.

Invariant: a mark is this store's in two cases only. It names this store, or the journal has it, letter by letter, as
what an open debt of that host has set. So a run goes on that began under the release before this one, or before this
store was given another id. The same word left by another store is a stranger's.
"""

from __future__ import annotations

from collections.abc import Sequence

from remediator.daemon.state.world import World
from remediator.model import identity
from remediator.model.identity import LeftOnHost
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.records.records import Debt
from remediator.model.values import Unknown
from remediator.safety.case import Stranger

RUN = "run"
"""How a debt, and the identity that is recorded with an INTENT, call the mark."""


def older_marks(world: World, run: str) -> dict[str, str]:
    """Return host to what `run` has set there under another mark than it would set today."""
    today = world.health.identity.mark(run)
    return {
        debt.host: debt.mark[RUN]
        for debt in world.durable.debts.values()
        if debt.open and debt.run == run and debt.mark.get(RUN, today) != today
    }


def mark_on(world: World, run: str, host: str) -> str:
    """Return the mark of `run` on `host`."""
    return older_marks(world, run).get(host, world.health.identity.mark(run))


def is_ours(world: World, mark: str, host: str) -> bool:
    """Return whether `mark`, which was found on `host`, is of this store."""
    found = identity.parsed(mark)
    if found is not None and found.store and found.store == world.health.identity.store:
        return True
    return any(_sets(debt, mark, host) for debt in world.durable.debts.values())


def strangers(world: World, touched: Sequence[str], hosts: Sequence[str]) -> tuple[Stranger, ...] | Unknown:
    """Return what other stores have left on `hosts`, oldest host first by name; UNKNOWN when one of those `touched`
    shows nothing."""
    found = []
    for host in hosts:
        reply = world.samples.facts.reply(host)
        if reply is None or reply.reach is not Reach.OK:
            if host in touched:
                return Unknown(f"no reply of {host}")
            continue
        for one in _left(world, reply):
            if not is_ours(world, one.mark, host):
                found.append(Stranger(host=host, mark=one.mark, what=one.what, take_back=one.take_back))
    return tuple(found)


def _left(world: World, reply: HostReply) -> list[LeftOnHost]:
    return [one for each in world.loaded.integrations.values() if each.left is not None for one in each.left(reply)]


def _sets(debt: Debt, mark: str, host: str) -> bool:
    return debt.open and debt.host == host and debt.mark.get(RUN) == mark
