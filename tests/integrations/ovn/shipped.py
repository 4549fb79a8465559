"""The cases of the checks of OVN."""

from __future__ import annotations

from typing import Any

from remediator.model.content.judging import State
from remediator.model.targets import cluster, member
from remediator.model.values import Unknown
from tests.builders.shipped import Fault, Shipped

U = Unknown("timeout:x")
REMOTE = "tcp:192.0.2.11:6642,tcp:192.0.2.12:6642"
DAEMON: dict[str, Any] = {
    "answering": "answered", "stopped": False, "wedged": False, "way": "/run/ovn/x.ctl", "reason": None,
    "process_state": None, "missing": False, "running": True, "has_unit": True,
    "unit": "kolla-ovn_controller-container.service", "unit_state": "active", "unit_failed": False,
    "start_limit_hit": False, "systemd_busy": False, "operator_stopped": False, "age_s": 900.0,
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "system_id": "ctl1", "hostname": "ctl1.example.net", "remote": REMOTE, "encap_type": "geneve",
    "encap_ip": "192.0.2.11", "bridge_mappings": "physnet1:br-ex", "cms_options": None, "missing_keys": [],
    "wrong_keys": [], "wrong": [], "key": None, "value_now": None, "value_right": None, "source": None,
    "why_not": None, "settable": [], "why": None, "unproven": ["ovn-encap-ip"], "encap_here": True,
    "bridges_missing": [], "gateway": False, "gateway_group": False,
}  # fmt: skip
CONTROLLER: dict[str, Any] = {
    **DAEMON, "connected": True, "remote": REMOTE, "misdirected": False, "version": "25.03.0",
    "wait_before_clear_known": True, "wait_before_clear_ms": None, "br_int": True, "switch_answers": True,
    "gateway": False, "stale_sockets": 0,
}  # fmt: skip
MEMBER: dict[str, Any] = {
    **DAEMON, "model": "clustered", "standing": "cluster member", "role": "follower", "leader": "765c",
    "connected": True, "term": 4, "elections": 0, "cluster_id": "c", "server_id": "s",
    "address": "tcp:192.0.2.11:6644", "not_committed": 0, "not_applied": 0, "servers": 3, "unheard": [],
    "ghosts": [], "group_size": 3, "others_connected": 2, "others_all_known": True, "quorum_without_me": True,
}  # fmt: skip
CLUSTER: dict[str, Any] = {
    "members": 3, "answered": 3, "proven_connected": 3, "may_be_connected": 3, "proven_stopped": 0,
    "leaders": ["ctl1"], "leader": "ctl1", "quorum": True, "cluster_ids": ["c"], "standalone": [], "mixed": False,
    "joining": [], "left": [], "failed": [], "ghosts": [], "elections": 0, "table": "ctl1: a\nctl2: b",
}  # fmt: skip
NORTHD: dict[str, Any] = {
    "hosts": 3, "active": ["ctl1"], "standby": ["ctl2", "ctl3"], "paused": [], "stopped": [], "wedged": [],
    "unknown": [], "none_active": False, "several_active": False, "disconnected": [], "table": "ctl1: active",
}  # fmt: skip
CHASSIS: dict[str, Any] = {
    "asked": "ctl1", "nb_cfg": 9, "chassis": 5, "alive": 5, "dead": [], "unclear": 0, "hosts": 5, "hosts_without": 0,
    "doubled": [], "orphans": [], "encap_twice": [], "lone_gateways": [],
}  # fmt: skip
GONE: dict[str, Any] = {
    "answering": "stopped", "stopped": True, "running": False, "reason": "nobody listens at its socket",
    "unit_state": "failed", "unit_failed": True,
}  # fmt: skip
STUCK: dict[str, Any] = {"answering": "wedged", "wedged": True, "reason": "no answer", "process_state": "T"}
NO_MEMBER: dict[str, Any] = dict.fromkeys(
    ("model", "standing", "role", "leader", "connected", "term", "cluster_id", "server_id", "address", "not_committed",
     "not_applied", "servers", "unheard", "ghosts")
)  # fmt: skip
UNKNOWN_MEMBER: dict[str, Any] = dict.fromkeys(NO_MEMBER, U)
REMOTE_WRONG: dict[str, Any] = {
    "wrong_keys": ["ovn-remote"], "wrong": ["ovn-remote"], "key": "ovn-remote", "value_now": "tcp:192.0.2.99:6642",
    "value_right": REMOTE, "why": "ovn-remote is tcp:192.0.2.99:6642, and not another one",
}  # fmt: skip


def of_members(check: str) -> tuple[Fault, ...]:
    return (
        (check, {}, State.OK, None, ()),
        (check, {**NO_MEMBER, **GONE}, State.CRITICAL, None, ()),
        (check, {**UNKNOWN_MEMBER, **STUCK}, State.CRITICAL, None, ()),
        (check, UNKNOWN_MEMBER, State.UNKNOWN, None, ()),
        (check, {"standing": "joining cluster", "leader": None, "connected": False}, State.CRITICAL, None, ()),
        (check, {"connected": False, "role": "candidate", "leader": None}, State.CRITICAL, None, ()),
        (check, {"standing": "failed"}, State.CRITICAL, None, ()),
        (check, {"ghosts": ["tcp:192.0.2.13:6644 (aa01, aa02)"]}, State.WARNING, None, ()),
        (check, {"not_committed": 12}, State.WARNING, None, ()),
        (check, {"elections": 6}, State.WARNING, None, ()),
    )


def of_clusters(check: str) -> tuple[Fault, ...]:
    return (
        (check, {}, State.OK, None, ()),
        (check, {"quorum": U}, State.UNKNOWN, None, ()),
        (check, {"quorum": False, "leader": None, "proven_connected": 0, "may_be_connected": 1, "left": ["ctl3"]},
         State.CRITICAL, None, ()),
        (check, {"mixed": True, "cluster_ids": ["a", "b"]}, State.CRITICAL, None, ()),
        (check, {"mixed": True, "standalone": ["ctl3"]}, State.CRITICAL, None, ()),
        (check, {"ghosts": ["tcp:192.0.2.13:6644 (aa01, aa02)"]}, State.WARNING, None, ()),
        (check, {"elections": 7}, State.WARNING, None, ()),
    )  # fmt: skip


FAULTS: tuple[Fault, ...] = (
    ("ovn-settings", {}, State.OK, None, ()),
    ("ovn-settings", REMOTE_WRONG, State.CRITICAL, None, ()),
    ("ovn-settings", {"missing_keys": ["system-id"], "wrong": ["system-id"], "why": "system-id is not there"},
     State.CRITICAL, None, ()),
    ("ovn-settings", {"encap_here": False}, State.CRITICAL, None, ()),
    ("ovn-settings", {"wrong_keys": ["hostname"], "wrong": ["hostname"], "why": "hostname is x"},
     State.WARNING, None, ()),
    ("ovn-settings", {"bridges_missing": ["br-ex"]}, State.WARNING, None, ()),
    ("ovn-settings", {"gateway": True}, State.WARNING, None, ()),
    ("ovn-settings", {"gateway_group": True}, State.WARNING, None, ()),
    ("ovn-controller", {}, State.OK, None, ()),
    ("ovn-controller", {**GONE, "connected": U, "version": U}, State.CRITICAL, None, ()),
    ("ovn-controller", {**STUCK, "connected": U, "version": U}, State.CRITICAL, None, ()),
    ("ovn-controller", {"connected": False}, State.CRITICAL, None, ()),
    ("ovn-controller", {"connected": False, "misdirected": True}, State.CRITICAL, None, ()),
    ("ovn-controller", {"missing": True, **GONE, "connected": U}, State.CRITICAL, None, ()),
    ("ovn-controller", {"connected": U}, State.UNKNOWN, None, ()),
    *of_members("ovn-sb-member"),
    *of_members("ovn-nb-member"),
    *of_clusters("ovn-sb-cluster"),
    *of_clusters("ovn-nb-cluster"),
    ("ovn-northd", {}, State.OK, None, ()),
    ("ovn-northd", {"active": [], "none_active": True, "paused": ["ctl1"], "standby": []}, State.CRITICAL, None, ()),
    ("ovn-northd", {"active": [], "none_active": U, "unknown": ["ctl1"]}, State.UNKNOWN, None, ()),
    ("ovn-northd", {"active": ["ctl1", "ctl2"], "several_active": True}, State.WARNING, None, ()),
    ("ovn-northd", {"standby": ["ctl2"], "stopped": ["ctl3"]}, State.WARNING, None, ()),
    ("ovn-northd", {"standby": [], "wedged": ["ctl3"], "paused": ["ctl2"]}, State.WARNING, None, ()),
    ("ovn-northd", {"disconnected": ["ctl3"]}, State.WARNING, None, ()),
    ("ovn-chassis", {}, State.OK, None, ()),
    ("ovn-chassis", {"alive": 4, "dead": ["cmp1"]}, State.WARNING, None, ()),
    ("ovn-chassis", {"doubled": ["cmp1.example: cmp1, old"], "chassis": 6}, State.WARNING, None, ()),
    ("ovn-chassis", {"encap_twice": ["geneve 192.0.2.21: cmp1, cmp2"]}, State.WARNING, None, ()),
    ("ovn-chassis", {"hosts_without": 1, "chassis": 4, "alive": 4}, State.WARNING, None, ()),
    ("ovn-chassis", {"orphans": ["old"], "lone_gateways": ["gw"]}, State.WARNING, None, ()),
)  # fmt: skip
CONTROLLERS = ("ctl1", "ctl2", "ctl3")
SHIPPED = Shipped(
    targets={
        "chassis": member("chassis", "ctl1"),
        "ovn_sb": member("ovn_sb", "ctl1"),
        "ovn_nb": member("ovn_nb", "ctl1"),
        "cluster": cluster("ovn_sb", CONTROLLERS),
    },
    healthy={
        "ovn-settings": SETTINGS,
        "ovn-controller": CONTROLLER,
        "ovn-sb-member": MEMBER,
        "ovn-nb-member": MEMBER,
        "ovn-sb-cluster": CLUSTER,
        "ovn-nb-cluster": CLUSTER,
        "ovn-northd": NORTHD,
        "ovn-chassis": CHASSIS,
    },
    faults=FAULTS,
    risks={},
)
