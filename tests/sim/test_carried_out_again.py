"""A step in doubt that was proved "not applied" is carried out again: on what evidence, how often, and beside what?"""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.config import load_config
from remediator.integrations import registry
from remediator.sim.cloud.reach import NEVER
from remediator.sim.cloud.shapes import FIVE_ALIKE
from remediator.sim.config import CONFIG, config_of
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"


def crash(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()


def killed_as_its_command_is_lost(cloud: Walked) -> None:
    """Let a container crash, its command be lost on the way, and the daemon be killed before it hears of that."""
    cloud.the_next_command_meets("lost_before", meanwhile=cloud.simulation.kill)
    crash(cloud)
    assert cloud.until(120, lambda: cloud.simulation.deaths == 1)


def intended(cloud: Walked) -> bool:
    return any(run.intent_at is not None for run in cloud.world.durable.runs.values())


def test_what_recovered_while_we_were_dead_is_not_restarted(cloud: Walked) -> None:
    service = cloud.service("h1", "memcached")
    cloud.the_next_command_meets("lost_before", meanwhile=cloud.simulation.kill)
    service.fall_sick()
    assert cloud.until(120, lambda: cloud.simulation.deaths == 1)
    service.sick = False  # its health check passes again: same StartedAt, same InvocationID
    cloud.simulation.revive()
    cloud.run(200)
    assert cloud.verbs() == []


def test_a_mode_that_was_taken_back_while_we_were_dead_is_honoured(cloud: Walked, tmp_path: Path) -> None:
    killed_as_its_command_is_lost(cloud)
    path = tmp_path / "config.yaml"
    shadow = CONFIG.replace("autonomy: {R1: auto, R2: auto}", "autonomy: {R1: shadow, R2: shadow}")
    path.write_text(config_of(FIVE_ALIKE, shadow))
    path.chmod(0o600)
    autonomy = load_config(str(path), {}, registry.sections).autonomy
    cloud.simulation.config = cloud.simulation.config.model_copy(update={"autonomy": autonomy})
    cloud.simulation.revive()
    cloud.run(200)
    assert cloud.verbs() == []


def test_a_step_that_never_arrives_is_not_tried_for_ever(cloud: Walked) -> None:
    cloud.simulation.luck.commands = ["lost_before"] * 100
    crash(cloud)
    cloud.run(3600, stride=15.0)
    assert 1 <= cloud.commands <= 3
    assert cloud.pages()


def test_a_step_whose_thread_still_runs_is_not_started_a_second_time(cloud: Walked) -> None:
    cloud.simulation.luck.commands = [NEVER]  # the pool is busy, or the thread hangs: it has not reported back
    crash(cloud)
    assert cloud.until(120, lambda: cloud.commands == 1)
    cloud.run(900, stride=15.0)
    assert cloud.commands == 1


def test_a_held_run_ends_when_somebody_cured_it_meanwhile(cloud: Walked) -> None:
    killed_as_its_command_is_lost(cloud)
    cloud.people.leave_a_file("there")
    cloud.simulation.revive()
    cloud.run(60)
    assert cloud.world.durable.runs == {}, "a run that may not go on gives its locks back"
    assert cloud.pages(), "and a person hears of it"
    cloud.starts_by_hand("h1", "memcached")
    cloud.run(30)
    cloud.people.let_go_of_the_file()
    cloud.run(3600, stride=15.0)
    assert cloud.commands == 1
    assert cloud.world.durable.runs == {}
    assert cloud.world.durable.locks == {}
    assert cloud.incident(TARGET) is None


def test_after_a_pause_nothing_is_done_on_evidence_from_before_its_end(cloud: Walked) -> None:
    killed_as_its_command_is_lost(cloud)
    cloud.people.leave_a_file("there")
    cloud.simulation.revive()
    cloud.run(60)
    assert cloud.world.durable.runs == {}
    cloud.starts_by_hand("h1", "memcached")
    cloud.people.let_go_of_the_file()  # the operator starts it by hand, then ends the pause
    cloud.run(80)
    assert cloud.verbs() == []


def test_our_own_reset_failed_is_not_left_alone_as_an_operators_stop(cloud: Walked) -> None:
    killed_as_its_command_is_lost(cloud)
    service = cloud.service("h1", "memcached")
    service.reset_failed()  # it arrived, and the start did not
    service.stopped_by_job = True
    cloud.simulation.revive()
    cloud.run(300)
    assert cloud.verbs() == [], "it looks like an operator's stop, so it is left alone"
    assert any("had begun" in page["text"] for page in cloud.whole_pages()), "but a person hears that it was us"


def test_a_cancelled_run_is_not_started_again_at_the_next_sample(cloud: Walked) -> None:
    crash(cloud)
    assert cloud.until(120, lambda: bool(cloud.world.durable.runs))
    (run,) = cloud.world.durable.runs
    assert cloud.ask("cancel", run=run, reason="hands off, I am on it").exit == 0
    cloud.run(80)
    assert cloud.commands == 0


def test_killed_between_the_plan_and_the_intent_the_run_goes_on(cloud: Walked) -> None:
    crash(cloud)
    assert cloud.until(120, lambda: bool(cloud.world.durable.runs))
    assert not intended(cloud)
    cloud.restart()
    cloud.run(120)
    assert cloud.verbs() == [("h1", "start")]
    assert cloud.incident(TARGET) is None
