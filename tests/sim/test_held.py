"""A run of two steps that may not go on: it waits with its locks, pages, goes on, or is given up after its own limit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.model.records import RunState
from tests.sim.cloud import CONFIG
from tests.sim.test_review_base import TARGET, Cloud, crash, live

pytestmark = pytest.mark.sim

TWICE = """
runbooks:
  - name: container-start
    summary: Start it, then see to it that it was started
    target: container
    risk: R1
    steps:
      - {id: start, do: container.start, timeout: 2m}
      - {id: again, do: container.start, timeout: 2m}
    verify: {check: container-state, within: 2m}
    held_at_most: 10m
"""


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    content = tmp_path / "content" / "runbooks"
    content.mkdir(parents=True)
    (content / "container.yaml").write_text(TWICE)
    made = Cloud(tmp_path, CONFIG + f"content: [{content.parent}]\n")
    yield made
    made.database.close()


def paused_after_the_first_step(cloud: Cloud) -> None:
    def first(effect: Any) -> Any:
        cloud.pauses = ("wait, I am looking",)
        return cloud.apply(effect)

    crash(cloud)
    cloud.on_act = first
    assert cloud.run(120, until=lambda: [run.state for run in live(cloud)] == [RunState.HELD])
    cloud.on_act = None


def test_a_held_run_keeps_its_locks_and_pages_after_two_minutes(cloud: Cloud) -> None:
    paused_after_the_first_step(cloud)
    cloud.run(110)
    assert cloud.delivered == []
    cloud.run(30)
    assert ["is held" in page["subject"] for page in cloud.delivered] == [True]
    assert cloud.world.durable.locks


def test_a_held_run_goes_on_when_the_pause_is_over(cloud: Cloud) -> None:
    paused_after_the_first_step(cloud)
    cloud.pauses = ()
    cloud.run(120)
    assert [verb for _, verb in cloud.verbs()] == ["start", "start"]
    assert cloud.incident(TARGET) is None


def test_a_held_run_is_given_up_after_its_limit_and_handed_to_a_person(cloud: Cloud) -> None:
    paused_after_the_first_step(cloud)
    (run,) = live(cloud)
    cloud.run(590)
    assert live(cloud)
    cloud.run(30)
    assert live(cloud) == []
    assert cloud.world.durable.locks == {}
    assert [verb for _, verb in cloud.verbs()] == ["start"]
    assert any(run.id in page["text"] or "held for 600 s" in page["text"] for page in cloud.delivered)
