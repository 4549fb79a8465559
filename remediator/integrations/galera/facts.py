"""What is known of one Galera member: over SQL, from its container and unit, and from its data directory. Pure.

Invariant: `primary` is True or False only on proof. True: it said so over SQL. False: it said otherwise, or its engine
proves that it does not run. Everything else, a running member that does not answer first of all, is UNKNOWN. The
SQL answer is used also when SSH fails: it came over a connection of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.container import facts as containers
from remediator.model.kleene import Truth
from remediator.model.replies import HostReply
from remediator.model.values import Unknown

CONTAINER = "mariadb"
SQL = "galera_sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The wsrep status variables of a member that answered (kolla.md 2.2)."""

    cluster_status: str
    local_state: str
    cluster_size: int
    connected: bool
    ready: bool
    cluster_uuid: str
    conf_id: int
    last_committed: int
    flow_control_paused: float
    recv_queue_avg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The data directory: fields of grastate.dat (None: no or unreadable value), and what lies beside it."""

    uuid: str | None
    seqno: int | None
    safe_to_bootstrap: bool | None
    gvwstate: bool
    sst_in_progress: bool
    log_tail: str | None
    """What the server logged since its last start; None without a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    host: str
    sql: str
    """answered, or why not: refused timeout denied lost unreachable too_many error not_configured not_asked"""
    status: Status | Unknown
    stopped: Truth
    """The engine proves that the process does not run."""
    files: Files | Unknown | None

    @property
    def primary(self) -> Truth:
        if not isinstance(self.status, Unknown):
            return self.status.cluster_status == "Primary"
        return False if self.stopped is True else self.status

    @property
    def synced(self) -> Truth:
        if not isinstance(self.status, Unknown):
            return self.status.cluster_status == "Primary" and self.status.local_state == "Synced"
        return False if self.stopped is True else self.status

    @property
    def moving(self) -> Truth:
        """It gives or takes a state transfer, or is on its way to Synced."""
        if not isinstance(self.status, Unknown):
            return self.status.cluster_status == "Primary" and self.status.local_state != "Synced"
        return False if self.stopped is True else self.status


def member(host: str, reply: HostReply | None) -> Member:
    """Return what `reply` says about the member on `host`."""
    if reply is None:
        never = Unknown("not_asked")
        return Member(host=host, sql="not_asked", status=never, stopped=never, files=never)
    section = reply.sections.get(SQL)
    answer = Unknown(f"not_collected:{SQL}") if section is None else section.data
    status = _status(answer)
    return Member(
        host=host,
        sql=_word(status),
        status=status,
        stopped=_stopped(containers.parse(reply.section("containers"))),
        files=_files(reply.section("galera")),
    )


def _stopped(found: containers.HostContainers | Unknown) -> Truth:
    if isinstance(found, Unknown):
        return found
    if found.containers is None:
        return Unknown(f"engine_{found.engine_state}")
    container = found.containers.get(CONTAINER)
    return container is None or not container.running


def _word(status: Status | Unknown) -> str:
    if not isinstance(status, Unknown):
        return "answered"
    if status.reason.startswith("sql_"):
        return status.reason.removeprefix("sql_").split(":")[0]
    return "not_asked"


def _status(answer: Any) -> Status | Unknown:
    if isinstance(answer, Unknown):
        return answer
    try:
        return Status(
            cluster_status=typed.text(answer, "wsrep_cluster_status"),
            local_state=typed.text(answer, "wsrep_local_state_comment"),
            cluster_size=int(answer["wsrep_cluster_size"]),
            connected=answer["wsrep_connected"] == "ON",
            ready=answer["wsrep_ready"] == "ON",
            cluster_uuid=typed.text(answer, "wsrep_cluster_state_uuid"),
            conf_id=_conf_id(answer["wsrep_cluster_conf_id"]),
            last_committed=int(answer.get("wsrep_last_committed", "-1")),
            flow_control_paused=float(answer.get("wsrep_flow_control_paused", "0")),
            recv_queue_avg=float(answer.get("wsrep_local_recv_queue_avg", "0")),
        )
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"sql_error:{type(error).__name__}")


def _conf_id(text: str) -> int:
    """A member outside a Primary component says 2^64 - 1, which is -1."""
    number = int(text)
    return -1 if number >= 2**63 else number


def _files(data: Any) -> Files | Unknown | None:
    """Return the facts in section `galera`; None when the host has no such volume."""
    if isinstance(data, Unknown):
        return data
    try:
        if not typed.flag(data, "present"):
            return None
        state = {} if data["grastate"] is None else typed.table(data, "grastate")
        safe = {"0": False, "1": True}.get(state.get("safe_to_bootstrap", ""))
        return Files(
            uuid=typed.text(state, "uuid") if "uuid" in state else None,
            seqno=int(state["seqno"]) if "seqno" in state else None,
            safe_to_bootstrap=safe,
            gvwstate=data["gvwstate_bytes"] is not None,
            sst_in_progress=typed.flag(data, "sst_in_progress"),
            log_tail=typed.text(data, "log_tail") if data.get("log_tail") is not None else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Unknown(f"error:galera: {type(error).__name__}: {str(error)[:80]}")
