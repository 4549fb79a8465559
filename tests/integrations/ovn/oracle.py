"""The OVN oracle: who of a raft cluster, and which northd, may be started or restarted (OVN-1 to OVN-4). Brute force.

Invariant: nothing of the product is imported here. A cell is plain data. Each rule is a short sentence and a predicate.
Where the judgement differs from a cell, people decide: neither side is bent to the other in silence.

    raft(cell)       Verdict(procedure, members, rule) for one database's cluster
    raft_cells(n)    every group of n members: in each order for 1 and 3, in one order for 5
    northd(cell)     Verdict for the group of northds
    northd_cells(n)  every group of n northds, in each order

A member is an index in the order of the inventory. The states of a member:

    leader        leads, and says that it is in contact with a majority
    lone          leads by its own word, and says that it is in contact with no majority
    follower      follows the leader of this cell, and is connected
    astray        follows somebody else: an old leader, or one that nobody knows
    candidate     stands for election
    joining, leaving, left, failed, disconnected      as its line `Status` says
    stopped       no process, by the host's own word; its unit failed or ended by itself
    off           no process, and an operator stopped it
    wedged        a process that takes a connection and answers nothing
    unknown       the host was not read, or the answer was cut or garbled
    foreign       it says another cluster id than the recorded one
    standalone    it serves the database without any cluster

The facts of the cluster: `ghosts` are servers in the leader's list that no host of the inventory has (None: unknown).
`settled` says whether the last election is 60 s ago (None: unknown). `recorded` says whether the cluster id is known.

How it is read
--------------
OVN-1  A second cluster id or a standalone server in a group of several refuses everything, also a start. So does an
       unread member where nobody is a leader: after a recovery by hand it may be the new cluster.
OVN-2  "The others alone": the leader and its followers, without the one that is out, are a majority of the members and
       ghosts. An election or a second word on the leader waits. A stopped member is started first, for that takes
       nothing away. A candidate is in an election, and is waited for. `left` and `leaving` are left alone.
OVN-3  The recorded id is needed for each start: it is compared with the file. Two leaders are one too many for a start.
       Without a leader all stopped ones are started at once. One alone would not come up to be verified.
OVN-4  A wedged northd does not hold the lock for long, so it may be restarted where no other one is active. A paused
       one holds all, also where another one is stopped: whoever paused it has a plan.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

NOTHING, START, RESTART, WAIT, REFUSE = "nothing", "start", "restart", "wait", "refuse"
PROCEDURES = (NOTHING, START, RESTART, WAIT, REFUSE)

LEADER, LONE, FOLLOWER, ASTRAY, CANDIDATE = "leader", "lone", "follower", "astray", "candidate"
JOINING, LEAVING, LEFT, FAILED, DISCONNECTED = "joining", "leaving", "left", "failed", "disconnected"
STOPPED, OFF, WEDGED, UNKNOWN, FOREIGN, STANDALONE = "stopped", "off", "wedged", "unknown", "foreign", "standalone"
STATES = (
    LEADER, LONE, FOLLOWER, ASTRAY, CANDIDATE, JOINING, LEAVING, LEFT, FAILED, DISCONNECTED, STOPPED, OFF, WEDGED,
    UNKNOWN, FOREIGN, STANDALONE,
)  # fmt: skip
OUT = (WEDGED, FAILED, DISCONNECTED)
"""Who is out, and would come back by a restart."""
UNRESTED = (LONE, ASTRAY, CANDIDATE, JOINING, LEAVING)
"""Who shows that the cluster is not at rest."""

ACTIVE, STANDBY, PAUSED = "active", "standby", "paused"
NORTHDS = (ACTIVE, STANDBY, PAUSED, STOPPED, OFF, WEDGED, UNKNOWN)


class Verdict(NamedTuple):
    procedure: str
    members: tuple[int, ...]
    """Who is started or restarted."""
    rule: str
    why: str


class Raft(NamedTuple):
    members: tuple[str, ...]
    ghosts: int | None = 0
    settled: bool | None = True
    recorded: bool = True


class Northds(NamedTuple):
    members: tuple[str, ...]
    led: bool | None = True
    """Both databases have a leader with a majority; None: unknown."""


def where(members: tuple[str, ...], *states: str) -> tuple[int, ...]:
    return tuple(index for index, state in enumerate(members) if state in states)


# The rules of a raft cluster, each a sentence.


def two_clusters(cell: Raft) -> bool:
    """A member is of another cluster, or one of several is of none."""
    return bool(where(cell.members, FOREIGN)) or (len(cell.members) > 1 and bool(where(cell.members, STANDALONE)))


def led(cell: Raft) -> bool:
    """Exactly one member is the leader of a majority."""
    return len(where(cell.members, LEADER)) == 1


def torn(cell: Raft) -> bool:
    """Two members are leaders of a majority, which cannot be."""
    return len(where(cell.members, LEADER)) > 1


def proven_without(cell: Raft, out: int) -> bool:
    """The others alone are a connected majority of all servers."""
    if cell.ghosts is None or not led(cell):
        return False
    others = tuple(index for index in where(cell.members, LEADER, FOLLOWER) if index != out)
    return 2 * len(others) > len(cell.members) + cell.ghosts


def startable(cell: Raft) -> bool:
    """A stopped member may come back unchanged: there is one cluster, its id is known, and nobody unread may be
    another one."""
    if two_clusters(cell) or torn(cell) or not cell.recorded:
        return False
    return led(cell) or not where(cell.members, UNKNOWN)


def restartable(cell: Raft, member: int) -> bool:
    """A member that is out may be restarted: the others are a majority at rest, and nobody waits for a start."""
    return (
        cell.members[member] in OUT
        and not two_clusters(cell)
        and not where(cell.members, STOPPED, *UNRESTED)
        and proven_without(cell, member)
        and cell.settled is True
    )


def raft(cell: Raft) -> Verdict:
    """Return what is done in `cell`. It may differ from sample to sample: a wait is asked again."""
    stopped, out = where(cell.members, STOPPED), where(cell.members, *OUT)
    if two_clusters(cell):
        return Verdict(REFUSE, (), "OVN-1", "two clusters, or a server without one among several")
    if torn(cell):
        return Verdict(WAIT, (), "OVN-1", "two leaders: one of them has not heard of its end")
    if stopped and not startable(cell):
        return Verdict(REFUSE, (), "OVN-1" if cell.recorded else "OVN-3", "a start could be a second cluster")
    if stopped and led(cell):
        if where(cell.members, JOINING, LEAVING):
            return Verdict(WAIT, (), "OVN-2", "a member joins or leaves: the next one waits")
        return Verdict(START, stopped[:1], "OVN-3", "one comes back unchanged")
    if stopped:
        return Verdict(START, stopped, "OVN-3", "all come back unchanged")
    if out and not led(cell):
        return Verdict(REFUSE, (), "OVN-3", "without a leader nothing is restarted")
    if out and where(cell.members, *UNRESTED):
        return Verdict(WAIT, (), "OVN-2", "the cluster is not at rest")
    if out and not any(proven_without(cell, member) for member in out):
        return Verdict(REFUSE, (), "OVN-2", "the others alone are not proven to be a majority")
    if out and cell.settled is not True:
        return Verdict(WAIT, (), "OVN-2", "the last election is not 60 s ago")
    if out:
        return Verdict(RESTART, out[:1], "OVN-2", "the others alone are a majority at rest")
    if where(cell.members, LEFT, OFF, UNKNOWN):
        return Verdict(REFUSE, (), "OVN-3", "who left, or was stopped by an operator, or was not read, is left alone")
    if where(cell.members, *UNRESTED) or (not led(cell) and not where(cell.members, STANDALONE)):
        return Verdict(WAIT, (), "OVN-2", "the cluster is not at rest")
    return Verdict(NOTHING, (), "OVN-1", "all are in step")


def raft_cells(n: int) -> Iterator[Raft]:
    """Return every cell of n members. Members are alike but for their order, and of five one order stands for all."""
    groups = (
        itertools.product(STATES, repeat=n) if n < 5 else itertools.combinations_with_replacement(STATES, n)
    )  # fmt: skip
    for members in groups:
        for ghosts, settled, recorded in itertools.product((0, 1, 2, None), (True, False, None), (True, False)):
            yield Raft(tuple(members), ghosts, settled, recorded)


# The rules of northd.


def northd(cell: Northds) -> Verdict:
    """Return what is done in `cell`."""
    active, stopped, wedged = (where(cell.members, state) for state in (ACTIVE, STOPPED, WEDGED))
    if where(cell.members, PAUSED):
        return Verdict(REFUSE, (), "OVN-4", "an operator paused one")
    if len(active) > 1:
        return Verdict(REFUSE, (), "OVN-4", "two are active")
    if not active and where(cell.members, UNKNOWN):
        return Verdict(REFUSE, (), "OVN-4", "one that was not read may be active")
    if not active and cell.led is not True:
        return Verdict(REFUSE, (), "OVN-4", "the databases come first")
    if stopped:
        return Verdict(START, stopped[:1], "OVN-4", "a stopped one is started")
    if wedged:
        return Verdict(RESTART, wedged[:1], "OVN-4", "a wedged one is restarted")
    if active:
        return Verdict(NOTHING, (), "OVN-4", "one is active")
    standing = where(cell.members, STANDBY)
    if standing:
        return Verdict(RESTART, standing[:1], "OVN-4", "all stand by: one of them is restarted")
    return Verdict(REFUSE, (), "OVN-4", "all were stopped by an operator")


def northd_cells(n: int) -> Iterator[Northds]:
    """Return every cell of n northds, in each order."""
    for members in itertools.product(NORTHDS, repeat=n):
        for led_ in (True, False, None):
            yield Northds(tuple(members), led_)
