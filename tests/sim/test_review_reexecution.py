"""A step in doubt that was proved "not applied" is carried out again: on what evidence, how often, and beside what?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.model.replies import CommandDone
from tests.sim.test_review_base import TARGET, Cloud, crash, intended, live

pytestmark = pytest.mark.sim


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.database.close()


def test_what_recovered_while_we_were_dead_is_not_restarted(cloud: Cloud) -> None:
    cloud.run(20)
    unit = cloud.hosts["h1"].units["memcached"]
    unit.healthy = False
    cloud.on_act = lambda _effect: None
    assert cloud.run(120, until=lambda: intended(cloud))
    cloud.on_act = None
    unit.healthy = True  # its health check passes again: same StartedAt, same InvocationID
    cloud.crash()
    cloud.run(200)
    assert cloud.verbs() == []


def test_a_mode_that_was_taken_back_while_we_were_dead_is_honoured(cloud: Cloud) -> None:
    crash(cloud)
    cloud.on_act = lambda _effect: None
    assert cloud.run(120, until=lambda: intended(cloud))
    cloud.on_act = None
    path = cloud.directory / "config.yaml"
    path.write_text(path.read_text().replace("autonomy: {R1: auto, R2: auto}", "autonomy: {R1: shadow, R2: shadow}"))
    from remediator.config import load_config

    cloud.config = load_config(str(path), {})
    cloud.crash()
    cloud.run(200)
    assert cloud.verbs() == []


def test_a_step_that_never_arrives_is_not_tried_for_ever(cloud: Cloud) -> None:
    def lost(effect: Any) -> list[CommandDone]:
        return [CommandDone(argv=effect.commands[0].argv, exit_code=None, output="", took_s=60.0, error="no answer")]

    crash(cloud)
    cloud.on_act = lost
    cloud.run(3600)
    assert len(cloud.acts) <= 3
    assert cloud.delivered


def test_a_step_whose_thread_still_runs_is_not_started_a_second_time(cloud: Cloud) -> None:
    crash(cloud)
    cloud.on_act = lambda _effect: None  # the pool is busy, or the thread hangs: it has not reported back
    assert cloud.run(120, until=lambda: intended(cloud))
    cloud.run(900)
    assert len(cloud.acts) == 1


def test_a_held_run_ends_when_somebody_cured_it_meanwhile(cloud: Cloud) -> None:
    crash(cloud)
    cloud.on_act = lambda _effect: None
    assert cloud.run(120, until=lambda: intended(cloud))
    cloud.on_act = None
    cloud.pauses = ("look first",)
    cloud.crash()
    cloud.run(60)
    assert live(cloud) == [], "a run that may not go on gives its locks back"
    assert cloud.delivered, "and a person hears of it"
    cloud.hosts["h1"].units["memcached"].start(cloud.wall())  # the operator starts it by hand
    cloud.run(30)
    cloud.pauses = ()
    cloud.run(3600)
    assert cloud.acts[1:] == []
    assert live(cloud) == []
    assert cloud.world.locks == {}
    assert cloud.incident(TARGET) is None


def test_after_a_pause_nothing_is_done_on_evidence_from_before_its_end(cloud: Cloud) -> None:
    crash(cloud)
    cloud.on_act = lambda _effect: None
    assert cloud.run(120, until=lambda: intended(cloud))
    cloud.on_act = None
    cloud.pauses = ("look first",)
    cloud.crash()
    cloud.run(60)
    assert live(cloud) == []
    cloud.hosts["h1"].units["memcached"].start(cloud.wall())  # the operator starts it by hand, then ends the pause
    cloud.pauses = ()
    cloud.run(60)
    assert cloud.verbs() == []


def test_our_own_reset_failed_is_not_left_alone_as_an_operators_stop(cloud: Cloud) -> None:
    def half(effect: Any) -> None:
        unit = cloud.hosts["h1"].units["memcached"]
        unit.state, unit.substate, unit.result = "inactive", "dead", "success"  # reset-failed arrived, start did not
        return None

    crash(cloud)
    cloud.on_act = half
    assert cloud.run(120, until=lambda: intended(cloud))
    cloud.on_act = None
    cloud.crash()
    cloud.run(300)
    assert cloud.verbs() == [], "it looks like an operator's stop, so it is left alone"
    assert any("had begun" in page["text"] for page in cloud.delivered), "but a person hears that it was us who began"


def test_a_cancelled_run_is_not_started_again_at_the_next_sample(cloud: Cloud) -> None:
    crash(cloud)
    assert cloud.run(120, until=lambda: bool(live(cloud)))
    answer = cloud.ask("cancel", run=live(cloud)[0].id, reason="hands off, I am on it")
    assert answer.exit == 0
    cloud.run(60)
    assert cloud.acts == []


def test_killed_between_the_plan_and_the_intent_the_run_goes_on(cloud: Cloud) -> None:
    crash(cloud)
    assert cloud.run(120, until=lambda: bool(live(cloud)))
    assert not intended(cloud)
    cloud.crash()
    cloud.run(120)
    assert cloud.verbs() == [("h1", "start")]
    assert cloud.incident(TARGET) is None
