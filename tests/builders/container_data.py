"""What a container's checks see: a healthy one, and what is different when it is down."""

from __future__ import annotations

from typing import Any

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
    "running": False,
    "status": "exited",
    "exit_code": 1,
    "crashed": True,
    "unit_state": "failed",
    "unit_substate": "failed",
    "unit_result": "exit-code",
    "unit_failed": True,
    "health": None,
}
