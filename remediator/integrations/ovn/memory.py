"""What is remembered of a host's two databases: the terms of the last ten minutes. Pure.

A term that climbs is a cluster that elects again and again, which no single answer shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from remediator.integrations.ovn.facts import host
from remediator.integrations.ovn.facts.cluster_status import ClusterStatus
from remediator.integrations.ovn.facts.database import DatabaseServer
from remediator.model.messages.replies import HostReply
from remediator.model.times import Instant
from remediator.model.values import Unknown

WINDOW_S = 600.0
MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By the name of the database: when which server was asked, and its term; oldest first."""

    seen: Mapping[str, tuple[tuple[Instant, str, int], ...]] = field(default_factory=dict)

    def elections(self, database: str) -> int:
        """Return how often the term of one and the same server rose."""
        rows = self.seen.get(database, ())
        return sum(later[2] > before[2] and later[1] == before[1] for before, later in itertools.pairwise(rows))


def remember(memory: Any, reply: HostReply) -> Terms:
    """Return the memory after `reply`; one that says nothing of a database leaves it as it was."""
    before = memory if isinstance(memory, Terms) else Terms()
    found = host.of(reply)
    if isinstance(found, Unknown):
        return before
    seen = dict(before.seen)
    for server in (found.north, found.south):
        if isinstance(server, DatabaseServer) and isinstance(server.cluster, ClusterStatus):
            told = server.cluster
            if told.term is None:
                continue
            rows = (*seen.get(server.database, ()), (reply.asked_at, told.server_id, told.term))
            seen[server.database] = tuple(row for row in rows if reply.asked_at.since(row[0]) <= WINDOW_S)[-MOST:]
    return Terms(seen=seen)
