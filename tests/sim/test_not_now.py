"""Downtime, maintenance and persistence: is a "not now" always heard?"""

from __future__ import annotations

import pytest

from remediator.sim.config import CONFIG
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim


@pytest.mark.parametrize("service", ["container-state", "Memcached", "memcached on h1", "docker"])
def test_a_downtime_of_a_service_by_another_name_mutes(cloud: Walked, service: str) -> None:
    cloud.hint("h1", service, "OK", notification_type="DOWNTIMESTART")
    cloud.service("h1", "memcached").crash()
    cloud.run(120)
    assert cloud.verbs() == []


def test_another_service_that_is_in_no_downtime_does_not_end_its_hosts(cloud: Walked) -> None:
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMESTART")
    cloud.hint("h1", "HTTP front", "CRITICAL", downtime_depth=0)
    cloud.service("h1", "memcached").crash()
    cloud.run(120)
    assert cloud.verbs() == []


def test_a_downtime_told_before_the_first_sample_ends_with_its_end(cloud: Walked) -> None:
    cloud.restart()
    cloud.hint("h1", "memcached", "OK", notification_type="DOWNTIMESTART")
    assert cloud.world.samples.facts.reply("h1") is None
    assert cloud.world.durable.downtimes
    cloud.run(40)
    cloud.hint("h1", "memcached", "OK", notification_type="DOWNTIMEEND")
    assert cloud.world.durable.downtimes == {}


def test_a_downtime_of_two_days_mutes_on_its_second_day(cloud: Walked) -> None:
    cloud.hint("h1", "memcached", "OK", notification_type="DOWNTIMESTART")
    cloud.simulation.clock.elapsed_s += 25 * 3600
    cloud.run(80)
    cloud.service("h1", "memcached").crash()
    cloud.run(400)
    assert cloud.verbs() == []


def test_a_recent_container_of_the_service_on_a_host_that_went_silent_still_holds_it(cloud: Walked) -> None:
    cloud.service("h2", "memcached").created_at = cloud.simulation.clock.true()  # kolla rolls it over the hosts
    cloud.run(40)
    cloud.host("h2").ssh = "refused"
    cloud.service("h1", "memcached").crash()
    cloud.run(120)
    assert cloud.verbs() == []


def test_a_warning_of_long_ago_does_not_count_as_persistence_of_critical(cloud: Walked) -> None:
    service = cloud.service("h1", "memcached")
    service.stop()  # an operator's stop: WARNING
    cloud.run(600)
    service.crash()  # he starts it, and it falls over at once
    began = cloud.simulation.clock.elapsed_s
    assert cloud.until(400, lambda: cloud.commands > 0), [run.reason for run in cloud.world.durable.runs.values()]
    assert cloud.simulation.clock.elapsed_s - began >= 10, "R1 waits at least 10 s (floor) after the first CRITICAL"


def test_shadow_tells_somebody_in_the_end() -> None:
    cloud = Walked(CONFIG.replace("autonomy: {R1: auto, R2: auto}", "autonomy: {R1: shadow, R2: shadow}"))
    cloud.service("h1", "memcached").crash()
    cloud.run(2 * 3600, stride=15.0)
    assert cloud.verbs() == []
    told = cloud.pages()
    cloud.close()
    assert told, "a container is down for two hours, nothing is done about it, and nobody was told"
