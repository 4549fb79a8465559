"""What a Galera member answers over SQL: its wsrep status variables, as one record. Pure.

Invariant: an answer that lacks what every member says, or says it in another form, is UNKNOWN as a whole
(``sql_error:...``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.manifest.sections import SectionKind
from remediator.model.values import Unknown

NAME = "galera_sql"
LOCAL_STATE = "wsrep_local_state_comment"
PAUSED, QUEUE_AVG = "wsrep_flow_control_paused", "wsrep_local_recv_queue_avg"
PC_RECOVERY = re.compile(r"pc\.recovery\s{0,9}=\s{0,9}(\w{1,9})")
MOST_MEMBERS = 64
OFF = "provider off"
"""The local state of a member that has none: with its provider off it answers without that variable."""


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
    """wsrep_on is OFF, or no provider is loaded: it serves clients outside of the cluster, and its writes reach no
    other member."""
    flushes: bool | None = None
    """Each commit is on disk before it is acknowledged: innodb_flush_log_at_trx_commit is 1 (MariaDB's
    documentation)."""
    pc_recovery: bool | None = None
    """The provider option of that name; None: it does not say."""


def parse(answer: Any) -> Status | Unknown:
    """Return what the member says of itself, or `Unknown` with its reason."""
    try:
        return _answered(typed.table({NAME: answer}, NAME))
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
        pc_recovery=_pc_recovery(answer.get("wsrep_provider_options_pc")),
    )


def _pc_recovery(options: Any) -> bool | None:
    readable = isinstance(options, str) and len(options) <= typed.MOST_CHARS
    found = PC_RECOVERY.search(options) if readable else None
    return None if found is None else found.group(1).lower() in ("true", "yes", "on", "1")


def _signed(answer: Mapping[str, Any], key: str) -> int:
    """Return a number that the server prints without its sign: 2^64 - 1 is -1, the view of a member outside a Primary
    component, and the position of one that has none."""
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


SQL = SectionKind(name=NAME, facts=Status, parse=parse)
