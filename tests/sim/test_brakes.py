"""The brakes in the real engine: storms, our own view, what people mute and approve, what came undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.wire import Asked
from remediator.model.control import Actor, Answer
from remediator.model.records import IncidentState, RunState
from remediator.model.replies import Section
from tests.sim.cloud import CONFIG, Cloud, FakeHost, Unit

pytestmark = pytest.mark.sim

NAMES = ("h1", "h2", "h3", "h4", "h5")
FIVE = CONFIG.replace(
    "    h1: {address: 192.0.2.1, groups: [control]}\n    h2: {address: 192.0.2.2, groups: [control]}\n",
    "".join(f"    {name}: {{address: 192.0.2.{n}, groups: [control]}}\n" for n, name in enumerate(NAMES, 1)),
)
APPROVE = FIVE.replace("autonomy: {R1: auto, R2: auto}", "autonomy: {R1: approve, R2: auto}")


def made(path: Path, config: str = FIVE) -> Cloud:
    cloud = Cloud(path, config)
    cloud.hosts = {
        name: FakeHost(name, {"memcached": Unit("memcached"), "cron": Unit("cron")}, boot_id=f"boot-{name}")
        for name in NAMES
    }
    return cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    each = made(tmp_path)
    yield each
    each.database.close()


@pytest.fixture
def careful(tmp_path: Path) -> Iterator[Cloud]:
    each = made(tmp_path, APPROVE)
    yield each
    each.database.close()


def target(host: str, name: str = "memcached") -> str:
    return f"container/{host}/{name}"


def fail(cloud: Cloud, *hosts: str, unit: str = "memcached") -> None:
    for host in hosts:
        cloud.hosts[host].units[unit].fail()


def refusing(cloud: Cloud, text: str) -> set[str]:
    """Return the guards that refused in the newest decision about `text`."""
    found = [
        each for each in cloud.world.decisions.values() if cloud.world.incidents[each.incident].target.text == text
    ]
    return {verdict.guard for each in found for verdict in each.verdicts if not verdict.allow}


def asked(cloud: Cloud, op: str, actor: Actor, **args: Any) -> Answer:
    from concurrent.futures import Future

    answer: Future[Answer] = Future()
    cloud.step(Asked(op=op, args=args, actor=actor, answer=answer))
    return answer.result(timeout=0)


OTHER = Actor(name="kim", uid=1001, login_uid=1001, may_approve=True)
NOBODY = Actor(name="lee", uid=1002, login_uid=1002)


# storms -----------------------------------------------------------------------------------------------------------


def test_two_unrelated_broken_hosts_of_five_are_cured(cloud: Cloud) -> None:
    cloud.run(20)
    fail(cloud, "h1")
    fail(cloud, "h2", unit="cron")
    cloud.run(120)
    assert sorted(cloud.verbs()) == [("h1", "start"), ("h2", "start")]
    assert cloud.world.storms == {}


def test_a_third_within_the_window_opens_the_breaker_though_the_others_are_cured(cloud: Cloud) -> None:
    cloud.run(20)
    fail(cloud, "h1")
    fail(cloud, "h2", unit="cron")
    cloud.run(120)
    fail(cloud, "h3")
    cloud.run(60)
    assert len(cloud.verbs()) == 2
    assert "storm" in refusing(cloud, target("h3"))
    assert "cloud" in cloud.world.storms
    assert any("storm breaker" in page["subject"] for page in cloud.delivered)
    cloud.run(700)
    assert cloud.world.storms == {}, "R1 and R2 close by themselves"
    assert ("h3", "start") in cloud.verbs()
    assert cloud.world.storm_latched is not None, "R3 waits for a person"


def test_an_open_breaker_and_its_latch_survive_a_restart(cloud: Cloud) -> None:
    cloud.run(20)
    fail(cloud, "h1", "h2", "h3")
    cloud.run(60)
    assert cloud.verbs() == []
    cloud.crash()
    cloud.run(60)
    assert cloud.verbs() == []
    assert cloud.world.storms
    assert cloud.world.storm_latched is not None
    assert cloud.ask("brake-close", reason="looked at it").exit == 4
    cloud.run(700)
    assert cloud.ask("brake-close", reason="looked at it").exit == 0
    assert cloud.world.storm_latched is None
    cloud.crash()
    cloud.run(5)
    assert cloud.world.storm_latched is None


def test_what_a_down_host_explains_is_no_storm(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hosts["h5"].down = True
    cloud.hosts["h4"].down = True
    cloud.run(60)
    fail(cloud, "h1")
    cloud.run(60)
    assert cloud.world.storms, "two hosts gone and one broken are three hosts of five"
    assert len({incident.target.host for incident in cloud.world.incidents.values()}) == 3


# our own view -----------------------------------------------------------------------------------------------------


def test_cut_off_from_most_hosts_it_does_nothing_but_says_so_once(cloud: Cloud) -> None:
    cloud.run(20)
    fail(cloud, "h1")
    for host in ("h2", "h3", "h4"):
        cloud.hosts[host].down = True
    cloud.run(120)
    assert cloud.verbs() == []
    subjects = [page["subject"] for page in cloud.delivered]
    assert len([each for each in subjects if "cut off" in each]) == 1
    assert len(subjects) == 1, "not a page for each host, nor one for a storm"
    assert cloud.world.storms == {}
    for host in ("h2", "h3", "h4"):
        cloud.hosts[host].down = False
    cloud.run(60)
    assert cloud.world.cut_off_since is None
    assert cloud.verbs() == [("h1", "start")], "what was broken all along is cured as soon as we see again"
    assert len(cloud.delivered) == 1


def test_hosts_that_stay_away_after_we_see_again_count_once_more(cloud: Cloud) -> None:
    cloud.run(20)
    for host in ("h2", "h3", "h4"):
        cloud.hosts[host].down = True
    cloud.run(120)
    cloud.hosts["h4"].down = False
    cloud.run(60)
    assert cloud.world.cut_off_since is None
    assert len(cloud.delivered) == 1, "they may be on their way back"
    cloud.run(150)
    subjects = [page["subject"] for page in cloud.delivered]
    assert len([each for each in subjects if "host/h2" in each or "host/h3" in each]) == 2
    fail(cloud, "h1")
    cloud.run(60)
    assert cloud.world.storms, "two hosts gone and one broken are three hosts of five"
    assert cloud.verbs() == []


# mutes ------------------------------------------------------------------------------------------------------------


def test_a_silence_mutes_what_it_matches_until_its_end(cloud: Cloud) -> None:
    cloud.run(20)
    answer = cloud.ask("silence-add", matchers=['host="h1"'], for_s=300, reason="moving it")
    assert answer.exit == 0
    fail(cloud, "h1", "h2")
    cloud.run(60)
    assert cloud.verbs() == [("h2", "start")]
    assert refusing(cloud, target("h1")) == {"silence"}
    cloud.crash()
    cloud.run(60)
    assert cloud.verbs() == [("h2", "start")], "it survives a restart"
    cloud.run(300)
    assert ("h1", "start") in cloud.verbs()
    assert cloud.ask("silence-list").data == {"silences": []}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"matchers": [], "reason": "x"}, "match everything"),
        ({"matchers": ['host=~".*"'], "reason": "x"}, "match everything"),
        ({"matchers": ['hots="h1"'], "reason": "x"}, "hots"),
        ({"matchers": ['host="h1"'], "for_s": 0, "reason": "x"}, "needs an end"),
        ({"matchers": ['host="h1"'], "for_s": 8 * 86400, "reason": "x"}, "too long"),
        ({"matchers": ['host="h1"']}, "--reason"),
    ],
)
def test_a_wrong_silence_has_its_sentence(cloud: Cloud, args: dict[str, Any], words: str) -> None:
    answer = cloud.ask("silence-add", **args)
    assert answer.exit == 64
    assert words in answer.error
    assert cloud.world.silences == {}


def test_a_downtime_of_a_host_covers_what_stands_on_it(cloud: Cloud) -> None:
    cloud.run(20)
    unknown = cloud.ask("downtime-add", target="host/h9", reason="x")
    assert unknown.exit == 64
    assert "host/h9" in unknown.error
    made_one = cloud.ask("downtime-add", target="host/h1", reason="new disk")
    assert made_one.exit == 0
    fail(cloud, "h1")
    cloud.run(60)
    assert refusing(cloud, target("h1")) == {"downtime"}
    assert cloud.ask("downtime-end", id=made_one.data["downtime"]["id"], reason="done").exit == 0
    cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]


def test_several_pauses_are_a_set_and_each_is_lifted_by_itself(cloud: Cloud) -> None:
    first = cloud.ask("pause", reason="upgrade").data["pause"]
    second = cloud.ask("pause", reason="audit").data["pause"]
    both = cloud.ask("resume", reason="x")
    assert both.exit == 64
    assert [each["id"] for each in both.data["pauses"]] == [first, second]
    assert cloud.ask("resume", pause=first, reason="x").data["paused"] is True
    cloud.crash()
    cloud.run(3)
    assert list(cloud.world.pauses) == [second]
    assert cloud.ask("resume", all=True, reason="x").data["paused"] is False


def test_a_wrapped_command_holds_its_scope_until_its_end_and_the_time_of_maintenance_after(cloud: Cloud) -> None:
    cloud.run(20)
    assert cloud.ask("baseline-accept", scope="all", reason="whole").exit == 0
    wrong = cloud.ask("wrap-begin", scope="host/h9", reason="x", command="c", pid=1, pid_started="")
    assert wrong.exit == 64
    wrap = cloud.ask("wrap-begin", scope="host/h1", reason="deploy", command="kolla-ansible", pid=1, pid_started="")
    assert wrap.exit == 0
    fail(cloud, "h1", "h2")
    cloud.run(90)
    assert cloud.verbs() == [("h2", "start")]
    assert refusing(cloud, target("h1")) == {"maintenance"}
    cloud.world.process_alive = lambda _pid, _started: False  # killed: nobody said that it ended
    cloud.run(600)
    assert cloud.verbs() == [("h2", "start")]
    cloud.run(400)
    assert ("h1", "start") in cloud.verbs()


def test_a_host_that_just_booted_is_left_alone(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hosts["h1"].booted_age_s = 60.0
    fail(cloud, "h1")
    cloud.run(60)
    assert refusing(cloud, target("h1")) == {"host_boot"}
    cloud.hosts["h1"].booted_age_s = 700.0
    cloud.run(30)
    assert cloud.verbs() == [("h1", "start")]


class HostWithoutEngineUnit(FakeHost):
    """One whose collector finds no unit of the engine: Podman has none, Docker's may not be known."""

    def sections(self, now: datetime) -> dict[str, Section]:
        found = super().sections(now)
        return {**found, "host": Section(data={**found["host"].data, "engine_unit": None})}


@pytest.mark.parametrize(("engine", "verbs"), [("podman", [("h1", "start")]), ("docker", [])])
def test_an_engine_without_a_daemon_is_never_young(tmp_path: Path, engine: str, verbs: list[tuple[str, str]]) -> None:
    cloud = made(tmp_path, FIVE.replace("192.0.2.1,", f"192.0.2.1, engine: {engine},"))
    cloud.hosts["h1"] = HostWithoutEngineUnit("h1", dict(cloud.hosts["h1"].units), boot_id="boot-h1")
    cloud.run(20)
    fail(cloud, "h1")
    cloud.run(60)
    assert cloud.verbs() == verbs
    if not verbs:
        assert refusing(cloud, target("h1")) == {"host_boot"}
    cloud.database.close()


# approvals --------------------------------------------------------------------------------------------------------


def waiting(cloud: Cloud) -> Any:
    (run,) = cloud.world.runs.values()
    assert run.state is RunState.WAITING_APPROVAL
    return run


def test_a_plan_waits_for_its_approval_and_then_cures(careful: Cloud) -> None:
    careful.run(20)
    fail(careful, "h1")
    careful.run(60)
    run = waiting(careful)
    assert careful.verbs() == []
    assert careful.world.locks == {}, "what only waits holds no lock"
    assert asked(careful, "approve", NOBODY, run=run.id).exit == 4
    changed = asked(careful, "approve", OTHER, run=run.id, plan="0" * 64)
    assert (changed.exit, "changed" in changed.error) == (4, True)
    careful.crash()
    careful.run(20)
    assert asked(careful, "approve", OTHER, run=run.id, plan=run.plan.hash, reason="go").exit == 0
    careful.run(60)
    assert careful.verbs() == [("h1", "start")]
    assert careful.incident(target("h1")) is None
    used = asked(careful, "approve", OTHER, run=run.id)
    assert (used.exit, "used" in used.error) == (4, True)


def test_an_approval_comes_too_late_after_15_minutes(careful: Cloud) -> None:
    careful.run(20)
    fail(careful, "h1")
    careful.run(60)
    run = waiting(careful)
    careful.run(905)
    late = asked(careful, "approve", OTHER, run=run.id)
    assert (late.exit, "expired" in late.error) == (4, True)
    careful.run(60)
    assert waiting(careful).id != run.id, "a new plan waits"
    assert len([page for page in careful.delivered if "waits for an approval" in page["subject"]]) == 1


def test_evidence_is_gathered_again_after_the_approval(careful: Cloud) -> None:
    careful.run(20)
    fail(careful, "h1")
    careful.run(60)
    run = waiting(careful)
    unit = careful.hosts["h1"].units["memcached"]
    unit.invocation += 1  # somebody tried by hand, and it failed again
    assert asked(careful, "approve", OTHER, run=run.id).exit == 0
    careful.run(60)
    assert careful.verbs() == []
    assert ("changed" in careful.refused_guards(run.id)) is True


def test_a_denied_plan_is_not_proposed_again(careful: Cloud) -> None:
    careful.run(20)
    fail(careful, "h1")
    careful.run(60)
    run = waiting(careful)
    assert asked(careful, "deny", OTHER, run=run.id, reason="I do it by hand").exit == 0
    careful.run(120)
    assert careful.world.runs == {}
    assert careful.incident(target("h1")).state is IncidentState.ESCALATED


# acknowledgements -------------------------------------------------------------------------------------------------


def test_a_ladder_that_ended_without_a_cure_waits_for_an_ack_in_the_next_incident(cloud: Cloud) -> None:
    cloud.run(20)
    unit = cloud.hosts["h1"].units["memcached"]
    unit.dies_on_start = True
    unit.fail()
    cloud.run(400)
    first = cloud.incident(target("h1"))
    assert first.state is IncidentState.ESCALATED
    starts = len(cloud.verbs())
    unit.dies_on_start = False
    unit.start(cloud.wall())
    cloud.run(60)
    assert cloud.incident(target("h1")) is None
    unit.fail()
    cloud.run(120)
    assert len(cloud.verbs()) == starts
    assert "ack" in refusing(cloud, target("h1"))
    cloud.crash()
    cloud.run(60)
    assert len(cloud.verbs()) == starts
    assert cloud.ask("ack", incident=first.id, reason="it was the image").exit == 0
    cloud.run(120)
    assert len(cloud.verbs()) == starts + 1


def test_three_cures_that_came_undone_switch_the_rule_off_until_acknowledged(cloud: Cloud) -> None:
    cloud.run(20)
    unit = cloud.hosts["h1"].units["memcached"]
    for cures in (1, 2, 3):
        unit.fail()
        cloud.run(200)
        assert len(cloud.verbs()) == cures
    unit.fail()
    cloud.run(200)
    assert len(cloud.verbs()) == 3
    assert refusing(cloud, target("h1")) == {"undone"}
    assert cloud.ask("ack", incident=cloud.incident(target("h1")).id, reason="new memory is on its way").exit == 0
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


def test_who_asked_for_an_r3_plan_is_not_who_approves_it(tmp_path: Path) -> None:
    content = tmp_path / "content" / "runbooks"
    content.mkdir(parents=True)
    (content / "risky.yaml").write_text(R3)
    cloud = made(
        tmp_path,
        FIVE.replace("R2: auto}", "R2: auto, R3: approve, rules: {container-crashed: shadow}}")
        + f"content: [{content.parent}]\n",
    )
    cloud.run(20)
    fail(cloud, "h1")
    cloud.run(70)
    answer = asked(cloud, "execute", PERSON, runbook="risky-start", target=target("h1"), reason="x")
    assert (answer.exit, answer.data.get("waits")) == (0, "approval")
    run = waiting(cloud)
    own = asked(cloud, "approve", PERSON, run=run.id)
    assert (own.exit, "somebody else" in own.error) == (4, True)
    for same in SAME_AS_PERSON:
        said = asked(cloud, "approve", same, run=run.id)
        assert (said.exit, said.error != "") == (4, True), same
    assert cloud.verbs() == []
    assert asked(cloud, "approve", OTHER, run=run.id).exit == 0
    cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]
    cloud.database.close()


def test_what_root_asked_for_without_a_login_nobody_approves(tmp_path: Path) -> None:
    content = tmp_path / "content" / "runbooks"
    content.mkdir(parents=True)
    (content / "risky.yaml").write_text(R3)
    cloud = made(
        tmp_path,
        FIVE.replace("R2: auto}", "R2: auto, R3: approve, rules: {container-crashed: shadow}}")
        + f"content: [{content.parent}]\n",
    )
    cloud.run(20)
    fail(cloud, "h1")
    cloud.run(70)
    root = Actor(name="root", uid=0, login_uid=None)
    assert asked(cloud, "execute", root, runbook="risky-start", target=target("h1"), reason="x").exit == 0
    said = asked(cloud, "approve", OTHER, run=waiting(cloud).id)
    assert (said.exit, "nobody can tell who asked" in said.error) == (4, True)
    cloud.run(60)
    assert cloud.verbs() == []
    cloud.database.close()


def test_a_plan_whose_problem_is_gone_waits_no_longer(careful: Cloud) -> None:
    careful.run(20)
    fail(careful, "h1")
    careful.run(60)
    waiting(careful)
    careful.hosts["h1"].units["memcached"].start(careful.wall())
    careful.run(30)
    assert careful.world.runs == {}
    assert careful.incident(target("h1")) is None
    assert careful.verbs() == []
