"""The daemon is killed between INTENT and OUTCOME; after its restart the run ends by probe, and nothing was done
twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lab import api
from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.e2e, pytest.mark.part("doors"), pytest.mark.on("ctl2")]

UNIT = "kolla-memcached-container.service"
TARGET = "container/ctl2/memcached"


def live(scenario: Scenario) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scenario.runs()
    return [run for run in found if run["ended_at"] is None]


def starts_since(cursor: str) -> int:
    """Return how often systemd started the unit since the journal stood at `cursor`."""
    text = api.host_shell("ctl2", f"journalctl -u {UNIT} --after-cursor='{cursor}' -o cat -q")
    return sum(1 for line in text.splitlines() if line.startswith("Started "))


def test_killed_in_the_middle_of_a_slow_start(scenario: Callable[[Sequence[str]], Scenario]) -> None:
    running = scenario(["ctl2"])
    running.start()
    running.settle()
    running.run("pause", "--reason", "until the fault stands")
    running.break_("slow-restart", "ctl2", seconds=20)
    cursor = api.host_shell("ctl2", "journalctl -n 0 -q --show-cursor").strip().removeprefix("-- cursor: ")
    running.run("resume", "--reason", "go")
    running.wait("an INTENT", lambda: any(run["steps"][0]["intent_at"] for run in live(running)), 90, every_s=0.5)
    starting = f"systemctl show -p ActiveState --value {UNIT}"
    running.wait(
        "the start to be under way", lambda: api.host_shell("ctl2", starting).strip() == "activating", 30, every_s=0.3
    )
    running.kill()
    running.start()
    incident = running.wait_incident(TARGET, "container-state", ["resolved"], 180)
    runs = running.runs()
    assert len(runs) == 1
    assert runs[0]["steps"][0]["probe"] == "probe: applied"
    assert starts_since(cursor) == 1
    kinds = [line["kind"] for line in incident["timeline"]]
    assert kinds.index("intent") < kinds.index("outcome_lost") < kinds.index("probed") < kinds.index("resolved")
    assert running.run("audit", "verify").returncode == 0
    Row(
        fault="slow-restart and kill -9", host="ctl2", outcome="cured", why="ended by probe: applied, started once"
    ).keep()
