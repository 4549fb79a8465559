"""Downtime, maintenance and persistence: is a "not now" always heard?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.cloud import CONFIG
from tests.sim.test_review_base import Cloud, crash

pytestmark = pytest.mark.sim


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.database.close()


@pytest.mark.parametrize("service", ["container-state", "Memcached", "memcached on h1", "docker"])
def test_a_downtime_of_a_service_by_another_name_mutes(cloud: Cloud, service: str) -> None:
    cloud.run(20)
    cloud.hint("h1", service, "OK", notification_type="DOWNTIMESTART")
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(120)
    assert cloud.verbs() == []


def test_another_service_that_is_in_no_downtime_does_not_end_its_hosts(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMESTART")
    cloud.hint("h1", "HTTP front", "CRITICAL", downtime_depth=0)
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(120)
    assert cloud.verbs() == []


def test_a_downtime_told_before_the_first_sample_ends_with_its_end(cloud: Cloud) -> None:
    cloud.hint("h1", "memcached", "OK", notification_type="DOWNTIMESTART")
    cloud.run(20)
    cloud.hint("h1", "memcached", "OK", notification_type="DOWNTIMEEND")
    assert cloud.world.downtimes == {}


def test_a_downtime_of_two_days_mutes_on_its_second_day(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hint("h1", "memcached", "OK", notification_type="DOWNTIMESTART")
    cloud.elapsed_s += 25 * 3600
    cloud.run(60)
    crash(cloud)
    cloud.run(400)
    assert cloud.verbs() == []


def test_a_recent_container_of_the_service_on_a_host_that_went_silent_still_holds_it(cloud: Cloud) -> None:
    cloud.hosts["h2"].units[
        "memcached"
    ].created = cloud.wall()  # kolla rolls memcached over the hosts, one after the other
    cloud.run(20)
    cloud.hosts["h2"].down = True
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(120)
    assert cloud.verbs() == []


def test_a_warning_of_long_ago_does_not_count_as_persistence_of_critical(cloud: Cloud) -> None:
    unit = cloud.hosts["h1"].units["memcached"]
    cloud.run(20)
    unit.state, unit.substate, unit.result = "inactive", "dead", "success"  # an operator's stop: WARNING
    cloud.run(600)
    unit.fail()  # he starts it, and it falls over at once
    began = cloud.elapsed_s
    assert cloud.run(400, until=lambda: bool(cloud.acts)), [run.reason for run in cloud.world.runs.values()]
    assert cloud.elapsed_s - began >= 10, "R1 waits at least 10 s (floor) after the first CRITICAL sample"


def test_shadow_tells_somebody_in_the_end(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path, CONFIG.replace("autonomy: {R1: auto, R2: auto}", "autonomy: {R1: shadow, R2: shadow}"))
    crash(cloud)
    cloud.run(2 * 3600)
    delivered = list(cloud.delivered)
    cloud.database.close()
    assert delivered, "a container is down for two hours, nothing is done about it, and nobody was told"
