"""Galera in memory: members that form components, lose them, and join again. What a member says over SQL, and its files.

Kept to what a majority, a crash and a plain start do (source: Galera's documentation on quorum, weights of one): a component
stays Primary while more than half of its last members are left; a member that starts joins a Primary component that it can
reach, and without one it gives up after a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.model.values import Unknown
from remediator.sim.services import Service
from remediator.sim.timeline import Timeline

UUID = "5a2f8a3e-0000-11f0-8000-000000000001"
GIVES_UP_S = 25.0
NO_VIEW = str(2**64 - 1)


@dataclass
class Member:
    """`state` is down, waiting (runs, found no Primary), joining, synced or cut (runs outside the Primary component)."""

    service: Service
    state: str = "synced"
    join_s: float = 6.0
    reachable: bool = True
    """By the other members."""
    seqno: int = 1000

    @property
    def in_primary(self) -> bool:
        return self.state in ("joining", "synced")


class Galera:
    """All members of one cluster, by host."""

    def __init__(self, timeline: Timeline, services: Mapping[str, Service]) -> None:
        self._timeline = timeline
        self.members = {host: Member(service) for host, service in services.items()}
        self.conf_id = 7
        self._size = len(self.members)
        for host, member in self.members.items():
            member.service.on_change = lambda host=host: self._changed(host)  # type: ignore[misc]

    @property
    def primary(self) -> list[str]:
        return [host for host, member in self.members.items() if member.in_primary]

    def cut(self, host: str) -> None:
        """The others cannot reach `host` any more, nor it them."""
        self.members[host].reachable = False
        if self.members[host].in_primary:
            self.members[host].state = "cut"
            self._leave()

    def join_again(self, host: str) -> None:
        member = self.members[host]
        member.reachable = True
        if member.state in ("cut", "waiting"):
            self._join(host)

    def bootstrap(self) -> None:
        """A person brought the whole cluster back, if it was lost; every member runs."""
        for member in self.members.values():
            member.reachable = True
            if not self.primary and member.service.running:
                member.state, self._size = "synced", 1
                self.conf_id += 1
        for host, member in self.members.items():
            if member.state in ("cut", "waiting"):
                self._join(host)

    def _changed(self, host: str) -> None:
        member = self.members[host]
        if not member.service.running:
            if member.state != "down":
                was_in, member.state = member.in_primary, "down"
                if was_in:
                    self._leave()
        elif member.state == "down":
            self._join(host)

    def _leave(self) -> None:
        """Somebody left the component: what is left of it stays Primary only as a majority."""
        self.conf_id += 1
        left = self.primary
        if len(left) * 2 > self._size:
            self._size = len(left)
            return
        for host in left:
            self.members[host].state = "cut"

    def _join(self, host: str) -> None:
        member = self.members[host]
        if member.reachable and self.primary:
            member.state = "joining"
            self.conf_id += 1
            self._size = len(self.primary)
            self._later(member, "joining", member.join_s, lambda: self._synced(member))
            return
        member.state = "waiting"
        self._later(member, "waiting", GIVES_UP_S, lambda: self._give_up(host))

    def _later(self, member: Member, state: str, seconds: float, then: Any) -> None:
        invocation = member.service.invocation

        def happen() -> None:
            if member.state == state and member.service.invocation == invocation:
                then()

        self._timeline.after(seconds, happen)

    def _synced(self, member: Member) -> None:
        member.state = "synced"
        member.seqno = max(each.seqno for each in self.members.values())

    def _give_up(self, host: str) -> None:
        if self.members[host].reachable and self.primary:
            self._join(host)
        else:
            self.members[host].service.crash()

    # what is seen of it -----------------------------------------------------------------------------------------------

    def sql(self, host: str) -> Mapping[str, str] | Unknown:
        """Return what the member answers; the way there is the network's business."""
        member = self.members[host]
        if member.state == "down":
            return Unknown("sql_refused")
        local = {"joining": "Joining", "synced": "Synced"}.get(member.state, "Initialized")
        whole = member.in_primary
        return {
            "wsrep_cluster_status": "Primary" if whole else "non-Primary",
            "wsrep_local_state_comment": local,
            "wsrep_cluster_size": str(len(self.primary) if whole else 1),
            "wsrep_connected": "ON",
            "wsrep_ready": "ON" if member.state == "synced" else "OFF",
            "wsrep_cluster_state_uuid": UUID,
            "wsrep_cluster_conf_id": str(self.conf_id) if whole else NO_VIEW,
            "wsrep_last_committed": str(member.seqno),
        }

    def files(self, host: str) -> dict[str, Any]:
        member = self.members[host]
        return {
            "volume": "/var/lib/docker/volumes/mariadb/_data",
            "present": True,
            "grastate": {"uuid": UUID, "seqno": "-1", "safe_to_bootstrap": "0"},
            "gvwstate_bytes": None if member.state == "down" else 120,
            "sst_in_progress": member.state == "joining",
            "log_tail": "mysqld: ready for connections",
        }
