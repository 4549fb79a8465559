"""Failure-domain groups in the real engine: who is a member, what a baseline knows, what a member that left still counts for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.daemon.observe import grouping
from remediator.daemon.turn.turn import Turn
from remediator.inventory import inline
from remediator.model.actions import Risk
from remediator.model.plans import Plan
from remediator.model.targets import container
from remediator.model.values import Unknown
from remediator.safety.case import Group
from remediator.store.journal import Journal
from tests.sim.cloud import CONFIG, Cloud, FakeHost, Unit

pytestmark = pytest.mark.sim

NAMES = ("h1", "h2", "h3", "h4")
HOSTS = "".join(
    f"    {name}: {{address: 192.0.2.{n}, groups: [{'network' if n < 4 else 'compute'}]}}\n"
    for n, name in enumerate(NAMES, 1)
)
FOUR = CONFIG.split("inventory:")[0] + "inventory:\n  hosts:\n" + HOSTS + "autonomy:" + CONFIG.split("autonomy:")[1]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path, FOUR)
    made.hosts = {
        name: FakeHost(name, {each: Unit(each) for each in ("rabbitmq", "ovn_controller")}, boot_id=f"boot-{name}")
        for name in NAMES
    }
    made.hosts["h4"].units.pop("rabbitmq")
    yield made
    made.database.close()


def group(cloud: Cloud, host: str, name: str) -> Group | Unknown | None:
    plan = Plan(
        runbook="r", rule=None, target=container(host, name), risk=Risk.R2, steps=(), check="container-state",
        verify_check="container-state", verify_within_s=1, verify_hold_s=1, content_version="c",
    )  # fmt: skip
    with cloud.database.transaction() as connection:
        turn = Turn(world=cloud.world, journal=Journal(connection, cloud.now()), now=cloud.now())
        return grouping.group_of(turn, plan)


def of(cloud: Cloud, host: str, name: str) -> Group:
    found = group(cloud, host, name)
    assert isinstance(found, Group)
    return found


def test_before_anything_was_judged_a_group_is_not_known(cloud: Cloud) -> None:
    assert isinstance(group(cloud, "h1", "rabbitmq"), Unknown)


def test_a_member_needs_time_to_settle(cloud: Cloud) -> None:
    cloud.run(20)
    members = of(cloud, "h1", "rabbitmq").members
    assert sorted(members) == ["h1", "h2", "h3"]
    assert [each.healthy for each in members.values()] == [True] * 3
    assert [each.settled for each in members.values()] == [False] * 3
    cloud.run(60)
    assert [each.settled for each in of(cloud, "h1", "rabbitmq").members.values()] == [True] * 3


def test_only_the_controllers_of_network_hosts_are_gateways(cloud: Cloud) -> None:
    cloud.run(20)
    assert sorted(of(cloud, "h1", "ovn_controller").members) == ["h1", "h2", "h3"]
    assert group(cloud, "h4", "ovn_controller") is None


def test_an_hour_seen_whole_is_a_baseline_and_a_gap_does_not_count(cloud: Cloud) -> None:
    cloud.run(1200)
    missing = of(cloud, "h1", "rabbitmq").baseline
    assert missing is not None
    assert "of 60 min" in missing
    seen = cloud.world.durable.groups["rabbitmq"].healthy_s
    assert 1000 < seen <= 1200
    cloud.crash()
    cloud.elapsed_s += 7200
    cloud.run(100)
    assert seen <= cloud.world.durable.groups["rabbitmq"].healthy_s < seen + 120
    cloud.run(2700)
    assert of(cloud, "h1", "rabbitmq").baseline is None


def test_a_broken_member_stops_the_count(cloud: Cloud) -> None:
    cloud.run(100)
    cloud.hosts["h2"].units["rabbitmq"].fail()
    cloud.run(60)
    seen = cloud.world.durable.groups["rabbitmq"].healthy_s
    cloud.run(600)
    assert cloud.world.durable.groups["rabbitmq"].healthy_s == seen


def test_a_member_that_left_the_inventory_counts_as_not_known_until_that_is_accepted(cloud: Cloud) -> None:
    cloud.run(20)
    assert cloud.ask("baseline-accept", scope="all", reason="whole").exit == 0
    assert of(cloud, "h1", "rabbitmq").baseline is None
    text = (cloud.directory / "config.yaml").read_text()
    kept = {name: entry for name, entry in (cloud.config.inventory.hosts or {}).items() if name != "h3"}
    assert "h3" in text
    cloud.world.take_content(cloud.config, cloud.world.loaded.content, inline.load(kept))
    cloud.run(60)
    found = of(cloud, "h1", "rabbitmq")
    assert sorted(found.members) == ["h1", "h2", "h3"]
    assert isinstance(found.members["h3"].healthy, Unknown)
    assert cloud.ask("baseline-accept", scope="host/h1", reason="x").exit == 0
    assert sorted(of(cloud, "h1", "rabbitmq").members) == ["h1", "h2", "h3"]
    assert cloud.ask("baseline-accept", scope="inventory", reason="h3 is gone for good").exit == 0
    assert sorted(of(cloud, "h1", "rabbitmq").members) == ["h1", "h2"]
