"""What is known of one Galera member: over SQL, from its container and unit, and from its data directory. Pure.

Invariant: `primary` is True or False only on proof. True: it said so over SQL. False: it said otherwise, or its engine
proves that it does not run. Everything else, a running member that does not answer first of all, is UNKNOWN. The
SQL answer is used also when SSH fails: it came over a connection of its own. `outside` believes its own log as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.container import assess as container_assess
from remediator.integrations.container import facts as containers
from remediator.integrations.galera import launch, lives, who
from remediator.integrations.galera.datadir import Files
from remediator.integrations.galera.datadir import parse as parse_files
from remediator.integrations.galera.launch import Launch
from remediator.integrations.galera.who import Who
from remediator.model.kleene import Truth
from remediator.model.replies import HostReply
from remediator.model.values import Unknown

__all__ = ["CONTAINER", "SQL", "Files", "Launch", "Member", "Status", "member", "running_s"]

CONTAINER = "mariadb"
LOCAL_STATE = "wsrep_local_state_comment"
PAUSED, QUEUE_AVG = "wsrep_flow_control_paused", "wsrep_local_recv_queue_avg"
MOST_MEMBERS = 64
OFF = "provider off"
"""The local state of a member that has none: with its provider off it answers without that variable."""
SQL = "galera_sql"
NOT_ASKED = Unknown("not_asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The wsrep status variables of a member that answered (Galera's documentation, status variables).

    The last ones are None where the answer does not have them.
    """

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
    version: str | None = None
    """Of the server: ``10.11.19-MariaDB-0+deb12u1``."""
    gcomm_uuid: str | None = None
    """Of this process in the group: what gvwstate.dat calls ``my_uuid``."""
    incoming_addresses: tuple[str, ...] | None = None
    """Where the members of its component take clients: ``address:port``."""
    evs_state: str | None = None
    """OPERATIONAL when the group communication is settled."""
    flow_control_active: bool | None = None
    """The component stands still now, for the sake of its slowest member."""
    flow_control_sent: int | None = None
    """How often this member asked for that since it started: the slowest one asks."""
    recv_queue: int | None = None
    """Write sets that wait to be applied, now."""
    received_bytes: int | None = None
    replicated_bytes: int | None = None
    """Both since it started; what of a state transfer comes as a snapshot is in neither."""
    desync: bool | None = None
    """Taken out of flow control, by a person (``wsrep_desync``) or because it is a donor."""
    provider_off: bool = False
    """wsrep_on is OFF, or no provider is loaded: it serves clients outside of the cluster, and its writes reach no other member."""
    flushes: bool | None = None
    """Each commit is on disk before it is acknowledged: innodb_flush_log_at_trx_commit is 1 (MariaDB's documentation)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    host: str
    sql: str
    """answered, or why not: refused timeout denied lost unreachable too_many shared error engine not_configured not_asked.
    engine: it took the password, and then every query failed; shared: another machine's answers are of the same process (`group.py`)."""
    status: Status | Unknown
    stopped: Truth
    """Proven: its container does not run, and no other container and no server outside of one uses its data directory."""
    files: Files | Unknown | None
    launch: Launch | Unknown = NOT_ASKED
    searching: Truth = NOT_ASKED
    """It looks for a Primary component and serves nobody meanwhile: it runs and refuses SQL, or is about to be started again by systemd, and
    by its own log it has been in none since it was last started."""
    stranded: Truth = NOT_ASKED
    """It began to join and its Primary component went: it runs, refuses SQL, and by its own log is outside of one since. It does not give up."""
    boot_id: str | None = None
    who: Who | Unknown = NOT_ASKED
    runs_own: Truth = NOT_ASKED
    """Its own container runs, by its engine."""
    beside: tuple[str, ...] | Unknown = NOT_ASKED
    """What else uses its data directory, in words: a container that bootstraps, one that reads, a server started by hand."""

    @property
    def outside(self) -> Truth:
        """It is in no Primary component, by its own word: SQL, a stopped process, or its log."""
        if isinstance(self.primary, Unknown):
            return True if self.searching is True or self.stranded is True else self.primary
        return not self.primary

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
        return Member(host=host, sql=NOT_ASKED.reason, status=NOT_ASKED, stopped=NOT_ASKED, files=NOT_ASKED)
    section = reply.sections.get(SQL)
    status = Unknown(f"not_collected:{SQL}") if section is None else section.read(_status)
    files = reply.read("galera", parse_files)
    launched = reply.read("galera", launch.parse)
    runs, beside = _runs(containers.of(reply)), launched if isinstance(launched, Unknown) else launched.users
    return Member(
        host=host,
        sql=_word(status),
        status=status,
        stopped=_stopped(runs, beside),
        files=files,
        launch=launched,
        searching=_searching(reply, _word(status), files),
        stranded=_stranded(reply, _word(status), files),
        boot_id=reply.boot_id,
        who=reply.read("galera", who.parse),
        runs_own=runs,
        beside=() if runs is True and isinstance(beside, Unknown) else beside,
    )


def _searching(reply: HostReply, sql: str, files: Files | Unknown | None) -> Truth:
    found = containers.of(reply)
    if sql != "refused" or files is None:
        return False
    if isinstance(found, Unknown):
        return found
    if isinstance(files, Unknown):
        return files
    view = container_assess.View(found, reply, CONTAINER, frozenset())
    if view.running is True:
        since_s = running_s(reply)
        return Unknown("age_of_container") if since_s is None else lives.searching(files.lives, since_s)
    coming = view.busy is True or (view.has_unit and view.of_unit("state") == "active")
    return lives.searching(files.lives, None) if coming else False


def _stranded(reply: HostReply, sql: str, files: Files | Unknown | None) -> Truth:
    """Only one that runs in its own unit, which nothing is starting or stopping in this moment."""
    found = containers.of(reply)
    if sql != "refused" or files is None:
        return False
    if isinstance(found, Unknown):
        return found
    if isinstance(files, Unknown):
        return files
    view = container_assess.View(found, reply, CONTAINER, frozenset())
    at_rest = view.running is True and view.busy is False and (not view.has_unit or view.of_unit("state") == "active")
    since_s = running_s(reply)
    if not at_rest or since_s is None:
        return False
    return lives.stranded(files.lives, since_s)


def _stopped(runs: Truth, beside: tuple[str, ...] | Unknown) -> Truth:
    """Only a data directory that nobody uses is that of a stopped member: a second server on it is the worst that can be done."""
    if runs is not False:
        return runs if isinstance(runs, Unknown) else False
    return beside if isinstance(beside, Unknown) else not beside


def _runs(found: containers.HostContainers | Unknown) -> Truth:
    if isinstance(found, Unknown):
        return found
    if found.containers is None:
        return Unknown(f"engine_{found.engine_state}")
    if CONTAINER in found.unread:
        return Unknown("not_inspected")
    container = found.containers.get(CONTAINER)
    return container is not None and (container.running or container.status == "restarting")


def running_s(reply: HostReply | None) -> float | None:
    """Return for how many seconds the member of `reply` has been running in its own container; None when it does not, or nobody knows."""
    found = Unknown("not_asked") if reply is None else containers.of(reply)
    if reply is None or isinstance(found, Unknown):
        return None
    view = container_assess.View(found, reply, CONTAINER, frozenset())
    return view.age_s if view.running is True and isinstance(view.age_s, float) else None


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
        return _answered(typed.table({SQL: answer}, SQL))
    except typed.WRONG as error:
        return Unknown(f"sql_error:{type(error).__name__}")


def _answered(answer: Mapping[str, Any]) -> Status:
    alone = LOCAL_STATE not in answer and typed.text(answer, "wsrep_cluster_status") == "Disconnected"
    off = answer.get("wsrep_on") == "OFF" or alone
    return Status(
        cluster_status=typed.text(answer, "wsrep_cluster_status"),
        local_state=OFF if off and LOCAL_STATE not in answer else typed.text(answer, LOCAL_STATE),
        cluster_size=typed.digits(answer, "wsrep_cluster_size"),
        connected=answer["wsrep_connected"] == "ON",
        ready=answer["wsrep_ready"] == "ON",
        cluster_uuid=typed.text(answer, "wsrep_cluster_state_uuid", 64),
        conf_id=_signed(answer, "wsrep_cluster_conf_id"),
        last_committed=_signed({"wsrep_last_committed": "-1", **answer}, "wsrep_last_committed"),
        flow_control_paused=typed.decimal({PAUSED: "0", **answer}, PAUSED),
        recv_queue_avg=typed.decimal({QUEUE_AVG: "0", **answer}, QUEUE_AVG),
        version=_text(answer, "version"),
        gcomm_uuid=_text(answer, "wsrep_gcomm_uuid"),
        incoming_addresses=_addresses(_text(answer, "wsrep_incoming_addresses")),
        evs_state=_text(answer, "wsrep_evs_state"),
        flow_control_active=_yes(answer, "wsrep_flow_control_active"),
        flow_control_sent=_count(answer, "wsrep_flow_control_sent"),
        recv_queue=_count(answer, "wsrep_local_recv_queue"),
        received_bytes=_count(answer, "wsrep_received_bytes"),
        replicated_bytes=_count(answer, "wsrep_replicated_bytes"),
        desync=_desync(answer),
        provider_off=off,
        flushes=answer["innodb_flush_log_at_trx_commit"] == "1" if "innodb_flush_log_at_trx_commit" in answer else None,
    )


def _signed(answer: Mapping[str, Any], key: str) -> int:
    """Return a number that the server prints without its sign: 2^64 - 1 is -1, the view of a member outside a Primary component, and
    the position of one that has none."""
    number = typed.digits(answer, key)
    return -1 if number >= typed.WHOLE else number


def _text(answer: Mapping[str, Any], key: str) -> str | None:
    return (typed.text(answer, key) or None) if key in answer else None


def _count(answer: Mapping[str, Any], key: str) -> int | None:
    return min(typed.digits(answer, key), typed.WHOLE - 1) if key in answer else None


def _yes(answer: Mapping[str, Any], key: str) -> bool | None:
    return typed.text(answer, key).lower() in ("on", "true", "1", "yes") if key in answer else None


def _desync(answer: Mapping[str, Any]) -> bool | None:
    ordered, count = _yes(answer, "wsrep_desync"), _count(answer, "wsrep_desync_count")
    if ordered is None and count is None:
        return None
    return bool(ordered) or bool(count)


def _addresses(text: str | None) -> tuple[str, ...] | None:
    return (
        None
        if text is None
        else tuple(one.strip() for one in text.split(",", MOST_MEMBERS)[:MOST_MEMBERS] if one.strip())
    )
