"""What is known of a Galera cluster at one moment, as the judgement needs it. Frozen records, nothing else.

Invariant: nothing here is invented. A fact that nobody observed is `Unknown` with its reason; ``None`` means that it
was looked for and is not there. What only a host can tell (its engine, unit, files, disk, clock) is UNKNOWN when the
host was not reached. The judgement (`decision.py`) reads these records and nothing else: no clock, store or network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from remediator.model.kleene import Truth
from remediator.model.values import Unknown

NIL = "00000000-0000-0000-0000-000000000000"
"""The uuid of a member without history: what grastate.dat holds after an inconsistency or a cut state transfer."""

Port = Literal["answered", "refused", "timeout", "denied", "lost", "too_many", "error", "unreachable", "not_asked"]
Unit = Literal["inactive", "masked", "failed", "active", "restarting"]
View = Literal["absent", "all", "rest", "empty", "stale"]
Space = Literal["enough", "short", "full"]
Version = Literal["below", "at", "above"]
LastBootstrap = Literal["none", "recent", "in_doubt"]
Actuator = Literal["own", "playbook_named", "playbook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPicture:
    """One member, named as in the inventory."""

    host: str
    reached: bool
    """The collector of the host answered."""
    powered_off: Truth
    """The BMC says that the host is off. It counts only for a host that was not reached and whose port is mute."""
    stopped: Truth
    """The engine proves that the process does not run; False: it proves that it runs."""
    port: Port
    """How the SQL attempt on the member itself ended."""
    cluster_status: str | Unknown | None
    """wsrep_cluster_status: Primary, non-Primary, Disconnected."""
    local_state: str | Unknown | None
    """wsrep_local_state_comment: Synced, Donor/Desynced, Joining, Joined, Initialized, ..."""
    unit: Unit | Unknown
    uuid: str | Unknown | None
    """Of the position if one was read, else of grastate.dat. None: there is no grastate.dat; `NIL`: no history."""
    seqno: int | Unknown | None
    """wsrep_last_committed of a running member, the recovered position of a stopped one; None or negative: no position.
    The seqno that grastate.dat holds is never put here: a clean stop long ago leaves an old one behind."""
    position_read: bool
    """Exactly one position was read from the stopped data in this run, by a one-shot with a fresh log and nonce."""
    xa: Truth
    """Prepared transactions were found when the position was read."""
    safe_to_bootstrap: bool | Unknown | None
    """The flag of grastate.dat; None: there is none."""
    view: View | Unknown
    """gvwstate.dat: of all members, of only some (rest), empty, older than the last stop (stale), or absent."""
    sst: Truth
    """A state snapshot transfer is in progress; of a stopped member: it was cut midway."""
    trouble: str | Unknown | None
    """What its log says that forbids to act on it (GB-17): innodb_corruption, inconsistent, diverged, ..."""
    space: Space | Unknown
    """Room in the data directory for a whole state transfer (1.1 times the donor's data, GB-14)."""
    clock_true: Truth
    """The clock of the member's host is at most 2 s off (GB-17)."""
    quarantine: int | Unknown | None
    """The position at which the cluster was bootstrapped without it; None: not in quarantine."""
    saved: int | Unknown | None = None
    """The seqno that grastate.dat claims; None: none. This seqno is no position, but Galera believes it more than the
    position that was read."""
    searching: Truth = False
    """By its own log it looks for a Primary component and has been in none since it was started (`primary_views.py`):
    no proof (GB-2)."""
    stranded: Truth = False
    """By its own log it began to join, lost the Primary component, and waits for ever (`primary_views.py`): no proof
    (GB-2)."""

    @classmethod
    def unseen(
        cls, host: str, reason: str, *, powered_off: Truth | None = None, port: Port = "timeout"
    ) -> MemberPicture:
        """Return a member whose host did not answer: everything is UNKNOWN for `reason`, except what its BMC says."""
        unknown = Unknown(reason)
        return cls(
            host=host,
            reached=False,
            powered_off=unknown if powered_off is None else powered_off,
            stopped=unknown,
            port=port,
            cluster_status=unknown,
            local_state=unknown,
            unit=unknown,
            uuid=unknown,
            seqno=unknown,
            position_read=False,
            xa=unknown,
            safe_to_bootstrap=unknown,
            view=unknown,
            sst=unknown,
            trouble=unknown,
            space=unknown,
            clock_true=unknown,
            quarantine=None,
            searching=unknown,
            stranded=unknown,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HighWaterMark:
    """The stored high-water mark: the furthest that a healthy Primary component was seen (GB-8)."""

    uuid: str
    seqno: int | None
    """None: only the uuid is recorded."""
    conf_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPicture:
    """The cluster: every member of the inventory group, in inventory order, and what concerns them all."""

    members: tuple[MemberPicture, ...]
    mark: HighWaterMark | Unknown | None
    """None: never stored, which is UNKNOWN and not zero."""
    version: Version | Unknown
    """Of MariaDB against 11.2, from where pc.bootstrap can no longer be set at run time (MDEV-32800)."""
    pc_recovery: Truth
    minutes_whole: float | Unknown
    """Minutes since all members are reachable and were started unchanged."""
    leftover_bootstrap: Truth
    """A container or a configuration still has its bootstrap argument."""
    primary_elsewhere: Truth
    """Somebody holds connections at :4567 that no known member explains: it may be a Primary (GB-2). The VIP is not
    asked."""
    deploying: Truth
    """A deployment by kolla-ansible is under way."""
    last_bootstrap: LastBootstrap | Unknown
    """In the last 24 hours; in_doubt: one was begun, and nobody knows how it ended."""
    canaries_good: Truth | None
    """The row counts after our last bootstrap (GB-13); None: not counted."""
    tries_last_hour: int | Unknown
    """Starts of a stopped member in the last hour."""
    arbitrator: Truth
    """A garbd votes in this cluster."""
    addresses_match: Truth
    """wsrep_cluster_address on every reached member names exactly the members; that of a group of one may name
    nobody."""
    names_nobody: Truth
    """wsrep_cluster_address of a member is ``gcomm://`` alone: it makes itself a Primary component at each start. So
    kolla writes it for a group of one; in a larger one that member would start a second cluster (GB-11)."""
    failed_last_hour: int | Unknown | None = None
    """Starts among `tries_last_hour` that ended without a cure; None: all of them."""
    named_twice: tuple[str, ...] = ()
    """A sentence for each machine that the inventory has more than one name for; `members` has it once."""
    mark_at: str | None = None
    """When the newest sample was taken that the mark rests on (RFC 3339); None: without a mark."""
    unseen_s: float | Unknown = 0.0
    """Seconds from that sample to the last moment at which a member that is stopped now may have committed
    (`staleness.py`)."""
    actuator: Actuator = "own"
    """Who would bootstrap: the daemon's own steps, or kolla's playbook, with or without the name of the host
    (GB-19)."""
