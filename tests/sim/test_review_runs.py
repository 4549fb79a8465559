"""What a review found in the life of a run: pages that came once, a clock set back, evidence that never comes, a wave that has no debt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.model.records import RunState
from remediator.model.replies import CommandDone
from tests.sim.cloud import CONFIG
from tests.sim.test_review_base import Cloud, crash, live

pytestmark = pytest.mark.sim

THRICE = """
runbooks:
  - name: container-start
    summary: Start it, then see to it twice that it was started
    target: container
    risk: R1
    steps:
      - {id: start, do: container.start, timeout: 2m}
      - {id: again, do: container.start, timeout: 2m}
      - {id: last, do: container.start, timeout: 2m}
    verify: {check: container-state, within: 2m}
    held_at_most: 20m
"""


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    content = tmp_path / "content" / "runbooks"
    content.mkdir(parents=True)
    (content / "container.yaml").write_text(THRICE)
    made = Cloud(tmp_path, CONFIG + f"content: [{content.parent}]\n")
    yield made
    made.database.close()


def pages(cloud: Cloud, words: str) -> list[str]:
    return [page["subject"] for page in cloud.delivered if words in page["subject"]]


def test_each_doubt_of_a_run_is_a_page_of_its_own(cloud: Cloud) -> None:
    def lost(effect: Any) -> list[CommandDone]:
        cloud.apply(effect)
        cloud.hosts["h1"].down = True
        return [CommandDone(argv=effect.commands[0].argv, exit_code=None, output="", took_s=1.0, error="cut off")]

    cloud.on_act = lost
    crash(cloud)
    for doubts in (1, 2):
        assert cloud.run(400, until=lambda: any(run.state is RunState.IN_DOUBT for run in live(cloud)))
        cloud.run(20)
        assert len(pages(cloud, "is in doubt")) == doubts
        cloud.run(600)
        assert len(pages(cloud, "is in doubt")) == doubts, "it is told once"
        (run,) = live(cloud)
        cloud.hosts["h1"].down = False
        assert cloud.ask("resolve", run=run.id, outcome="applied", reason="looked").exit == 0


def test_each_hold_of_a_run_is_a_page_of_its_own(cloud: Cloud) -> None:
    def acted(effect: Any) -> list[CommandDone]:
        cloud.pauses = ("wait, I am looking",)
        return cloud.apply(effect)

    cloud.on_act = acted
    crash(cloud)
    for holds in (1, 2):
        assert cloud.run(120, until=lambda: any(run.state is RunState.HELD for run in live(cloud)))
        cloud.run(300)
        assert len(pages(cloud, "is held")) == holds
        cloud.pauses = ()
        cloud.run(3)
        assert len(cloud.acts) == holds + 1
