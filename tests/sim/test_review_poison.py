"""One input that cannot be handled must cost that input, and not the daemon."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.model.hooks import CannotStore, CannotTake
from tests.sim.test_review_base import Cloud, crash

pytestmark = pytest.mark.sim


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.database.close()


def test_a_hint_with_a_lone_surrogate(cloud: Cloud) -> None:
    """The door refuses it; one that came in all the same costs itself alone."""
    cloud.run(5)
    with contextlib.suppress(CannotStore, CannotTake):
        cloud.hint("h1", "memcached", output="x \ud800", raw={"output": "x \ud800"})
    cloud.run(5)
    assert cloud.world.durable.adopted


def test_a_reply_with_a_lone_surrogate(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hosts["h1"].patch = {
        "containers": lambda data: data["containers"]["cron"].update(status="odd \udcff", running=False)
    }
    cloud.run(30)


def test_a_control_request_of_the_wrong_shape(cloud: Cloud) -> None:
    cloud.run(5)
    with contextlib.suppress(CannotStore):
        assert cloud.ask("check", names=5).exit != 0
    cloud.run(5)
    assert cloud.ask("status").exit == 0


def test_a_reply_whose_numbers_are_lists(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hosts["h1"].patch = {"host": lambda data: data.update(booted_age_s="soon", synchronised=[1])}
    cloud.hosts["h2"].patch = {
        "containers": lambda data: data["containers"]["cron"].update(kolla_version={"a": 1}, health=["x"])
    }
    cloud.run(30)
    assert cloud.world.durable.adopted
    crash(cloud)
