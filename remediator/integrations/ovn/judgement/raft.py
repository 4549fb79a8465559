"""The judgement of one raft cluster by OVN-1 to OVN-3: whom a cure may start or restart, or why nobody. Pure.

Invariants. A member is restarted only while the others alone are a connected majority of all servers that the leader
lists. They are at rest then: the last election is 60 s ago. A member that leads, or follows, is never restarted.
Without a leader nothing happens but starts of stopped members, unchanged, and these only of the recorded cluster.
Turning any fact of a picture to UNKNOWN never lets a member be touched that was not to be touched, sooner or later,
before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from remediator.integrations.ovn.facts.cluster_status import ClusterStatus
from remediator.integrations.ovn.judgement import decision
from remediator.integrations.ovn.judgement.decision import Decision, Procedure
from remediator.integrations.ovn.judgement.picture import RaftPicture
from remediator.integrations.ovn.judgement.standing import Seating, Standing, cluster_ids, seating
from remediator.model.values import Unknown

SETTLE_S: Final = 60.0
OUT: Final = (Standing.WEDGED, Standing.FAILED, Standing.DISCONNECTED)
"""A member that takes no part, and does again once it is restarted."""
IN_STEP: Final = (Standing.LEADER, Standing.FOLLOWER)
UNREST: Final = (Standing.LONE, Standing.ASTRAY, Standing.CANDIDATE, Standing.JOINING, Standing.LEAVING)


def decide(picture: RaftPicture) -> Decision:
    """Return the one thing to do in `picture`."""
    found = seating(picture)
    refused = _two_clusters(found)
    if refused is not None:
        return refused
    if len(found.hosts(Standing.LEADER)) > 1:
        leaders = _names(found.hosts(Standing.LEADER))
        return decision.wait("OVN-1", f"{leaders} lead at once: one of them has not heard yet that it does not")
    if found.hosts(Standing.STOPPED):
        return _start(found)
    if found.hosts(*OUT):
        return _restart(found)
    return _idle(found)


def led(picture: RaftPicture) -> bool | Unknown:
    """Return whether exactly one member leads a majority, and nobody is of another cluster. UNKNOWN where somebody
    unread may be the leader."""
    found = seating(picture)
    if _two_clusters(found) is not None:
        return False
    leaders = found.hosts(Standing.LEADER)
    if leaders or found.hosts(Standing.STANDALONE):
        return len(leaders) < 2
    unread = found.those(Standing.UNKNOWN)
    return Unknown(f"raft: {unread[0].host}: {unread[0].why}") if unread else False


def _two_clusters(found: Seating) -> Decision | None:
    """OVN-1: return the refusal where members are of two clusters, or one of several is of none."""
    foreign = found.hosts(Standing.FOREIGN)
    if foreign:
        ids = ", ".join(sorted(each[:8] for each in cluster_ids(found.picture)))
        return decision.refuse("OVN-1", f"there are two cluster ids ({ids}), with what is recorded: nothing is touched")
    single = found.hosts(Standing.STANDALONE)
    if single and len(found.seats) > 1:
        return decision.refuse(
            "OVN-1", f"{_names(single)} serves the database without a cluster, and is one of several"
        )
    return None


def _start(found: Seating) -> Decision:
    """OVN-3: stopped members come back unchanged, one at a time beside a leader, and all of them without one."""
    stopped, recorded = found.hosts(Standing.STOPPED), found.picture.recorded
    if not isinstance(recorded, str):
        why = f"UNKNOWN ({recorded.reason})" if isinstance(recorded, Unknown) else "not recorded yet"
        return decision.refuse("OVN-3", f"the cluster id is {why}: the file of {_names(stopped)} cannot be compared")
    if found.leader is None:
        unread = found.those(Standing.UNKNOWN)
        if unread:
            why = (
                f"nobody is known to lead, and {unread[0].host} is not known ({unread[0].why}): it may be a new cluster"
            )
            return decision.refuse("OVN-1", why)
        why = f"without a leader {_names(stopped)} comes back unchanged, and nothing else is done"
        return Decision(procedure=Procedure.START, rule="OVN-3", why=why, hosts=stopped)
    moving = found.hosts(Standing.JOINING, Standing.LEAVING)
    if moving:
        return decision.wait("OVN-2", f"{_names(moving)} joins or leaves: {stopped[0]} waits for that")
    why = f"{stopped[0]} is stopped beside a leader, and comes back unchanged"
    return Decision(procedure=Procedure.START, rule="OVN-3", why=why, hosts=stopped[:1])


def _restart(found: Seating) -> Decision:
    """OVN-2: of the members that are out the first one is restarted, where the others alone are a majority at rest."""
    out = found.those(*OUT)
    said = ", ".join(f"{seat.host} {seat.standing.value}" for seat in out)
    if found.leader is None:
        return decision.refuse("OVN-3", f"{said}, and nobody leads: without a majority nothing is restarted")
    unrest = found.those(*UNREST)
    if unrest:
        return decision.wait("OVN-2", f"{said}, and {unrest[0].host} {unrest[0].standing.value}: no restart meanwhile")
    size = _size(found, found.leader)
    if isinstance(size, Unknown):
        return decision.refuse("OVN-2", f"{said}, and how many servers there are is not known ({size.reason})")
    others = len(found.hosts(*IN_STEP))
    if 2 * others <= size:
        return decision.refuse("OVN-2", f"{said}, and only {others} of {size} servers are proven to be in step")
    rest_s = _rest_s(found.leader)
    if isinstance(rest_s, Unknown) or rest_s < SETTLE_S:
        ago = f"UNKNOWN ({rest_s.reason})" if isinstance(rest_s, Unknown) else f"{rest_s:.0f} s ago"
        return decision.wait("OVN-2", f"{said}, and the last election is {ago}: {SETTLE_S:.0f} s is the wait")
    why = f"{said}; {others} of {size} servers are in step without it"
    return Decision(procedure=Procedure.RESTART, rule="OVN-2", why=why, hosts=(out[0].host,))


def _idle(found: Seating) -> Decision:
    """Nobody is down or out: say whether all is well, or what is waited for, or what a person has to look at."""
    left = found.those(Standing.LEFT, Standing.OFF, Standing.UNKNOWN)
    if left:
        said = ", ".join(f"{seat.host} {seat.standing.value}{seat.why and f' ({seat.why})'}" for seat in left)
        return decision.refuse("OVN-3", f"{said}: it is left alone")
    unrest = found.those(*UNREST)
    if unrest:
        return decision.wait("OVN-2", ", ".join(f"{seat.host} {seat.standing.value}" for seat in unrest))
    return decision.nothing("OVN-1", "all members are in step")


def _size(found: Seating, leader: ClusterStatus) -> int | Unknown:
    """Return how many servers a majority is counted of: ghosts that the leader lists count, and so does a member that
    it does not list."""
    if not leader.servers:
        return Unknown("the leader lists nobody")
    return max(len(leader.servers), len(found.seats))


def _rest_s(leader: ClusterStatus) -> float | Unknown:
    """Return how long ago the last election was, by the leader's word."""
    since = leader.election_started_ms
    return Unknown("it does not say") if since is None else since / 1000.0


def _names(hosts: Iterable[str]) -> str:
    return ", ".join(hosts)
