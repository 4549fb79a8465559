"""What is lost without a word: pages, incidents that never end, hosts that nobody sees any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.turn.wire import Collect
from remediator.model.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.sim.test_review_base import TARGET, Cloud, crash

pytestmark = pytest.mark.sim


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.database.close()


def test_a_page_outlives_an_hour_without_a_notifier(cloud: Cloud) -> None:
    cloud.notifier_down = True
    crash(cloud)
    cloud.hosts["h1"].units["memcached"].dies_on_start = True
    cloud.run(3600)
    cloud.notifier_down = False
    cloud.run(1800)
    assert cloud.delivered


def test_the_incident_of_a_container_that_was_taken_out_ends(cloud: Cloud) -> None:
    cloud.run(20)
    gone: list[str] = []

    def removed(data: Any) -> None:
        data["containers"].pop("cron", None)
        for name in gone:
            data["unit_files"].remove(name)
            data["units"].pop(name)
            data["configs"].remove(name)

    cloud.hosts["h1"].patch = {"containers": removed}
    cloud.run(60)
    assert cloud.incident("container/h1/cron") is not None
    gone.append("cron")  # as our own advice says: take its unit and /etc/kolla/cron away as well
    cloud.run(600)
    assert cloud.incident("container/h1/cron") is None


def test_a_host_that_only_answers_rubbish_pages(cloud: Cloud) -> None:
    cloud.run(20)
    ordinary = cloud._reply

    def garbled(effect: Collect) -> HostReply:
        reply = ordinary(effect)
        if effect.host != "h1":
            return reply
        return HostReply(
            host="h1",
            asked_at=reply.asked_at,
            received_at=reply.received_at,
            reach=Reach.GARBLED,
            reason="sudo refused the collector",
        )

    cloud._reply = garbled  # type: ignore[method-assign]
    cloud.run(3600)
    assert cloud.delivered


def test_one_section_that_is_late_is_one_page_whatever_needs_it(cloud: Cloud) -> None:
    from tests.sim.cloud import Unit

    for n in range(20):
        cloud.hosts["h1"].units[f"svc{n}"] = Unit(f"svc{n}")
    cloud.run(20)
    ordinary = cloud._reply

    def late(effect: Collect) -> HostReply:
        reply = ordinary(effect)
        if effect.host == "h1":
            from dataclasses import replace

            from remediator.model.replies import Section

            reply = replace(
                reply, sections={**reply.sections, "containers": Section(data=Unknown("timeout:containers"))}
            )
        return reply

    cloud._reply = late  # type: ignore[method-assign]
    cloud.run(900)
    (page,) = cloud.delivered
    assert "For the same reason UNKNOWN: container-health, host-engine, host-names." in page["text"], page


def test_a_reply_that_never_comes_back_is_noticed(cloud: Cloud) -> None:
    cloud.run(20)
    ordinary = cloud._carry_out

    def swallow(effect: Any) -> None:
        if isinstance(effect, Collect) and effect.host == "h1":
            return
        ordinary(effect)

    cloud._carry_out = swallow  # type: ignore[method-assign]
    cloud.run(1800)
    assert cloud.world.samples.results[("container-state", TARGET)].state.name == "UNKNOWN" or cloud.delivered
