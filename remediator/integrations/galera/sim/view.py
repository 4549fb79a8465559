"""What is seen of a Galera member in memory: over SQL, in its files, of its containers. The shapes are those of the
real collectors.

Invariant: this module only reads. Every key that `integrations/galera/remote.py` prints is here
(tests/integrations/galera/sim/test_cluster.py compares them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from remediator.integrations.galera.facts import launch
from remediator.integrations.galera.judgement.picture import NIL
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.data import DATA_BYTES, VERSION
from remediator.integrations.galera.sim.member import Member
from remediator.model.values import Unknown
from remediator.sim.cloud.hosts import SimHost

NO_VIEW = str(2**64 - 1)
COUNTED = "keystone.user"
VOLUMES = {
    "docker": "/var/lib/docker/volumes/mariadb/_data",
    "podman": "/var/lib/containers/storage/volumes/mariadb/_data",
}
STATES = {"joining": "Joining", "synced": "Synced", "donor": "Donor/Desynced"}


def sql(galera: Galera, host: str) -> Mapping[str, str] | Unknown:
    """Return what the member answers; the way there is the network's business."""
    member = galera.members[host]
    closed = member.by_sst if member.state == "joining" else member.state == "cut" and not member.opened
    if member.state in ("down", "waiting") or closed:
        return Unknown("sql_refused")
    if member.sql:
        return Unknown(f"sql_{member.sql}")
    whole = member.in_primary
    inside = galera.primary if whole else [host]
    committed = galera.position if member.state in ("synced", "donor") else member.data.committed
    return {
        "version": VERSION,
        "wsrep_cluster_status": "Primary" if whole else "non-Primary",
        "wsrep_local_state_comment": STATES.get(member.state, "Initialized"),
        "wsrep_cluster_size": str(len(inside)),
        "wsrep_connected": "ON",
        "wsrep_ready": "ON" if member.state in ("synced", "donor") else "OFF",
        "wsrep_cluster_state_uuid": galera.uuid if whole else member.data.uuid,
        "wsrep_cluster_conf_id": str(galera.conf_id) if whole else NO_VIEW,
        "wsrep_last_committed": str(committed),
        "wsrep_gcomm_uuid": member.data.process,
        "wsrep_incoming_addresses": ",".join(_address_and_port(galera.members[name].address) for name in inside),
        "wsrep_evs_state": "OPERATIONAL",
        "wsrep_flow_control_active": "false",
        "wsrep_flow_control_paused": "0",
        "wsrep_flow_control_sent": "0",
        "wsrep_local_recv_queue": "0",
        "wsrep_local_recv_queue_avg": "0",
        "wsrep_received_bytes": str(max(0, committed) * 1000),
        "wsrep_replicated_bytes": str(max(0, committed) * 500),
        "wsrep_desync": "OFF",
        "wsrep_desync_count": "0",
        "innodb_flush_log_at_trx_commit": "0" if member.unflushed else "1",
        "wsrep_provider_options_pc": "pc.bootstrap = false; pc.recovery = true; pc.weight = 1",
    }


def _address_and_port(address: str) -> str:
    return f"[{address}]:3306" if ":" in address else f"{address}:3306"


def canaries(galera: Galera, host: str) -> Mapping[str, int | Unknown]:
    """Return the rows of the table that is counted."""
    member = galera.members[host]
    if member.state not in ("synced", "donor"):
        return {COUNTED: Unknown("sql_refused")}
    return {COUNTED: Unknown(f"sql_{member.sql}") if member.sql else galera.rows}


def section(galera: Galera, on: SimHost) -> dict[str, Any]:
    """Return section `galera` of a host, which may be no member."""
    member, host, now_s = galera.members.get(on.name), on.name, on.wall().timestamp()
    if member is None:
        return {"volume": "", "present": False}
    data, view = member.data, member.data.saved_view
    state = data.grastate
    inside = [galera.members[name].address for name in galera.primary if name != host] if member.in_primary else []
    found = {
        "volume": VOLUMES[on.engine],
        "present": True,
        "grastate": None if state is None else dict(re.findall(r"^(\w+):[ \t]*(\S+)\s*$", state, re.M)),
        "grastate_text": state,
        "grastate_bytes": None if state is None else len(state),
        "grastate_mtime": None if state is None else now_s - 60.0,
        "gvwstate_text": view,
        "gvwstate_bytes": None if view is None else len(view),
        "gvwstate_mtime": None if view is None else now_s - 60.0,
        "sst_in_progress": data.sst,
        "data_bytes": DATA_BYTES,
        "free_bytes": on.free_bytes,
        "upgrade_info": data.upgraded_for,
        "log_tail": data.log,
        "signs": list(data.signs),
        "starts": [dict(start) for start in data.starts[-4:]],
        "lives": [
            {
                "age_s": round(galera.now_s - life.at_s, 1),
                "primary": life.primary,
                "outside": life.outside,
                "last": life.last,
            }
            for life in data.lives[-48:]
        ],
        "transfer": _transfer(galera, member),
        "config": {"bootstrap": False, "addresses": list(galera.listed)},
        "who": {
            "machine": f"machine-{host}",
            "addresses": [*on.other_addresses, on.service_address],
            "names": [host],
            "configured": {"bind_address": [member.address], "wsrep_node_address": [member.address]},
            "resolved": {},
        },
        "hold": {"exists": member.hold is not None, "line": member.hold},
        "group_port": {"listening": bool(member.process), "peers": sorted(inside)},
        "sst_process": member.state == "donor" or (member.state == "joining" and member.by_sst),
        "process_bootstrap": member.process == "bootstrap",
        "users": _users(member, on.engine_state),
    }
    return found | _containers(member, on.engine_state)


def _transfer(galera: Galera, member: Member) -> dict[str, Any] | None:
    """Return what its log tells of its last state transfer."""
    if not member.joined_by:
        return None
    alike = member.joined_by == "IST"
    return {
        "group_uuid": galera.uuid,
        "group_at": 9,
        "local_uuid": galera.uuid if alike else NIL,
        "local_at": 5 if alike else -1,
        "write_sets": 4 if alike else None,
        "from": 6 if alike else None,
    }


def _users(member: Member, engine_state: str) -> list[str] | None:
    """Return what uses its data besides its own container."""
    if engine_state != "ok":
        return None
    running = member.helper is not None and member.helper.running
    return [f"container {launch.BOOTSTRAP_HELPER} (process 7, mariadbd)"] if running else []


def _containers(member: Member, engine_state: str) -> dict[str, Any]:
    if engine_state != "ok":
        why = "timeout:engine" if engine_state == "hung" else "error:engine: it ended with 1"
        return {"container": None, "helpers": None, "engine_reason": why}
    start = {"env_names": ["KOLLA_CONFIG_STRATEGY"], "env_bootstrap": False, "args_bootstrap": False}
    helper = member.helper
    told = None if helper is None else {
        "running": helper.running,
        "status": "running" if helper.running else "exited",
        "exit_code": helper.exit_code,
        "started_at": helper.started_at,
        "run": helper.run,
    }  # fmt: skip
    return {
        "container": start if member.service.present else None,
        "helpers": {launch.BOOTSTRAP_HELPER: told, launch.RECOVER_HELPER: None},
        "engine_reason": None,
    }


def listed(member: Member) -> dict[str, dict[str, Any]]:
    """Return the containers of a recovery as the engine lists them beside all others."""
    helper = member.helper
    if helper is None:
        return {}
    shown = member.service.container("docker") | {
        "id": f"{member.address}-{helper.run}",
        "name": launch.BOOTSTRAP_HELPER,
        "created": helper.started_at,
        "started_at": helper.started_at,
        "status": "running" if helper.running else "exited",
        "running": helper.running,
        "exit_code": helper.exit_code,
        "oom_killed": False,
    }
    return {launch.BOOTSTRAP_HELPER: shown}
