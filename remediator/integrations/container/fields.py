"""The words a condition may use about a container: the field tables of `container.state` and `container.health`.

Invariant: a field listed here is in every result, known, absent (``null``) or UNKNOWN; nothing else is. Shipped and
operators' YAML is compiled against these tables, so a renamed field breaks content at load, never at run time.
Actions that these results feed: `container.start`, `container.restart` (see actions.py).
"""

from __future__ import annotations

from remediator.model.values import FieldType

BASE = {
    "name": FieldType.STRING,
    "engine": FieldType.STRING,  # docker | podman
    # created running paused restarting exited dead removing; null when there is no container
    "status": FieldType.STRING,
    "running": FieldType.BOOL,  # false also while its engine waits to start it again (restarting)
    "missing": FieldType.BOOL,  # a unit file or /etc/kolla/NAME/config.json, and no container
    "has_unit": FieldType.BOOL,
    "unit": FieldType.STRING,  # kolla-NAME-container.service; null without one
    "unit_state": FieldType.STRING,  # ActiveState; null without a unit
    "unit_substate": FieldType.STRING,
    "unit_result": FieldType.STRING,  # success exit-code signal oom-kill start-limit-hit ...
    "unit_failed": FieldType.BOOL,  # ActiveState failed; false without a unit
    "start_limit_hit": FieldType.BOOL,  # systemd gave up; it will not start it again by itself
    # systemd (activating, auto-restart, a job) or, without a unit, the engine (restarting) is at work: leave it
    "systemd_busy": FieldType.BOOL,
    "operator_stopped": FieldType.BOOL,  # somebody stopped it on purpose: leave it
    "stateful": FieldType.BOOL,  # on the KR-5 list: the generic restart refuses it
    "short_lived": FieldType.BOOL,  # labelled BOOTSTRAP or UPGRADE: kolla is at work
    "oom_killed": FieldType.BOOL,
    "image": FieldType.STRING,
    "kolla_version": FieldType.STRING,
    "kolla_release": FieldType.STRING,  # 2025.1; by its own label, else the one all others on the host show; null
    "config_directory": FieldType.STRING,  # /etc/kolla/NAME as kolla calls it
    "started_at": FieldType.STRING,  # RFC 3339 by the host's clock; null when it never started
    "age_s": FieldType.FLOAT,  # since started_at, both by the host's clock
    "last_log": FieldType.STRING,  # last lines, only fetched in a bad state; null otherwise
    # oom disk_full inode_full config_missing bad_command segfault port_in_use engine_error; null
    "cause": FieldType.STRING,
}
"""Fields of both assessments."""

STATE = {
    **BASE,
    "exit_code": FieldType.INT,  # null while running or without a container
    "n_restarts": FieldType.INT,  # systemd's NRestarts; null without a unit
    "restart_count": FieldType.INT,  # the engine's own RestartCount (0 in the systemd era)
    "distinct_starts": FieldType.INT,  # StartedAt values seen in the last 10 min since systemd last gave up
    "looping": FieldType.BOOL,  # it dies and is started over and over, and nobody gave up yet
    "crashed": FieldType.BOOL,  # it is down, not by an operator, and nobody will start it again
    "restart_policy": FieldType.STRING,  # of the engine: "" no unless-stopped always on-failure
    "error": FieldType.STRING,  # State.Error of the engine; null when empty
}
"""`container.state`: HOST scope, one result per expected container, target ``container/H/NAME``."""

HEALTH = {
    **BASE,
    "has_healthcheck": FieldType.BOOL,
    "health": FieldType.STRING,  # healthy unhealthy starting; null without a health check or when it does not run
    "failing_streak": FieldType.INT,  # null without a health check
    "false_alarm": FieldType.BOOL,  # its check is known to lie (catalogue.py) or it started too recently
    "last_health_output": FieldType.STRING,  # the end of the last probe's output; null when none
}
"""`container.health`: HOST scope, one result per expected container, target ``container/H/NAME``."""
