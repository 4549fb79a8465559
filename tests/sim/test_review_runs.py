"""What a review found in the life of a run: pages that came once, a clock set back, evidence that never comes, a wave that has no debt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.turn.wire import Collect, Collected, Effect
from remediator.model.actions import AtTurn, Built, PlanInput
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


class Slow(Cloud):
    """As `Cloud`; a sample of h1 takes `takes_s`."""

    takes_s = 1.0

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Collect) and effect.host == "h1":
            self.later.append((self.elapsed_s + self.takes_s, Collected(reply=self._reply(effect))))
            return
        super()._carry_out(effect)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Slow]:
    content = tmp_path / "content" / "runbooks"
    content.mkdir(parents=True)
    (content / "container.yaml").write_text(THRICE)
    made = Slow(tmp_path, CONFIG + f"content: [{content.parent}]\n")
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


@pytest.mark.parametrize("back", [True, False])
def test_a_step_whose_evidence_never_comes_is_held_told_and_given_up(cloud: Slow, back: bool) -> None:
    """Each sample of its host is older than may be when it arrives."""
    content = cloud.world.loaded.content
    start = content.actions["container.start"]

    def commands(order: PlanInput) -> Built:
        found = start.when.commands(order)
        assert isinstance(found, tuple)
        return tuple(replace(command, first=()) for command in found)

    late = AtTurn(commands=commands, at_plan=commands, fresh=True)
    fresh = {**content.actions, "container.start": replace(start, when=late, programs=(("systemctl", "start", "--"),))}
    steps = tuple(replace(step, action=fresh[step.action.name]) for step in content.runbooks["container-start"].steps)
    runbooks = {**content.runbooks, "container-start": replace(content.runbooks["container-start"], steps=steps)}
    cloud.world.loaded = replace(cloud.world.loaded, content=replace(content, actions=fresh, runbooks=runbooks))

    def acted(effect: Any) -> list[CommandDone]:
        cloud.takes_s = 150.0
        return cloud.apply(effect)

    cloud.on_act = acted
    crash(cloud)
    assert cloud.run(120, until=lambda: len(cloud.acts) == 1)
    assert cloud.run(400, until=lambda: any(run.state is RunState.HELD for run in live(cloud)))
    (run,) = live(cloud)
    assert run.reason == "waits for fresh evidence of h1"
    assert cloud.run(200, until=lambda: bool(pages(cloud, "is held")))
    if back:
        cloud.takes_s = 1.0
        cloud.on_act = None
        cloud.run(300)
        (run,) = live(cloud)
        assert "evidence" not in run.reason, "its guards are asked again: what it left was not seen soon enough"
    else:
        cloud.run(1200)
        assert (live(cloud), cloud.world.durable.locks, len(cloud.acts)) == ([], {}, 1)
        assert any("held for 1200 s" in page["text"] for page in cloud.delivered)
    assert cloud.world.waits.waiting == {}


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
