"""A value of the table `meta` that cannot be read stops the daemon, which names its key: no brake is let go by a
default."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim
GOOD = "2026-01-04T03:00:00.000Z"


def put(cloud: Walked, key: str, value: str) -> Callable[[], None]:
    """Let another hand put `value` into the store while the daemon is down, and start the daemon again; return what
    mends it."""
    statement = f"INSERT OR REPLACE INTO meta (key, value) VALUES ('{key}', '{value}')"
    mend = cloud.simulation.broken_store(
        lambda: kept.while_it_lives(cloud, f"UPDATE meta SET value = '{GOOD}' WHERE key = '{key}'")
    )
    kept.by_another_hand(cloud, statement)
    return mend


def why(cloud: Walked) -> str:
    return cloud.daemon.engine.store_error or cloud.daemon.engine.turn_error or ""


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
def test_a_daemon_that_cannot_read_a_value_does_nothing_and_names_the_key(cloud: Walked, key: str, value: str) -> None:
    put(cloud, key, value)
    cloud.service("h1", "memcached").crash()
    cloud.run(120)
    assert f"value {key} of the table meta" in why(cloud)
    assert cloud.commands == 0
    assert not cloud.world.durable.adopted


def test_it_goes_on_once_the_value_can_be_read_again(cloud: Walked) -> None:
    mend = put(cloud, "names_told", "yesterday")
    cloud.service("h1", "memcached").crash()
    cloud.run(30)
    assert why(cloud)
    mend()
    assert cloud.until(120, lambda: cloud.commands > 0)
    assert not why(cloud)
