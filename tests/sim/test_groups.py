"""Failure-domain groups in the real daemon: who is a member, what a baseline knows, what a member that left still
counts for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from remediator.daemon.observe import groups
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Risk
from remediator.model.content.plans import Plan
from remediator.model.targets import container
from remediator.model.values import Unknown
from remediator.safety.case import Group
from remediator.sim.cloud.shapes import GATEWAYS
from remediator.sim.config import config_of
from remediator.store.journal import Journal
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

SEEN_S = 20.0
"""Each host was seen, and none for long."""


@pytest.fixture
def gateways(walked: Callable[..., Walked]) -> Walked:
    return walked(shape=GATEWAYS, seen_s=SEEN_S)


def group(cloud: Walked, host: str, name: str) -> Group | Unknown | None:
    plan = Plan(
        runbook="r", rule=None, target=container(host, name), risk=Risk.R2, steps=(), check="container-state",
        verify_check="container-state", verify_within_s=1, verify_hold_s=1, content_version="c",
    )  # fmt: skip
    with cloud.daemon.database.transaction() as connection:
        turn = Turn(world=cloud.world, journal=Journal(connection, cloud.now()), now=cloud.now())
        return groups.group_of(turn, plan)


def of(cloud: Walked, host: str, name: str) -> Group:
    found = group(cloud, host, name)
    assert isinstance(found, Group)
    return found


def test_before_anything_was_judged_a_group_is_not_known(walked: Callable[..., Walked]) -> None:
    assert isinstance(group(walked(shape=GATEWAYS, seen_s=0.0), "h1", "rabbitmq"), Unknown)


def test_a_member_needs_time_to_settle(gateways: Walked) -> None:
    members = of(gateways, "h1", "rabbitmq").members
    assert sorted(members) == ["h1", "h2", "h3"]
    assert [each.healthy for each in members.values()] == [True] * 3
    assert [each.settled for each in members.values()] == [False] * 3
    gateways.run(60)
    assert [each.settled for each in of(gateways, "h1", "rabbitmq").members.values()] == [True] * 3


def test_only_the_controllers_of_network_hosts_are_gateways(gateways: Walked) -> None:
    assert sorted(of(gateways, "h1", "ovn_controller").members) == ["h1", "h2", "h3"]
    assert group(gateways, "h4", "ovn_controller") is None


def test_an_hour_seen_whole_is_a_baseline_and_a_gap_does_not_count(gateways: Walked) -> None:
    gateways.run(1200 - SEEN_S)
    missing = of(gateways, "h1", "rabbitmq").baseline
    assert missing is not None
    assert "of 60 min" in missing
    seen = gateways.world.durable.groups["rabbitmq"].healthy_s
    assert 1000 < seen <= 1200
    gateways.simulation.kill()
    gateways.run(7200)
    gateways.simulation.revive()
    gateways.run(100)
    assert seen <= gateways.world.durable.groups["rabbitmq"].healthy_s < seen + 120
    gateways.simulation.clock.elapsed_s += 7200  # the daemon's machine stands still
    gateways.run(100)
    assert seen <= gateways.world.durable.groups["rabbitmq"].healthy_s < seen + 240
    gateways.run(2600)
    assert of(gateways, "h1", "rabbitmq").baseline is None


def test_a_broken_member_stops_the_count(gateways: Walked) -> None:
    gateways.run(80)
    gateways.service("h2", "rabbitmq").crash()
    gateways.run(60)
    seen = gateways.world.durable.groups["rabbitmq"].healthy_s
    gateways.run(600)
    assert gateways.world.durable.groups["rabbitmq"].healthy_s == seen


def test_a_member_that_left_the_inventory_counts_as_not_known_until_that_is_accepted(gateways: Walked) -> None:
    gateways.run(60)
    assert gateways.ask("baseline-accept", scope="all", reason="whole").exit == 0
    assert of(gateways, "h1", "rabbitmq").baseline is None
    without_h3 = replace(GATEWAYS, computes=("h1", "h2", "h4"), engines={})
    gateways.simulation.take(config_of(without_h3))
    gateways.simulation.reload()
    assert sorted(gateways.world.loaded.inventory.hosts) == ["h1", "h2", "h4"]
    gateways.run(60)
    found = of(gateways, "h1", "rabbitmq")
    assert sorted(found.members) == ["h1", "h2", "h3"]
    assert isinstance(found.members["h3"].healthy, Unknown)
    assert gateways.ask("baseline-accept", scope="host/h1", reason="x").exit == 0
    assert sorted(of(gateways, "h1", "rabbitmq").members) == ["h1", "h2", "h3"]
    assert gateways.ask("baseline-accept", scope="inventory", reason="h3 is gone for good").exit == 0
    assert sorted(of(gateways, "h1", "rabbitmq").members) == ["h1", "h2"]
