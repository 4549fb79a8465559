"""The disk runs full in the middle of a turn: that is the store's trouble, and no input is thrown away for it."""

from __future__ import annotations

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
    assert not cloud.world.counters["failed_inputs"]
    assert cloud.acted == []
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    cured = cloud.run(90, lambda: all(unit.running for host in cloud.hosts.values() for unit in host.units.values()))
    cloud.database.close()
    assert cured
    assert cloud.engine.store_error is None
