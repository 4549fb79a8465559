"""The cases of Galera's own checks, rules and runbooks."""

from __future__ import annotations

from typing import Any

from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.targets import cluster, member
from remediator.model.values import Unknown
from tests.builders.container_data import DOWN, UNIT
from tests.builders.shipped import Fault, Shipped

U = Unknown("timeout:x")
NODE: dict[str, Any] = {
    **{name: value for name, value in UNIT.items() if name != "unit_substate"},
    "sql": "answered", "cluster_status": "Primary", "local_state": "Synced", "cluster_size": 3, "connected": True,
    "ready": True, "cluster_uuid": "u", "conf_id": 3, "last_committed": 7, "flow_control_paused": 0.0,
    "recv_queue_avg": 0.0, "process_running": True, "stopped": False, "searching": False, "stranded": False, "exit_code": None, "disk_full": False,
    "abs_clock_offset_s": 0.1, "grastate_uuid": "u", "grastate_seqno": -1, "safe_to_bootstrap": False, "gvwstate": True,
    "sst_in_progress": False, "group_size": 3, "others_primary": 2, "others_synced": 2, "others_all_known": True,
    "any_donor_or_joiner": False, "quorum_without_me": True, "split": False, "upgrade_needed": False,
    "upgrade_info": "10.11.6-MariaDB", "upgrade_why": "w", "upgrade_signs": None, "server_version": "10.11.6-MariaDB",
    "downgraded": False, "statistics_outdated": False, "bootstrap_left_over": False, "ist_race": False, "restart_asked": False, "advice": None, "provider_off": False, "beside": None, "slow": False, "slowest": None, "named_twice": None,
}  # fmt: skip
BESIDE = "container remediator_galera_bootstrap (process 7, mariadbd)"
OLD_TABLES: dict[str, Any] = {"upgrade_needed": True, "upgrade_info": "10.6.16-MariaDB", "upgrade_why": "they differ"}
SIGN = "[ERROR] Incorrect definition of table mysql.event"
LEFT_OUT: dict[str, Any] = {
    "ist_race": True, "restart_asked": True, "cluster_status": "Disconnected", "local_state": "Initialized", "connected": False, "cluster_size": 0,
}  # fmt: skip
NODE_DOWN: dict[str, Any] = {
    **dict.fromkeys(("cluster_status", "local_state", "cluster_size", "connected", "ready", "cluster_uuid", "conf_id")),
    **dict.fromkeys(("last_committed", "flow_control_paused", "recv_queue_avg")),
    **dict.fromkeys(("upgrade_needed", "upgrade_why", "server_version", "downgraded", "statistics_outdated")),
    "sql": "refused", "process_running": False, "stopped": True, "exit_code": 137, "unit_state": "failed",
    "unit_result": "signal", "unit_failed": True,
}  # fmt: skip
STRANDED: dict[str, Any] = {
    **dict.fromkeys(("cluster_status", "local_state", "cluster_size", "connected", "ready", "cluster_uuid", "conf_id", "last_committed"), U),
    "sql": "refused", "stranded": True, "provider_off": U,
}  # fmt: skip
CLUSTER: dict[str, Any] = {
    "members": 3,
    "proven_primary": 3,
    "may_be_primary": 3,
    "proven_synced": 3,
    "proven_stopped": 0,
    "searching": 0,
    "stranded": 0,
    "all_members_known": True,
    "uuids_agree": True,
    "conf_ids_agree": True,
    "split": False,
    "table": "ctl1: a\nctl2: b",
    "procedure": "nothing",
    "rule": "GB-2",
    "why": "ctl1 is Primary",
    "grace_until": None,
    "candidate": None,
    "stops": [],
    "positions": "ctl1: a\nctl2: b",
    "mark_seqno": 77,
    "mark_uuid": "u",
    "mark_age_s": 4.0,
    "foreign_uuid": False,
    "behind_mark": 0,
    "reformed_at": None,
    "slowest": None,
    "named_twice": None,
}
LOST: dict[str, Any] = {
    "proven_primary": 0, "may_be_primary": 0, "proven_synced": 0, "proven_stopped": 3, "uuids_agree": None, "conf_ids_agree": None,
    "foreign_uuid": None, "behind_mark": None, "why": "it is so", "rule": "GB-7",
}  # fmt: skip
LONE_DOWN: dict[str, Any] = {
    **NODE_DOWN, "group_size": 1, "others_primary": 0, "others_synced": 0, "quorum_without_me": False,
}  # fmt: skip
LONE_LOST: dict[str, Any] = {**LOST, "members": 1, "proven_stopped": 1}
TWICE = "ctl1 and CTL1 are one machine: keep one of these names in the inventory"
HEALTHY = {"galera-node": NODE, "galera-cluster": CLUSTER, "galera-upgrade": NODE, "galera-mark": CLUSTER}
FAULTS: tuple[Fault, ...] = (
    # check, what is different, state, rule, what it runs
    ("container-state", {**DOWN, "name": "mariadb", "stateful": True}, State.CRITICAL, "galera-container-down", ()),
    ("galera-node", {}, State.OK, None, ()),
    ("galera-node", NODE_DOWN, State.CRITICAL, "galera-member-failed", ("galera-start-member",)),
    ("galera-node", {**NODE_DOWN, "any_donor_or_joiner": True}, State.CRITICAL, None, ()),
    ("galera-node", {**NODE_DOWN, "any_donor_or_joiner": U}, State.CRITICAL, None, ()),
    ("galera-node", {**NODE_DOWN, "others_all_known": False, "quorum_without_me": U}, State.CRITICAL, None, ()),
    ("galera-node", {**NODE_DOWN, "quorum_without_me": False, "others_primary": 0}, State.CRITICAL,
     "galera-member-needs-a-person", ()),
    ("galera-node", {**NODE_DOWN, "disk_full": True}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {**NODE_DOWN, "cause": "innodb_corruption"}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {**NODE_DOWN, "cause": "diverged"}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {**NODE_DOWN, "abs_clock_offset_s": 9.0}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {**NODE_DOWN, "operator_stopped": True, "unit_failed": False, "unit_state": "inactive"},
     State.WARNING, None, ()),
    ("galera-node", {"cluster_status": "non-Primary", "local_state": "Initialized"}, State.CRITICAL,
     "galera-member-not-primary", ()),
    ("galera-node", STRANDED, State.CRITICAL, "galera-member-not-primary", ()),
    ("galera-node", {**STRANDED, "stranded": U}, State.UNKNOWN, None, ()),
    ("galera-node", {"local_state": "Donor/Desynced"}, State.WARNING, None, ()),
    ("galera-node", {"beside": BESIDE}, State.WARNING, "galera-member-beside", ()),
    ("galera-node", {"beside": BESIDE, "operator_stopped": True, "unit_state": "inactive"}, State.WARNING, "galera-member-beside", ()),
    ("galera-node", {**NODE_DOWN, "stopped": False, "process_running": True, "beside": BESIDE}, State.CRITICAL, "galera-member-beside", ()),
    ("galera-node", {**NODE_DOWN, "stopped": U, "process_running": U, "beside": U}, State.CRITICAL, None, ()),
    ("galera-node", {"cluster_status": "Disconnected", "local_state": "provider off", "provider_off": True}, State.CRITICAL,
     "galera-member-provider-off", ()),
    ("galera-node", {"provider_off": True}, State.CRITICAL, "galera-member-provider-off", ()),
    ("galera-node", {**NODE_DOWN, "cause": "assertion", "advice": "the server died"}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {"flow_control_paused": 0.4, "slowest": "ctl3"}, State.WARNING, None, ()),
    ("galera-node", {**NODE_DOWN, "bootstrap_left_over": True}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {**NODE_DOWN, "bootstrap_left_over": U}, State.CRITICAL, None, ()),
    ("galera-node", {**NODE_DOWN, "named_twice": TWICE}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {"named_twice": TWICE}, State.OK, None, ()),
    ("galera-node", LONE_DOWN, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {**LONE_DOWN, "group_size": 2}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {**LONE_DOWN, "searching": True}, State.CRITICAL, "galera-member-needs-a-person", ()),
    ("galera-node", {"group_size": 1, "cluster_status": "non-Primary"}, State.CRITICAL, "galera-member-not-primary", ()),
    ("galera-node", {**LEFT_OUT, "named_twice": TWICE}, State.CRITICAL, "galera-member-not-primary", ()),
    ("galera-node", LEFT_OUT, State.CRITICAL, "galera-member-left-out", ("galera-restart-left-out",)),
    ("galera-node", {**LEFT_OUT, "restart_asked": U}, State.CRITICAL, "galera-member-not-primary", ()),
    ("galera-node", {**LEFT_OUT, "any_donor_or_joiner": True}, State.CRITICAL, "galera-member-not-primary", ()),
    ("galera-node", {**LEFT_OUT, "quorum_without_me": False}, State.CRITICAL, "galera-member-not-primary", ()),
    ("galera-node", {**LEFT_OUT, "cause": "inconsistent"}, State.CRITICAL, "galera-member-not-primary", ()),
    ("galera-upgrade", {}, State.OK, None, ()),
    ("galera-upgrade", NODE_DOWN, State.OK, None, ()),
    ("galera-upgrade", OLD_TABLES, State.WARNING, "galera-upgrade-needed", ("galera-mariadb-upgrade",)),
    ("galera-upgrade", {**OLD_TABLES, "upgrade_signs": SIGN}, State.CRITICAL, "galera-upgrade-needed", ("galera-mariadb-upgrade",)),
    ("galera-upgrade", {**OLD_TABLES, "upgrade_signs": U}, State.UNKNOWN, None, ()),
    ("galera-upgrade", {**OLD_TABLES, "local_state": "Donor/Desynced"}, State.WARNING, None, ()),
    ("galera-upgrade", {**OLD_TABLES, "others_synced": 1}, State.WARNING, None, ()),
    ("galera-upgrade", {**OLD_TABLES, "cluster_size": 2}, State.WARNING, None, ()),
    ("galera-upgrade", {**OLD_TABLES, "any_donor_or_joiner": U}, State.WARNING, None, ()),
    ("galera-upgrade", {"downgraded": True}, State.CRITICAL, "galera-downgraded", ()),
    ("galera-upgrade", {"bootstrap_left_over": True}, State.WARNING, "galera-bootstrap-left-over", ()),
    ("galera-upgrade", {**OLD_TABLES, "bootstrap_left_over": True}, State.WARNING, "galera-bootstrap-left-over", ()),
    ("galera-upgrade", {**OLD_TABLES, "bootstrap_left_over": U}, State.WARNING, None, ()),
    ("galera-upgrade", {"statistics_outdated": True}, State.WARNING, "galera-statistics-outdated", ()),
    ("galera-upgrade", {"upgrade_needed": U, "downgraded": U}, State.UNKNOWN, None, ()),
    ("galera-node", {"cluster_status": U, "local_state": U, "connected": U}, State.UNKNOWN, None, ()),
    ("galera-cluster", {}, State.OK, None, ()),
    ("galera-cluster", {"proven_primary": 2, "may_be_primary": 2, "proven_synced": 2}, State.OK, None, ()),
    ("galera-cluster", {"proven_primary": 2, "may_be_primary": 3, "uuids_agree": U, "all_members_known": False},
     State.OK, None, ()),
    ("galera-cluster", {**LOST, "procedure": "page"}, State.CRITICAL, "galera-cluster-lost", ()),
    ("galera-cluster", {**LOST, "procedure": "bootstrap"}, State.CRITICAL, "galera-cluster-bootstrap", ("galera-bootstrap",)),
    ("galera-cluster", {**LOST, "procedure": "start_members"}, State.CRITICAL, "galera-cluster-start", ("galera-start-members",)),
    ("galera-cluster", {**LOST, "procedure": "wait"}, State.CRITICAL, "galera-cluster-waits", ()),
    ("galera-cluster", {**LOST, "procedure": "pc_bootstrap", "candidate": "ctl1", "proven_stopped": 0}, State.CRITICAL,
     "galera-cluster-pc-bootstrap", ("galera-pc-bootstrap",)),
    ("galera-cluster", {**LONE_LOST, "procedure": "start_one", "candidate": "ctl1"}, State.CRITICAL,
     "galera-cluster-lone", ("galera-start-lone",)),
    ("galera-cluster", {**LOST, "procedure": "start_one", "candidate": "ctl1"}, State.CRITICAL, None, ()),
    ("galera-cluster", {**LONE_LOST, "procedure": "page"}, State.CRITICAL, "galera-cluster-lost", ()),
    ("galera-cluster", {**LONE_LOST, "procedure": "wait", "proven_stopped": 0, "searching": 1}, State.CRITICAL, "galera-cluster-waits", ()),
    ("galera-cluster", {**LONE_LOST, "procedure": "pc_bootstrap", "candidate": "ctl1", "proven_stopped": 0}, State.CRITICAL,
     "galera-cluster-pc-bootstrap", ("galera-pc-bootstrap",)),
    ("galera-cluster", {"named_twice": TWICE}, State.OK, None, ()),
    ("galera-upgrade", {**OLD_TABLES, "group_size": 1, "cluster_size": 1, "others_primary": 0, "others_synced": 0},
     State.WARNING, "galera-upgrade-needed", ("galera-mariadb-upgrade",)),
    ("galera-upgrade", {**OLD_TABLES, "named_twice": TWICE}, State.WARNING, None, ()),
    ("galera-cluster", {**LOST, "procedure": "bootstrap", "split": True}, State.CRITICAL, "galera-split-brain", ()),
    ("galera-cluster", {**LOST, "procedure": U}, State.CRITICAL, None, ()),
    ("galera-cluster", {**LOST, "procedure": "page", "uuids_agree": False}, State.CRITICAL, "galera-cluster-lost", ()),
    ("galera-cluster", {"foreign_uuid": True}, State.CRITICAL, "galera-foreign-uuid", ()),
    ("galera-cluster", {"mark_uuid": None, "mark_seqno": None, "mark_age_s": None, "foreign_uuid": None, "behind_mark": None},
     State.OK, None, ()),
    ("galera-cluster", {"behind_mark": 5}, State.OK, None, ()),
    ("galera-mark", {}, State.OK, None, ()),
    ("galera-mark", {"behind_mark": 5}, State.WARNING, "galera-behind-mark", ()),
    ("galera-mark", {"behind_mark": 30, "reformed_at": 170}, State.WARNING, "galera-behind-mark", ()),
    ("galera-mark", {"behind_mark": U}, State.UNKNOWN, None, ()),
    ("galera-cluster", {"proven_primary": 0, "may_be_primary": 2, "uuids_agree": U, "all_members_known": False},
     State.UNKNOWN, None, ()),
    ("galera-cluster", {"split": True, "uuids_agree": False}, State.CRITICAL, "galera-split-brain", ()),
)  # fmt: skip
SHIPPED = Shipped(
    targets={"galera": member("galera", "ctl1"), "cluster": cluster("galera", ("ctl1", "ctl2", "ctl3"))},
    healthy=HEALTHY,
    faults=FAULTS,
    risks={
        "galera-start-member": Risk.R2, "galera-start-members": Risk.R2, "galera-start-lone": Risk.R2, "galera-bootstrap": Risk.R3,
        "galera-pc-bootstrap": Risk.R3, "galera-mariadb-upgrade": Risk.R2, "galera-restart-left-out": Risk.R2,
    },
    explains=frozenset(
        {
            ("galera-node", "container-state"), ("galera-node", "container-health"),
            ("galera-cluster", "galera-node"), ("galera-cluster", "container-health"),
        }
    ),
    warns_and_explains=frozenset({"galera-node"}),
    rare=frozenset({"galera-uuids-differ"}),  # members of two clusters, none of them Primary
)  # fmt: skip
