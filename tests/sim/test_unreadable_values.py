"""A value of the table `meta` that cannot be read stops the daemon, which names its key: no brake is let go by a default."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.store import tables
from tests.sim.test_review_base import Cloud, crash

pytestmark = pytest.mark.sim


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    made.run(20)
    yield made
    made.database.close()


def put(cloud: Cloud, key: str, value: str) -> None:
    with cloud.database.transaction() as connection:
        connection.execute(tables.meta.delete().where(tables.meta.c.key == key))
        connection.execute(tables.meta.insert().values(key=key, value=value))


def why(cloud: Cloud) -> str:
    return cloud.engine.store_error or cloud.engine.turn_error or ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("storm_counted", "inc-2"),
        ("rival", '{"opened": "since then"}'),
        ("clock_held", '{"why": "it stepped"}'),
        ("names_told", "yesterday"),
        ("one_machine", '["h1", "h2"]'),
        ("mark:galera.cluster", "{"),
        ("next_run", "many"),
    ],
)
def test_a_daemon_that_cannot_read_a_value_does_nothing_and_names_the_key(cloud: Cloud, key: str, value: str) -> None:
    put(cloud, key, value)
    cloud.crash()
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(120)
    assert f"value {key} of the table meta" in why(cloud)
    assert cloud.acts == []
    assert not cloud.world.durable.adopted


def test_it_goes_on_once_the_value_can_be_read_again(cloud: Cloud) -> None:
    put(cloud, "names_told", "yesterday")
    cloud.crash()
    crash(cloud)
    assert why(cloud)
    put(cloud, "names_told", "2026-01-04T03:00:00.000Z")
    assert cloud.run(120, lambda: bool(cloud.acts))
    assert not why(cloud)
