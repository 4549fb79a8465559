"""What we ship, judged fault by fault: the state an operator sees, which rule acts, and that UNKNOWN never does."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from remediator.collect import judge
from remediator.content import load_content
from remediator.integrations import registry
from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.content.specs import Content, Mode
from remediator.model.hosts import one_machine
from remediator.model.manifest.together import Manifests
from remediator.model.targets import Target, cluster, container, member, on_host
from remediator.model.values import Data, Unknown
from remediator.rules import advice, decide
from remediator.rules.decide import RuleOutcome
from remediator.rules.index import RuleIndex

pytestmark = pytest.mark.unit

TARGETS: dict[str, Target] = {
    "container": container("ctl1", "nova_api"),
    "host": on_host("ctl1"),
    "galera": member("galera", "ctl1"),
    "cluster": cluster("galera", ("ctl1", "ctl2", "ctl3")),
}


@cache
def integrations() -> Manifests:
    return registry.load({"galera": {}})


@cache
def shipped() -> Content:
    content, found = load_content(None, integrations(), None)
    assert content is not None, found
    return content


@cache
def index() -> RuleIndex:
    return RuleIndex(shipped().rules.values())


UNIT: dict[str, Any] = {
    "has_unit": True, "unit": "kolla-nova_api-container.service", "unit_state": "active", "unit_substate": "running",
    "unit_result": "success", "unit_failed": False, "start_limit_hit": False, "systemd_busy": False,
    "operator_stopped": False, "missing": False, "age_s": 4000.0, "last_log": None, "cause": None,
}  # fmt: skip
CONTAINER: dict[str, Any] = {
    **UNIT, "name": "nova_api", "engine": "docker", "status": "running", "running": True, "stateful": False,
    "short_lived": False, "oom_killed": False, "image": "i", "kolla_version": "19", "kolla_release": "2024.2",
    "config_directory": "/etc/kolla/nova-api", "started_at": "2026-01-05T03:00:00Z",
    "exit_code": None, "n_restarts": 0, "restart_count": 0, "distinct_starts": 1, "looping": False, "crashed": False,
    "restart_policy": "", "error": None, "has_healthcheck": True, "health": "healthy", "failing_streak": 0,
    "false_alarm": False, "last_health_output": "ok",
}  # fmt: skip
DOWN: dict[str, Any] = {
    "running": False, "status": "exited", "exit_code": 1, "crashed": True, "unit_state": "failed", "unit_substate": "failed",
    "unit_result": "exit-code", "unit_failed": True, "health": None,
}  # fmt: skip
REACH: dict[str, Any] = {"reachable": True, "kind": "ok", "reason": None, "took_s": 0.2}
DISK: dict[str, Any] = {
    "used_percent": 40.0, "worst_mount": "/", "free_bytes": 10**10, "inode_percent": 3.0, "worst_inode_mount": "/",
    "dead_mounts": [], "mounts": 3,
}  # fmt: skip
CLOCK: dict[str, Any] = {"offset_s": -0.01, "abs_offset_s": 0.01, "round_trip_s": 0.3, "synchronised": None}
ENGINE: dict[str, Any] = {
    "engine": "docker", "answers": True, "state": "ok", "reason": None, "unit_state": "active", "started_at": "x",
    "age_s": 5000.0, "host_booted_at": "x", "host_age_s": 6000.0,
}  # fmt: skip
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
U = Unknown("timeout:x")
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
SAID: dict[str, Any] = {"refused": 0, "entries": []}
IDENTITY: dict[str, Any] = {"named_twice": False, "speaks": True, "names": [], "sentence": None, "machine_known": True}
SAME_MACHINE = {"named_twice": True, "names": ["CTL1", "ctl1"], "sentence": one_machine(("CTL1", "ctl1"))}
LOST: dict[str, Any] = {
    "proven_primary": 0, "may_be_primary": 0, "proven_synced": 0, "proven_stopped": 3, "uuids_agree": None, "conf_ids_agree": None,
    "foreign_uuid": None, "behind_mark": None, "why": "it is so", "rule": "GB-7",
}  # fmt: skip
HEALTHY = {
    "container-state": CONTAINER, "container-health": CONTAINER, "host-reachable": REACH, "host-disk": DISK,
    "host-clock": CLOCK, "host-engine": ENGINE, "host-names": SAID, "host-identity": IDENTITY, "galera-node": NODE, "galera-cluster": CLUSTER,
    "galera-upgrade": NODE, "galera-mark": CLUSTER,
}  # fmt: skip
LONE_DOWN: dict[str, Any] = {
    **NODE_DOWN, "group_size": 1, "others_primary": 0, "others_synced": 0, "quorum_without_me": False,
}  # fmt: skip
LONE_LOST: dict[str, Any] = {**LOST, "members": 1, "proven_stopped": 1}
TWICE = "ctl1 and CTL1 are one machine: keep one of these names in the inventory"


def state_of(check: str, data: Data) -> State:
    spec = shipped().checks[check]
    critical, warning = (False if one is None else one.evaluate(data) for one in (spec.critical, spec.warning))
    return judge.state_of(critical, warning)


def winner(check: str, data: Data) -> RuleOutcome | None:
    return decide.fired(decide.decide(index().candidates(check, state_of(check, data)), data))


FAULTS: list[tuple[str, dict[str, Any], State, str | None, tuple[str, ...]]] = [
    # check, what is different, state, rule, what it runs
    ("container-state", {}, State.OK, None, ()),
    ("container-state", DOWN, State.CRITICAL, "container-crashed", ("container-start",)),
    ("container-state", {**DOWN, "unit_result": "start-limit-hit", "start_limit_hit": True, "cause": "port_in_use"},
     State.CRITICAL, "container-crashed", ("container-start",)),
    ("container-state", {**DOWN, "operator_stopped": True, "crashed": False, "unit_failed": False, "unit_state": "inactive"},
     State.WARNING, None, ()),
    ("container-state", {**DOWN, "crashed": False, "unit_failed": False, "systemd_busy": True, "unit_state": "activating"},
     State.CRITICAL, None, ()),
    ("container-state", {**DOWN, "crashed": False, "looping": True, "distinct_starts": 4, "unit_state": "activating"},
     State.CRITICAL, "container-looping", ()),
    ("container-state", {"looping": True, "distinct_starts": 4}, State.CRITICAL, "container-looping", ()),
    ("container-state", {**DOWN, "missing": True, "status": None, "crashed": False}, State.CRITICAL, "container-removed", ()),
    ("container-state", {**DOWN, "missing": True, "status": None, "operator_stopped": True},
     State.CRITICAL, "container-removed", ()),
    ("container-state", {**DOWN, "cause": "oom", "oom_killed": True, "exit_code": 137},
     State.CRITICAL, "container-out-of-memory", ()),
    ("container-state", {**DOWN, "cause": "disk_full"}, State.CRITICAL, "container-no-room", ()),
    ("container-state", {**DOWN, "cause": "inode_full"}, State.CRITICAL, "container-no-room", ()),
    ("container-state", {**DOWN, "cause": "config_missing"}, State.CRITICAL, "container-misconfigured", ()),
    ("container-state", {**DOWN, "stateful": True}, State.CRITICAL, "container-stateful-down", ()),
    ("container-state", {**DOWN, "name": "mariadb", "stateful": True}, State.CRITICAL, "galera-container-down", ()),
    ("container-state", {**DOWN, "stateful": True, "cause": "oom"}, State.CRITICAL, "container-out-of-memory", ()),
    ("container-state", {**DOWN, "short_lived": True}, State.OK, None, ()),
    ("container-state", {"status": "paused"}, State.WARNING, None, ()),
    ("container-state", {**DOWN, "operator_stopped": U}, State.UNKNOWN, None, ()),
    ("container-state", {**DOWN, "cause": U}, State.CRITICAL, None, ()),
    ("container-health", {}, State.OK, None, ()),
    ("container-health", {"health": "unhealthy"}, State.CRITICAL, "container-unhealthy", ("container-restart",)),
    ("container-health", {"health": "unhealthy", "false_alarm": True}, State.WARNING, None, ()),
    ("container-health", {"health": "starting"}, State.WARNING, None, ()),
    ("container-health", {"health": "unhealthy", "stateful": True}, State.CRITICAL, "container-unhealthy-stateful", ()),
    ("container-health", {"health": "unhealthy", "cause": "disk_full"}, State.CRITICAL, "container-unhealthy-no-room", ()),
    ("container-health", {"health": "unhealthy", "systemd_busy": True}, State.CRITICAL, None, ()),
    ("container-health", {"health": None, "has_healthcheck": False}, State.OK, None, ()),
    ("container-health", DOWN, State.OK, None, ()),
    ("host-reachable", {}, State.OK, None, ()),
    ("host-reachable", {"reachable": False, "kind": "unreachable", "reason": "r"}, State.CRITICAL, "host-unreachable", ()),
    ("host-reachable", {"reachable": False, "kind": "untrusted", "reason": "r"}, State.CRITICAL, "host-untrusted", ()),
    ("host-reachable", {"kind": "garbled", "reason": "r"}, State.CRITICAL, "host-garbled", ()),
    ("host-disk", {}, State.OK, None, ()),
    ("host-disk", {"used_percent": 100.0}, State.CRITICAL, "host-disk-full", ()),
    ("host-disk", {"inode_percent": 100.0}, State.CRITICAL, "host-inodes-full", ()),
    ("host-disk", {"inode_percent": None}, State.OK, None, ()),
    ("host-disk", {"used_percent": 90.0}, State.WARNING, None, ()),
    ("host-disk", {"dead_mounts": ["/mnt"]}, State.WARNING, None, ()),
    ("host-disk", {"used_percent": U}, State.UNKNOWN, None, ()),
    ("host-clock", {"offset_s": -3600.0, "abs_offset_s": 3600.0}, State.CRITICAL, "host-clock-off", ()),
    ("host-clock", {"offset_s": U, "abs_offset_s": U}, State.UNKNOWN, None, ()),
    ("host-engine", {"answers": False, "state": "hung", "reason": "r"}, State.CRITICAL, "host-engine-hung", ()),
    ("host-engine", {"answers": False, "state": "down", "reason": "r"}, State.CRITICAL, "host-engine-down", ()),
    ("host-engine", {"answers": False, "state": "missing", "reason": "r"}, State.CRITICAL, "host-engine-down", ()),
    ("host-names", {}, State.OK, None, ()),
    ("host-names", {"refused": 1, "entries": ["unit file ''"]}, State.WARNING, "host-names-refused", ()),
    ("host-identity", {}, State.OK, None, ()),
    ("host-identity", {"machine_known": False}, State.OK, None, ()),
    ("host-identity", SAME_MACHINE, State.CRITICAL, "host-named-twice", ()),
    ("host-identity", {**SAME_MACHINE, "speaks": False}, State.WARNING, None, ()),
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
]  # fmt: skip


@pytest.mark.parametrize(("check", "changed", "state", "rule", "run"), FAULTS)
def test_each_fault_has_its_outcome(
    check: str, changed: dict[str, Any], state: State, rule: str | None, run: tuple[str, ...]
) -> None:
    data = {**HEALTHY[check], **changed}
    assert state_of(check, data) is state
    fired = winner(check, data)
    assert (fired.rule.name if fired else None, fired.rule.run if fired else ()) == (rule, run)


ACTING = [fault for fault in FAULTS if fault[4]]


@pytest.mark.parametrize(("check", "changed", "state", "rule", "run"), ACTING)
def test_one_unknown_never_makes_more_happen(
    check: str, changed: dict[str, Any], state: State, rule: str, run: tuple[str, ...]
) -> None:
    """Whatever single field of an acting case becomes UNKNOWN: the same rule acts, or nothing that acts does."""
    data = {**HEALTHY[check], **changed}
    for name in data:
        fired = winner(check, {**data, name: U})
        assert fired is None or fired.rule.name == rule or fired.rule.run == ()


@pytest.mark.parametrize("check", HEALTHY)
def test_all_unknown_is_unknown_and_nothing_fires(check: str) -> None:
    data = dict.fromkeys(HEALTHY[check], U)
    assert state_of(check, data) is State.UNKNOWN
    assert winner(check, data) is None


@pytest.mark.parametrize("check", HEALTHY)
def test_the_cases_have_exactly_the_declared_fields(check: str) -> None:
    declared = set(shipped().checks[check].assess.fields)
    assert declared <= set(HEALTHY[check])
    if not check.startswith("container"):
        assert declared == set(HEALTHY[check])


@pytest.mark.parametrize(("check", "changed", "state", "rule", "run"), FAULTS)
def test_texts_are_one_line_and_advice_names_the_host(
    check: str, changed: dict[str, Any], state: State, rule: str | None, run: tuple[str, ...]
) -> None:
    data = {**HEALTHY[check], **changed}
    spec = shipped().checks[check]
    output = spec.output.render(data)
    assert output
    assert "\n" not in output
    assert "  " not in output
    if rule is not None:
        text = advice.advise(shipped().rules[rule], TARGETS[spec.assess.target_kind], data)
        assert "not_given" not in text
        assert "ctl1" in text
        assert not text.startswith("data")


@pytest.mark.parametrize(("check", "changed", "state", "rule", "run"), [fault for fault in FAULTS if fault[3]])
def test_no_text_runs_two_sentences_or_lines_together(
    check: str, changed: dict[str, Any], state: State, rule: str, run: tuple[str, ...]
) -> None:
    """A tag of a template that takes one newline too much away."""
    data, spec = {**HEALTHY[check], **changed}, shipped().rules[rule]
    target = TARGETS[shipped().checks[check].assess.target_kind]
    for text in (tell(spec, target, data) for tell in (advice.advise, advice.evidence, advice.meanwhile)):
        assert re.findall(r"[a-z)][.:;][A-Z][A-Za-z-]*", text) == []
        assert "\n\n" not in text


def test_a_lost_cluster_that_is_given_time_is_told_with_its_end() -> None:
    rule = shipped().rules["galera-cluster-waits"]
    data = {**CLUSTER, **LOST, "procedure": "wait", "rule": "GB-1", "why": "they may"}
    given = advice.meanwhile(rule, TARGETS["cluster"], {**data, "grace_until": "03:12 UTC"})
    assert "At 03:12 UTC it is judged anew:\na bootstrap is asked for then" in given
    open_ended = advice.meanwhile(rule, TARGETS["cluster"], {**data, "grace_until": None})
    assert "you are called when it has lasted for 15 minutes" in open_ended
    assert "none" not in given + open_ended


def test_every_rule_tells_people_something() -> None:
    assert [rule.name for rule in shipped().rules.values() if not rule.notify] == []


def test_every_rule_is_reached_by_a_fault() -> None:
    rare = {"galera-uuids-differ"}  # members of two clusters, none of them Primary
    assert {fault[3] for fault in FAULTS} - {None} == set(shipped().rules) - rare


def test_risks_are_those_of_the_issue() -> None:
    risks = {name: runbook.risk for name, runbook in shipped().runbooks.items()}
    assert risks == {
        "container-start": Risk.R1, "container-restart": Risk.R1, "galera-start-member": Risk.R2,
        "galera-start-members": Risk.R2, "galera-start-lone": Risk.R2, "galera-bootstrap": Risk.R3, "galera-pc-bootstrap": Risk.R3, "galera-mariadb-upgrade": Risk.R2,
        "galera-restart-left-out": Risk.R2,
    }  # fmt: skip


def test_what_explains_what() -> None:
    """A warning of a parent suppresses its children, so nothing that may only warn may explain what we cure."""
    explains = {(rule.check, child) for rule in shipped().rules.values() for child in rule.explains}
    assert explains == {
        ("galera-node", "container-state"), ("galera-node", "container-health"),
        ("galera-cluster", "galera-node"), ("galera-cluster", "container-health"),
    }  # fmt: skip


def test_what_may_only_warn_explains_nothing_that_is_cured() -> None:
    cured = {rule.check for rule in shipped().rules.values() if rule.run}
    parents = {rule.check for rule in shipped().rules.values() if set(rule.explains) & cured}
    assert parents
    assert [
        name for name in parents if name.startswith("galera-cluster") and shipped().checks[name].warning is not None
    ] == []


def test_modes_come_from_the_config_alone() -> None:
    assert Mode.SHADOW.value < Mode.AUTO.value
    assert not any(hasattr(rule, "mode") for rule in shipped().rules.values())
