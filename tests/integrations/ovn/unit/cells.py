"""From a cell of the oracle to the facts that hosts in that state say, and from these to a picture.

Invariant: nothing of the judgement decides here what a cell becomes. Each state is what the daemon of such a member
prints, as it was recorded or as ovsdb/raft.c has it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from remediator.integrations.ovn.facts.cluster_status import ClusterStatus, Role, Server, Standing
from remediator.integrations.ovn.facts.northd import Activity
from remediator.integrations.ovn.judgement.picture import (
    MemberPicture,
    NorthdPicture,
    NorthdsPicture,
    Process,
    RaftPicture,
)
from remediator.model.values import Unknown
from tests.integrations.ovn import oracle

OURS, THEIRS = "cb6ca2c3-5a01-44fb-90cd-20102c6a2566", "361900ec-02b4-4f46-b956-bdaa147c2981"
NOT_READ = Unknown("timeout:ovn")
PROCESSES: Mapping[str, Process | Unknown] = {
    oracle.STOPPED: Process.STOPPED,
    oracle.OFF: Process.OFF,
    oracle.WEDGED: Process.WEDGED,
    oracle.UNKNOWN: NOT_READ,
}
STANDINGS = {
    oracle.JOINING: Standing.JOINING,
    oracle.LEAVING: Standing.LEAVING,
    oracle.LEFT: Standing.LEFT,
    oracle.FAILED: Standing.FAILED,
    oracle.DISCONNECTED: Standing.DISCONNECTED,
}


def host(index: int) -> str:
    return f"ctl{index + 1}"


def sid(index: int) -> str:
    return f"{index + 1:04x}0000-0000-4000-8000-000000000000"


@functools.cache
def servers(count: int, own: int) -> tuple[Server, ...]:
    return tuple(
        Server(
            sid=sid(index)[:4], address=f"tcp:10.0.0.{index + 1}:6644", remote=Unknown("not compared"),
            is_self=index == own, next_index=None, match_index=None, last_msg_ms=None,
        )
        for index in range(count)
    )  # fmt: skip


def status(index: int, **said: Any) -> ClusterStatus:
    facts: dict[str, Any] = {
        "name": "OVN_Southbound", "cluster_id": OURS, "server_id": sid(index),
        "address": f"tcp:10.0.0.{index + 1}:6644",
        "remote": Unknown("not compared"), "standing": Standing.MEMBER, "joining_by": (), "role": Role.FOLLOWER,
        "term": 3, "leader": None, "vote": None, "election_timer_ms": 1000, "log_from": 2, "log_to": 9,
        "not_committed": 0, "not_applied": 0, "connections": (), "disconnections": 0, "servers": (),
        "election_started_ms": None, "election_reason": None, "election_won_ms": None,
    }  # fmt: skip
    return ClusterStatus(**facts | said)


@functools.lru_cache(maxsize=65536)
def member(
    index: int, state: str, leader: int | None, count: int, ghosts: int | None, settled: bool | None
) -> MemberPicture:
    """Return what the member at `index` of `count` says, where the one at `leader` leads."""
    if state in PROCESSES:
        return MemberPicture(host=host(index), process=PROCESSES[state], cluster=NOT_READ, connected=NOT_READ)
    if state == oracle.STANDALONE:
        return MemberPicture(host=host(index), process=Process.ANSWERS, cluster=None, connected=True)
    said: dict[str, Any] = {}
    connected: bool | Unknown = False
    if state in (oracle.LEADER, oracle.LONE):
        since = {True: 60_000, False: 59_000, None: None}[settled]
        listed = () if ghosts is None else servers(count + ghosts, index)
        said = {"role": Role.LEADER, "leader": "self", "election_started_ms": since, "servers": listed}
        connected = state == oracle.LEADER
    elif state in (oracle.FOLLOWER, oracle.ASTRAY):
        follows = sid(leader)[:4] if state == oracle.FOLLOWER and leader is not None else "ffff"
        said, connected = {"leader": follows}, True
    elif state == oracle.CANDIDATE:
        said = {"role": Role.CANDIDATE}
    elif state == oracle.FOREIGN:
        said, connected = {"cluster_id": THEIRS, "role": Role.LEADER, "leader": "self"}, True
    elif state == oracle.DISCONNECTED:
        said = {"role": Role.CANDIDATE, "standing": Standing.DISCONNECTED}
    else:
        said = {"standing": STANDINGS[state], "role": None}
    return MemberPicture(
        host=host(index), process=Process.ANSWERS, cluster=status(index, **said), connected=connected
    )  # fmt: skip


def raft(cell: oracle.Raft) -> RaftPicture:
    count = len(cell.members)
    leader = next((index for index, state in enumerate(cell.members) if state == oracle.LEADER), None)
    return RaftPicture(
        database="OVN_Southbound",
        members=tuple(
            member(index, state, leader, count, cell.ghosts, cell.settled) for index, state in enumerate(cell.members)
        ),
        recorded=OURS if cell.recorded else None,
    )


ACTIVITIES = {oracle.ACTIVE: Activity.ACTIVE, oracle.STANDBY: Activity.STANDBY, oracle.PAUSED: Activity.PAUSED}


def northds(cell: oracle.Northds) -> NorthdsPicture:
    found = tuple(
        NorthdPicture(
            host=host(index),
            process=PROCESSES.get(state, Process.ANSWERS),
            activity=ACTIVITIES.get(state, NOT_READ),
        )
        for index, state in enumerate(cell.members)
    )
    return NorthdsPicture(northds=found, led=NOT_READ if cell.led is None else cell.led)
