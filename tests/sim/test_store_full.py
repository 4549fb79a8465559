"""The disk runs full in the middle of a turn: that is the store's trouble, and no input is thrown away for it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.sim.cloud import Cloud

pytestmark = pytest.mark.sim


def test_a_disk_that_is_full_in_the_middle_of_a_turn_costs_no_input(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(15)
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    for host in cloud.hosts.values():
        for unit in host.units.values():
            unit.fail()
    cloud.run(30)
    assert cloud.engine.store_error is not None
    assert "full" in cloud.engine.store_error
    assert not cloud.world.health.counters["failed_inputs"]
    assert cloud.acted == []
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    cured = cloud.run(90, lambda: all(unit.running for host in cloud.hosts.values() for unit in host.units.values()))
    cloud.database.close()
    assert cured
    assert cloud.engine.store_error is None


def test_the_ballast_is_for_a_full_disk_and_not_for_a_lock(tmp_path: Path) -> None:
    released: list[str] = []
    cloud = Cloud(tmp_path)
    cloud.engine._make_room = lambda: bool(released.append("released")) or True
    cloud.run(15)
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    other = sqlite3.connect(tmp_path / "state" / "remediator.db", timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    cloud.run(10)
    assert cloud.engine.store_error is not None
    assert "locked" in cloud.engine.store_error
    other.close()
    assert released == []
    cloud.crash()
    cloud.engine._make_room = lambda: bool(released.append("released")) or True
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    for host in cloud.hosts.values():
        for unit in host.units.values():
            unit.fail()
    full = cloud.run(60, lambda: cloud.engine.store_error is not None)
    cloud.database.close()
    assert full
    assert released


def test_what_became_hard_in_an_undone_turn_becomes_so_again(tmp_path: Path) -> None:
    """Otherwise the storm breaker would not know of it: nothing durable ever said that it was HARD."""
    cloud = Cloud(tmp_path)
    cloud.run(15)
    cloud.hosts["h1"].units["cron"].fail()
    target = ("container-state", "container/h1/cron")
    assert cloud.run(
        60, lambda: target in cloud.world.samples.series and cloud.world.samples.series[target].attempt == 2
    )
    before = cloud.world.samples.series[target]
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    assert cloud.run(30, lambda: cloud.engine.store_error is not None)
    assert cloud.world.samples.series[target] == before
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    assert cloud.run(60, lambda: bool(cloud.acted))
    incident = cloud.incident("container/h1/cron")
    cloud.database.close()
    assert incident.hard_at is not None
