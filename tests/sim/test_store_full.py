"""The disk runs full in the middle of a turn: that is the store's trouble, and no input is thrown away for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.sim.happenings.faults import store_faults
from tests.sim.walked import UNITS, Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/cron"
TWO_HOSTS = [(host, unit) for host in ("h1", "h2") for unit in UNITS]
"""A third host would be a storm."""


def all_fail(cloud: Walked) -> None:
    for host, unit in TWO_HOSTS:
        cloud.service(host, unit).crash()


def store_error(cloud: Walked) -> str | None:
    return cloud.daemon.engine.store_error


def test_a_disk_that_is_full_in_the_middle_of_a_turn_costs_no_input(cloud: Walked) -> None:
    mend = store_faults.full(cloud.simulation)
    all_fail(cloud)
    cloud.run(30)
    assert "full" in str(store_error(cloud))
    assert not cloud.world.health.counters["failed_inputs"]
    assert cloud.commands == 0
    mend()
    assert cloud.until(90, lambda: all(cloud.service(host, unit).running for host, unit in TWO_HOSTS))
    assert store_error(cloud) is None


def test_the_ballast_is_for_a_full_disk_and_not_for_a_lock(cloud: Walked) -> None:
    ballast = Path(cloud.simulation.config.state_dir) / "ballast"
    unlock = store_faults.locked(cloud.simulation)
    cloud.run(10)
    assert "locked" in str(store_error(cloud))
    assert ballast.exists()
    unlock()
    cloud.restart()
    store_faults.full(cloud.simulation)
    all_fail(cloud)
    assert cloud.until(60, lambda: store_error(cloud) is not None)
    assert not ballast.exists()


def test_what_became_hard_in_an_undone_turn_becomes_so_again(cloud: Walked) -> None:
    """Otherwise the storm breaker would not know of it: nothing durable ever said that it was HARD."""
    cloud.service("h1", "cron").crash()
    key = ("container-state", TARGET)
    assert cloud.until(60, lambda: key in cloud.world.samples.series and cloud.world.samples.series[key].attempt == 2)
    before = cloud.world.samples.series[key]
    mend = store_faults.full(cloud.simulation)
    assert cloud.until(30, lambda: store_error(cloud) is not None)
    assert cloud.world.samples.series[key] == before
    mend()
    assert cloud.until(60, lambda: cloud.commands > 0)
    incident = cloud.incident(TARGET)
    assert incident is not None
    assert incident.hard_at is not None
