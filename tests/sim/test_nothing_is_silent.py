"""What is lost without a word: pages, incidents that never end, hosts that nobody sees any more."""

from __future__ import annotations

import pytest

from remediator.model.content.judging import State
from remediator.sim.cloud.services import Service
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"
ALWAYS = 1000
"""More replies than an hour has."""


def test_a_page_outlives_an_hour_without_a_notifier(cloud: Walked) -> None:
    mail = cloud.simulation.mail
    mail.down = "connection refused"
    cloud.service("h1", "memcached").life_s = 0.5
    cloud.service("h1", "memcached").crash()
    cloud.run(3600, stride=15.0)
    assert mail.refused
    mail.down = ""
    cloud.run(1800, stride=15.0)
    assert mail.taken


def test_the_incident_of_a_container_that_was_taken_out_ends(cloud: Walked) -> None:
    cloud.service("h1", "cron").remove()
    cloud.run(60)
    assert cloud.incident("container/h1/cron") is not None
    cloud.host("h1").take_out("cron")  # as our own advice says: its unit and /etc/kolla/cron as well
    cloud.run(600, stride=15.0)
    assert cloud.incident("container/h1/cron") is None


def test_a_host_that_only_answers_rubbish_pages(cloud: Walked) -> None:
    cloud.simulation.luck.replies["h1"] = ["noise"] * ALWAYS
    cloud.run(3600, stride=15.0)
    assert cloud.simulation.mail.taken


def test_one_section_that_is_late_is_one_page_whatever_needs_it(cloud: Walked) -> None:
    host = cloud.host("h1")
    for n in range(20):
        host.services[f"svc{n}"] = Service("h1", f"svc{n}", cloud.simulation.timeline)
    cloud.run(20)
    cloud.simulation.luck.replies["h1"] = ["section_late"] * ALWAYS
    cloud.run(900, stride=15.0)
    (page,) = cloud.simulation.mail.taken
    assert "For the same reason UNKNOWN: container-health, host-engine, host-names." in page["text"], page


def test_a_reply_that_never_comes_back_is_noticed_and_told_once(cloud: Walked) -> None:
    cloud.host("h1").ssh = "gone"
    cloud.run(1800, stride=15.0)
    assert cloud.world.samples.results["container-state", TARGET].state is State.UNKNOWN
    (page,) = cloud.simulation.mail.taken
    assert page["subject"] == "CRITICAL host/h1 needs a person"
    assert "the collection of h1 did not come back" in page["text"]
