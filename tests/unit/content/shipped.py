"""The cases of what is always watched: containers and hosts."""

from __future__ import annotations

from typing import Any

from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.hosts import one_machine
from remediator.model.targets import container, on_host
from remediator.model.values import Unknown
from tests.builders.container_data import CONTAINER, DOWN
from tests.builders.shipped import Fault, Shipped

U = Unknown("timeout:x")
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
SAID: dict[str, Any] = {"refused": 0, "entries": []}
IDENTITY: dict[str, Any] = {"named_twice": False, "speaks": True, "names": [], "sentence": None, "machine_known": True}
SAME_MACHINE = {"named_twice": True, "names": ["CTL1", "ctl1"], "sentence": one_machine(("CTL1", "ctl1"))}
HEALTHY = {
    "container-state": CONTAINER, "container-health": CONTAINER, "host-reachable": REACH, "host-disk": DISK,
    "host-clock": CLOCK, "host-engine": ENGINE, "host-names": SAID, "host-identity": IDENTITY,
}  # fmt: skip
FAULTS: tuple[Fault, ...] = (
    # check, what is different, state, rule, what it runs
    ("container-state", {}, State.OK, None, ()),
    ("container-state", DOWN, State.CRITICAL, "container-crashed", ("container-start",)),
    (
        "container-state",
        {**DOWN, "unit_result": "start-limit-hit", "start_limit_hit": True, "cause": "port_in_use"},
        State.CRITICAL,
        "container-crashed",
        ("container-start",),
    ),
    (
        "container-state",
        {**DOWN, "operator_stopped": True, "crashed": False, "unit_failed": False, "unit_state": "inactive"},
        State.WARNING,
        None,
        (),
    ),
    (
        "container-state",
        {**DOWN, "crashed": False, "unit_failed": False, "systemd_busy": True, "unit_state": "activating"},
        State.CRITICAL,
        None,
        (),
    ),
    (
        "container-state",
        {**DOWN, "crashed": False, "looping": True, "distinct_starts": 4, "unit_state": "activating"},
        State.CRITICAL,
        "container-looping",
        (),
    ),
    ("container-state", {"looping": True, "distinct_starts": 4}, State.CRITICAL, "container-looping", ()),
    (
        "container-state",
        {**DOWN, "missing": True, "status": None, "crashed": False},
        State.CRITICAL,
        "container-removed",
        (),
    ),
    (
        "container-state",
        {**DOWN, "missing": True, "status": None, "operator_stopped": True},
        State.CRITICAL,
        "container-removed",
        (),
    ),
    (
        "container-state",
        {**DOWN, "cause": "oom", "oom_killed": True, "exit_code": 137},
        State.CRITICAL,
        "container-out-of-memory",
        (),
    ),
    ("container-state", {**DOWN, "cause": "disk_full"}, State.CRITICAL, "container-no-room", ()),
    ("container-state", {**DOWN, "cause": "inode_full"}, State.CRITICAL, "container-no-room", ()),
    ("container-state", {**DOWN, "cause": "config_missing"}, State.CRITICAL, "container-misconfigured", ()),
    ("container-state", {**DOWN, "stateful": True}, State.CRITICAL, "container-stateful-down", ()),
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
    (
        "container-health",
        {"health": "unhealthy", "cause": "disk_full"},
        State.CRITICAL,
        "container-unhealthy-no-room",
        (),
    ),
    ("container-health", {"health": "unhealthy", "systemd_busy": True}, State.CRITICAL, None, ()),
    ("container-health", {"health": None, "has_healthcheck": False}, State.OK, None, ()),
    ("container-health", DOWN, State.OK, None, ()),
    ("host-reachable", {}, State.OK, None, ()),
    (
        "host-reachable",
        {"reachable": False, "kind": "unreachable", "reason": "r"},
        State.CRITICAL,
        "host-unreachable",
        (),
    ),
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
)
SHIPPED = Shipped(
    targets={"container": container("ctl1", "nova_api"), "host": on_host("ctl1")},
    healthy=HEALTHY,
    faults=FAULTS,
    risks={"container-start": Risk.R1, "container-restart": Risk.R1},
    more_is_known=frozenset({"container-state", "container-health"}),
)
