"""One input that cannot be handled must cost that input, and not the daemon."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.model.messages.hooks import CannotTake
from tests.builders.hints import a_hint
from tests.sim.saying import says, says_also
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim


def works(cloud: Walked) -> bool:
    """Return whether the daemon still cures what breaks on a host that says nothing odd."""
    cloud.service("h3", "memcached").crash()
    return cloud.until(120, lambda: ("h3", "start") in cloud.verbs())


@pytest.mark.parametrize(
    ("changes", "taken"),
    [({"service": "x \ud800", "downtime_depth": 1}, False), ({"output": "x \ud800", "raw": {"output": "x"}}, True)],
)
def test_a_hint_with_a_lone_surrogate(cloud: Walked, changes: dict[str, Any], taken: bool) -> None:
    """The door refuses it; one that came in all the same costs itself alone."""
    cloud.watch.mistaken = True
    came = cloud.daemon.loop.submit(a_hint("k", **changes))
    cloud.simulation.turn()
    assert (came.exception(timeout=0) is None) == taken
    assert taken or isinstance(came.exception(timeout=0), CannotTake)
    assert works(cloud)


def test_a_reply_with_a_lone_surrogate(cloud: Walked) -> None:
    says(cloud, "h1", "containers", lambda data: data["containers"]["cron"].update(status="odd \udcff", running=False))
    cloud.run(30)
    assert works(cloud)


def test_a_control_request_of_the_wrong_shape(cloud: Walked) -> None:
    cloud.watch.mistaken = True
    assert cloud.ask("check", names=5).exit != 0
    assert cloud.ask("status").exit == 0


def test_a_reply_whose_numbers_are_lists(cloud: Walked) -> None:
    says_also(
        cloud,
        {
            ("h1", "host"): lambda data: data.update(booted_age_s="soon", synchronised=[1]),
            ("h2", "containers"): lambda data: data["containers"]["cron"].update(kolla_version={"a": 1}, health=["x"]),
        },
    )
    cloud.run(30)
    assert cloud.world.durable.adopted
    assert works(cloud)
