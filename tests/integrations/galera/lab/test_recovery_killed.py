"""The daemon is killed (SIGKILL) once at each step of a recovery of a real cluster, and the run goes on where it
was."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from lab.galera import mariadb, workload
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import Make, approve, settled, since, wait_run, whole_again
from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("galera-killed"), pytest.mark.alone, pytest.mark.timeout(900)]
LASTS_S = 120

BEGUN = ("intent", "settling", "in_doubt")


@pytest.mark.full("four minutes of the whole lab; every crash point is died at in sim")
def test_a_kill_at_every_step_and_one_bootstrap(scenario: Make, tmp_path: Path) -> None:
    running = settled(scenario)
    mariadb.set_flush(1)
    writing = workload.start(tmp_path / "writes", seconds=120)
    time.sleep(2.0)
    running.break_("galera-staggered-kill", "ctl2", view="lost")
    writing.stop()
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 150)
    approve(running, run["id"])
    began = time.monotonic()
    killed = kill_at_each_step(running, run["id"])
    run = wait_run(running, "galera-bootstrap", ["verifying", "succeeded", "failed"], 60)
    assert run["state"] in ("verifying", "succeeded"), recovering.told(run)
    row = Row(fault="galera-staggered-kill, killed at each step", host="all", outcome="cured", cured_s=since(began))
    assert {"hold", "save", "read", "bootstrap", "join", "finish"} <= {step.split("_")[0] for step in killed}, killed
    assert started(running) == 1, "the cluster was bootstrapped more than once"
    whole_again()
    lost = workload.lost(tmp_path / "writes", mariadb.HOSTS[0])
    assert lost == set()
    assert running.run("audit", "verify").returncode == 0
    row.why = f"died at {len(killed)} steps ({', '.join(killed)}), 1 bootstrap, {len(lost)} rows lost"
    row.keep()


def kill_at_each_step(running: Scenario, run: str) -> list[str]:
    """Kill the daemon as soon as a step is seen that has begun, each step once, and start it again; return the
    steps."""
    killed: list[str] = []
    give_up = time.monotonic() + 600
    while time.monotonic() < give_up:
        found = next(each for each in running.runs() if each["id"] == run)
        if found["state"] in ("verifying", "succeeded", "failed", "cancelled"):
            return killed
        begun = [step["id"] for step in found["steps"] if step["state"] in BEGUN and step["id"] not in killed]
        if begun:
            running.kill()
            killed.extend(begun)
            running.start()
        time.sleep(0.02)
    raise AssertionError(f"the run did not end; killed at {killed}\n{running.run('runs', 'show', run).stdout}")


def started(running: Scenario) -> int:
    """Return how many bootstrap commands have ended well, or were found to have been carried out, by the audit."""
    done = running.run("audit", "export")
    entries: list[dict[str, Any]] = recovering.entries(done.stdout)
    outcomes = [entry for entry in entries if entry["kind"] == "outcome" and entry["body"]["step"] == "bootstrap"]
    return len([entry for entry in outcomes if entry["body"]["state"] in ("done", "settling")])
