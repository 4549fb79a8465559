"""What is known of a group of daemons at one moment, as the judgement reads it. Frozen records.

Invariant: a picture has no host, reply or clock behind it. What was not read is UNKNOWN here, with its reason.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from remediator.integrations.ovn.facts.cluster_status import ClusterStatus
from remediator.integrations.ovn.facts.northd import Activity
from remediator.model.values import Unknown


class Process(enum.Enum):
    """Whether a daemon runs, by its sockets, its processes, its container and its unit together."""

    ANSWERS = "answers"
    WEDGED = "wedged"
    """It takes connections and answers none."""
    STOPPED = "stopped"
    """It has ended, and nobody asked for that."""
    OFF = "off"
    """An operator stopped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPicture:
    """One member of a raft cluster."""

    host: str
    process: Process | Unknown
    cluster: ClusterStatus | Unknown | None
    """Its own word on the cluster; None: it serves the database without one (standalone)."""
    connected: bool | Unknown
    """It is in contact with a majority, by its own word to clients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaftPicture:
    """One database's cluster: all members that the inventory has."""

    database: str
    members: tuple[MemberPicture, ...]
    recorded: str | Unknown | None
    """The cluster id as it was kept while all was well; None: never yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NorthdPicture:
    """One ovn-northd."""

    host: str
    process: Process | Unknown
    activity: Activity | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class NorthdsPicture:
    """All northds, and whether both databases have a leader."""

    northds: tuple[NorthdPicture, ...]
    led: bool | Unknown
