"""The brakes in the real daemon: storms, our own view, what people mute and approve, what came undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.model.messages.control import Actor
from remediator.model.records.records import IncidentState, Run, RunState
from remediator.sim.config import CONFIG
from remediator.sim.happenings.people import OTHER
from remediator.sim.stories.stories import APPROVING
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

CURED_S = 70.0
"""Sampled bad three times, started, and proven to have held; a command leaves before the half of it."""
NOBODY = Actor(name="lee", uid=1002, login_uid=1002)


@pytest.fixture
def careful() -> Iterator[Walked]:
    made = Walked(APPROVING)
    yield made
    made.close()


def target(host: str, name: str = "memcached") -> str:
    return f"container/{host}/{name}"


def fail(cloud: Walked, *hosts: str, unit: str = "memcached") -> None:
    for host in hosts:
        cloud.service(host, unit).crash()


def refusing(cloud: Walked, text: str) -> set[str]:
    """Return the guards that refused in the newest decision about `text`."""
    incidents = cloud.world.durable.incidents
    found = [each for each in cloud.world.durable.decisions.values() if incidents[each.incident].target.text == text]
    return {verdict.guard for each in found for verdict in each.verdicts if not verdict.allow}


def known(cloud: Walked, text: str) -> str:
    """Return the number of the open incident about `text`."""
    incident = cloud.incident(text)
    assert incident is not None
    return incident.id


# storms -----------------------------------------------------------------------------------------------------------


def test_two_unrelated_broken_hosts_of_five_are_cured(cloud: Walked) -> None:
    fail(cloud, "h1")
    fail(cloud, "h2", unit="cron")
    cloud.run(120)
    assert sorted(cloud.verbs()) == [("h1", "start"), ("h2", "start")]
    assert cloud.world.health.storms == {}


def test_a_third_within_the_window_opens_the_breaker_though_the_others_are_cured(cloud: Walked) -> None:
    fail(cloud, "h1")
    fail(cloud, "h2", unit="cron")
    cloud.run(120)
    fail(cloud, "h3")
    cloud.run(CURED_S)
    assert len(cloud.verbs()) == 2
    assert "storm" in refusing(cloud, target("h3"))
    assert "cloud" in cloud.world.health.storms
    assert any("storm breaker" in subject for subject in cloud.pages())
    cloud.run(700)
    assert cloud.world.health.storms == {}, "R1 and R2 close by themselves"
    assert ("h3", "start") in cloud.verbs()
    assert cloud.world.durable.storm_latched is not None, "R3 waits for a person"


def test_an_open_breaker_and_its_latch_survive_a_restart(cloud: Walked) -> None:
    fail(cloud, "h1", "h2", "h3")
    cloud.run(CURED_S)
    assert cloud.verbs() == []
    cloud.restart()
    cloud.run(CURED_S)
    assert cloud.verbs() == []
    assert cloud.world.health.storms
    assert cloud.world.durable.storm_latched is not None
    assert cloud.ask("brake-close", reason="looked at it").exit == 4
    cloud.run(700)
    assert cloud.ask("brake-close", reason="looked at it").exit == 0
    assert cloud.world.durable.storm_latched is None
    cloud.restart()
    cloud.run(5)
    assert cloud.world.durable.storm_latched is None


def test_what_a_down_host_explains_is_no_storm(cloud: Walked) -> None:
    cloud.host("h5").ssh = "refused"
    cloud.host("h4").ssh = "refused"
    cloud.run(CURED_S)
    fail(cloud, "h1")
    cloud.run(CURED_S)
    assert cloud.world.health.storms, "two hosts gone and one broken are three hosts of five"
    assert len({incident.target.host for incident in cloud.world.durable.incidents.values()}) == 3


# our own view -----------------------------------------------------------------------------------------------------


def test_cut_off_from_most_hosts_it_does_nothing_but_says_so_once(cloud: Walked) -> None:
    fail(cloud, "h1")
    for host in ("h2", "h3", "h4"):
        cloud.host(host).ssh = "refused"
    cloud.run(120)
    assert cloud.verbs() == []
    subjects = cloud.pages()
    assert len([each for each in subjects if "cut off" in each]) == 1
    assert len(subjects) == 1, "not a page for each host, nor one for a storm"
    assert cloud.world.health.storms == {}
    for host in ("h2", "h3", "h4"):
        cloud.host(host).ssh = "ok"
    cloud.run(CURED_S)
    assert cloud.world.health.cut_off_since is None
    assert cloud.verbs() == [("h1", "start")], "what was broken all along is cured as soon as we see again"
    assert len(cloud.pages()) == 1


def test_hosts_that_stay_away_after_we_see_again_count_once_more(cloud: Walked) -> None:
    for host in ("h2", "h3", "h4"):
        cloud.host(host).ssh = "refused"
    cloud.run(120)
    cloud.host("h4").ssh = "ok"
    cloud.run(CURED_S)
    assert cloud.world.health.cut_off_since is None
    assert len(cloud.pages()) == 1, "they may be on their way back"
    cloud.run(150)
    assert len([each for each in cloud.pages() if "host/h2" in each or "host/h3" in each]) == 2
    fail(cloud, "h1")
    cloud.run(CURED_S)
    assert cloud.world.health.storms, "two hosts gone and one broken are three hosts of five"
    assert cloud.verbs() == []


# mutes ------------------------------------------------------------------------------------------------------------


def test_a_silence_mutes_what_it_matches_until_its_end(cloud: Walked) -> None:
    cloud.people.silence("h1", None, 300)
    fail(cloud, "h1", "h2")
    cloud.run(CURED_S)
    assert cloud.verbs() == [("h2", "start")]
    assert refusing(cloud, target("h1")) == {"silence"}
    cloud.restart()
    cloud.run(CURED_S)
    assert cloud.verbs() == [("h2", "start")], "it survives a restart"
    cloud.run(300)
    assert ("h1", "start") in cloud.verbs()
    assert cloud.ask("silence-list").data == {"silences": []}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"matchers": []}, "match everything"),
        ({"matchers": ['host=~".*"']}, "match everything"),
        ({"matchers": ['hots="h1"']}, "hots"),
        ({"matchers": ['host="h1"'], "for_s": 0}, "needs an end"),
        ({"matchers": ['host="h1"'], "for_s": 8 * 86400}, "too long"),
        ({"matchers": ['host="h1"'], "reason": ""}, "--reason"),
    ],
)
def test_a_wrong_silence_has_its_sentence(cloud: Walked, args: dict[str, Any], words: str) -> None:
    answer = cloud.ask("silence-add", **args)
    assert answer.exit == 64
    assert words in answer.error
    assert cloud.world.durable.silences == {}


def test_a_downtime_of_a_host_covers_what_stands_on_it(cloud: Walked) -> None:
    unknown = cloud.ask("downtime-add", target="host/h9")
    assert unknown.exit == 64
    assert "host/h9" in unknown.error
    cloud.people.downtime("h1", None, 3600)
    (downtime,) = cloud.account.downtimes
    fail(cloud, "h1")
    cloud.run(CURED_S)
    assert refusing(cloud, target("h1")) == {"downtime"}
    ended = cloud.people.end_downtime(downtime)
    assert ended is not None
    assert ended.exit == 0
    cloud.run(CURED_S)
    assert cloud.verbs() == [("h1", "start")]


def test_several_pauses_are_a_set_and_each_is_lifted_by_itself(cloud: Walked) -> None:
    first = cloud.ask("pause", reason="upgrade").data["pause"]
    second = cloud.ask("pause", reason="audit").data["pause"]
    both = cloud.ask("resume")
    assert both.exit == 64
    assert [each["id"] for each in both.data["pauses"]] == [first, second]
    assert cloud.ask("resume", pause=first).data["paused"] is True
    cloud.restart()
    cloud.run(3)
    assert list(cloud.world.durable.pauses) == [second]
    assert cloud.ask("resume", all=True).data["paused"] is False


def test_a_wrapped_command_holds_its_scope_until_its_end_and_the_time_of_maintenance_after(cloud: Walked) -> None:
    cloud.people.accept("all")
    assert cloud.ask("wrap-begin", scope="host/h9", command="c", pid=1, pid_started="").exit == 64
    cloud.people.wrap("host/h1")
    (wrap,) = cloud.people.wraps()
    fail(cloud, "h1", "h2")
    cloud.run(90)
    assert cloud.verbs() == [("h2", "start")]
    assert refusing(cloud, target("h1")) == {"maintenance"}
    cloud.people.kill_wrap(wrap)  # nobody said that it ended
    cloud.run(600)
    assert cloud.verbs() == [("h2", "start")]
    cloud.run(400)
    assert ("h1", "start") in cloud.verbs()


def test_a_host_that_just_booted_is_left_alone(cloud: Walked) -> None:
    cloud.host("h1").reboot()
    fail(cloud, "h1")
    cloud.run(CURED_S)
    assert refusing(cloud, target("h1")) == {"host_boot"}
    assert cloud.verbs() == []
    cloud.run(180)
    assert cloud.verbs() == [("h1", "start")]


@pytest.mark.parametrize(("engine", "verbs"), [("podman", [("h1", "start")]), ("docker", [])])
def test_an_engine_without_a_daemon_is_never_young(engine: str, verbs: list[tuple[str, str]]) -> None:
    """A collector finds no unit of the engine: Podman has none, Docker's may not be known."""
    cloud = Walked(engines={"h1": engine})
    cloud.host("h1").engine_unit_known = False
    cloud.run(30)
    fail(cloud, "h1")
    cloud.run(CURED_S)
    assert cloud.verbs() == verbs
    if not verbs:
        assert refusing(cloud, target("h1")) == {"host_boot"}
    cloud.close()


# approvals --------------------------------------------------------------------------------------------------------


def waiting(cloud: Walked) -> Run:
    (run,) = cloud.world.durable.runs.values()
    assert run.state is RunState.WAITING_APPROVAL
    return run


def test_a_plan_waits_for_its_approval_and_then_cures(careful: Walked) -> None:
    fail(careful, "h1")
    careful.run(CURED_S)
    run = waiting(careful)
    assert careful.verbs() == []
    assert careful.world.durable.locks == {}, "what only waits holds no lock"
    assert careful.ask("approve", NOBODY, run=run.id).exit == 4
    changed = careful.ask("approve", OTHER, run=run.id, plan="0" * 64)
    assert (changed.exit, "changed" in changed.error) == (4, True)
    careful.restart()
    careful.run(40)
    said = careful.people.approve_one(run.id, run.plan.hash)
    assert said is not None
    assert said.exit == 0
    careful.run(CURED_S)
    assert careful.verbs() == [("h1", "start")]
    assert careful.incident(target("h1")) is None
    used = careful.ask("approve", OTHER, run=run.id)
    assert (used.exit, "used" in used.error) == (4, True)


def test_an_approval_comes_too_late_after_15_minutes(careful: Walked) -> None:
    fail(careful, "h1")
    careful.run(CURED_S)
    run = waiting(careful)
    careful.run(905)
    late = careful.ask("approve", OTHER, run=run.id)
    assert (late.exit, "expired" in late.error) == (4, True)
    careful.run(CURED_S)
    assert waiting(careful).id != run.id, "a new plan waits"
    assert len([subject for subject in careful.pages() if "waits for an approval" in subject]) == 1


def test_evidence_is_gathered_again_after_the_approval(careful: Walked) -> None:
    fail(careful, "h1")
    careful.run(CURED_S)
    run = waiting(careful)
    careful.service("h1", "memcached").invocation += 1  # somebody tried by hand, and it failed again
    said = careful.people.approve_one(run.id, run.plan.hash)
    assert said is not None
    assert said.exit == 0
    careful.run(CURED_S)
    assert careful.verbs() == []
    assert "changed" in careful.refused_guards(run.id)


def test_a_denied_plan_is_not_proposed_again(careful: Walked) -> None:
    fail(careful, "h1")
    careful.run(CURED_S)
    run = waiting(careful)
    assert careful.ask("deny", OTHER, run=run.id, reason="I do it by hand").exit == 0
    careful.run(120)
    assert careful.world.durable.runs == {}
    incident = careful.incident(target("h1"))
    assert incident is not None
    assert incident.state is IncidentState.ESCALATED


# acknowledgements -------------------------------------------------------------------------------------------------


def test_a_ladder_that_ended_without_a_cure_waits_for_an_ack_in_the_next_incident(cloud: Walked) -> None:
    cloud.service("h1", "memcached").life_s = 0.5
    fail(cloud, "h1")
    cloud.run(400)
    first = cloud.incident(target("h1"))
    assert first is not None
    assert first.state is IncidentState.ESCALATED
    starts = len(cloud.verbs())
    assert starts == 1
    cloud.starts_by_hand("h1", "memcached")
    cloud.run(90)
    assert cloud.incident(target("h1")) is None
    fail(cloud, "h1")
    cloud.run(120)
    assert len(cloud.verbs()) == starts
    assert "ack" in refusing(cloud, target("h1"))
    cloud.restart()
    cloud.run(CURED_S)
    assert len(cloud.verbs()) == starts
    answer = cloud.people.acknowledge_one(target("h1"), first.id)
    assert answer is not None
    assert answer.exit == 0
    cloud.run(120)
    assert len(cloud.verbs()) == starts + 1


def test_three_cures_that_came_undone_switch_the_rule_off_until_acknowledged(cloud: Walked) -> None:
    for cures in (1, 2, 3):
        fail(cloud, "h1")
        cloud.run(200)
        assert len(cloud.verbs()) == cures
    fail(cloud, "h1")
    cloud.run(200)
    assert len(cloud.verbs()) == 3
    assert refusing(cloud, target("h1")) == {"undone"}
    answer = cloud.people.acknowledge_one(target("h1"), known(cloud, target("h1")))
    assert answer is not None
    assert answer.exit == 0
    cloud.run(120)
    assert len(cloud.verbs()) == 4


R3 = """
runbooks:
  - name: risky-start
    summary: The start of a container, as if it could lose data
    target: container
    risk: R3
    steps:
      - {id: start, do: container.start, timeout: 2m}
    verify: {check: container-state, within: 2m}
"""
PERSON = Actor(name="alex", uid=0, login_uid=1000)
SAME_AS_PERSON = (
    Actor(name="alexandra", uid=1000, login_uid=None, may_approve=True),
    Actor(name="ops", uid=1900, login_uid=1000, may_approve=True),
    Actor(name="root", uid=0, login_uid=None),
    Actor(name="toor", uid=0, login_uid=0),
)
"""Other names of the same person, and those of whom nobody can tell that they are not."""
SHADOW = "R2: auto, R3: approve, rules: {container-crashed: shadow}}"


@pytest.fixture
def risky(tmp_path: Path) -> Iterator[Walked]:
    content = tmp_path / "content" / "runbooks"
    content.mkdir(parents=True)
    (content / "risky.yaml").write_text(R3)
    made = Walked(CONFIG.replace("R2: auto}", SHADOW) + f"content: [{content.parent}]\n")
    fail(made, "h1")
    made.run(80)
    yield made
    made.close()


def test_who_asked_for_an_r3_plan_is_not_who_approves_it(risky: Walked) -> None:
    answer = risky.ask("execute", PERSON, runbook="risky-start", target=target("h1"))
    assert (answer.exit, answer.data.get("waits")) == (0, "approval")
    run = waiting(risky)
    own = risky.ask("approve", PERSON, run=run.id)
    assert (own.exit, "somebody else" in own.error) == (4, True)
    for same in SAME_AS_PERSON:
        said = risky.ask("approve", same, run=run.id)
        assert (said.exit, said.error != "") == (4, True), same
    assert risky.verbs() == []
    good = risky.people.approve_one(run.id, run.plan.hash)
    assert good is not None
    assert good.exit == 0
    risky.run(CURED_S)
    assert risky.verbs() == [("h1", "start")]


def test_what_root_asked_for_without_a_login_nobody_approves(risky: Walked) -> None:
    root = Actor(name="root", uid=0, login_uid=None)
    assert risky.ask("execute", root, runbook="risky-start", target=target("h1")).exit == 0
    said = risky.ask("approve", OTHER, run=waiting(risky).id)
    assert (said.exit, "nobody can tell who asked" in said.error) == (4, True)
    risky.run(CURED_S)
    assert risky.verbs() == []


def test_a_plan_whose_problem_is_gone_waits_no_longer(careful: Walked) -> None:
    fail(careful, "h1")
    careful.run(CURED_S)
    waiting(careful)
    careful.starts_by_hand("h1", "memcached")
    careful.run(60)
    assert careful.world.durable.runs == {}
    assert careful.incident(target("h1")) is None
    assert careful.verbs() == []
