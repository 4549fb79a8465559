"""What cannot be handled costs itself alone: its turn is played again at once without it, and nobody blames the store."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from remediator.daemon.turn.asides import About
from remediator.daemon.turn.wire import Asked, Collect, Collected, HintCame, Input
from remediator.integrations.container import facts as container_facts
from remediator.model.control import Actor, Answer
from remediator.model.hooks import CannotTake, Hint, NotTaken, Taken
from remediator.model.judging import State
from remediator.model.replies import Reach
from remediator.model.signs import Sign
from remediator.model.values import Data, Unknown
from remediator.sim.simulation import Simulation
from remediator.store import tables
from tests.sim.test_review_base import Cloud, Host

pytestmark = pytest.mark.sim

ALEX = Actor(name="alex", uid=0, login_uid=1000)
ODD_CODE = 77


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A traceback with everything in it takes seconds to be printed for a person; nobody reads it here."""

    def drop(_logger: Any, _level: str, _event: Any) -> Any:
        raise structlog.DropEvent

    structlog.configure(processors=[drop])
    yield
    structlog.reset_defaults()


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.database.close()


def hint(key: str, **changes: Any) -> HintCame:
    base: dict[str, Any] = {
        "source": "nagios", "key": key, "host": "h1", "service": None, "state": "DOWN", "state_type": "HARD", "attempt": 1,
        "notification_type": "PROBLEM", "downtime_depth": 0, "output": "", "problem_id": "1", "raw": {},
    }  # fmt: skip
    taken: Future[Taken] = Future()
    return HintCame(hint=Hint(**(base | changes)), taken=taken)


def poisoned_hint(key: str) -> HintCame:
    return hint(key, service="x\ud800", state="CRITICAL")


def asked(op: str, **args: Any) -> Asked:
    answer: Future[Answer] = Future()
    return Asked(op=op, args={"reason": "a test", **args}, actor=ALEX, answer=answer)


def sample(cloud: Cloud, host: str) -> Collected:
    return Collected(reply=cloud._reply(Collect(host=host)))


def pages(cloud: Cloud) -> list[dict[str, Any]]:
    with cloud.database.transaction() as connection:
        found = connection.execute(sa.select(tables.outbox.c.key, tables.outbox.c.body).order_by(tables.outbox.c.n))
        return [{"key": row.key, **json.loads(row.body)} for row in found]


def whole(cloud: Cloud) -> tuple[str | None, str | None, bool]:
    return cloud.engine.store_error, cloud.engine.turn_error, cloud.world.durable.adopted


WELL = (None, None, True)


def host(cloud: Cloud, name: str) -> Host:
    found = cloud.hosts[name]
    assert isinstance(found, Host)
    return found


# inputs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False])
def test_a_hint_that_cannot_be_stored_is_refused_and_the_others_of_its_turn_are_taken(
    cloud: Cloud, first: bool
) -> None:
    cloud.run(20)
    before = cloud.world.samples.good_samples["h1"]
    bad, good, question = poisoned_hint("bad"), hint("good"), asked("status")
    others: list[Input] = [good, question, sample(cloud, "h1")]
    cloud.step(*([bad, *others] if first else [*others, bad]))
    with pytest.raises(CannotTake, match="UnicodeEncodeError"):
        bad.taken.result(timeout=0)
    assert good.taken.result(timeout=0).duplicate is False
    assert question.answer.result(timeout=0).exit == 0
    assert cloud.world.samples.good_samples["h1"] == before + 1
    assert whole(cloud) == WELL


def test_a_flood_of_such_hints_costs_a_few_turns_and_not_one_for_each(cloud: Cloud) -> None:
    cloud.run(20)
    bad = [poisoned_hint(str(n)) for n in range(100)]
    question = asked("status")
    good = hint("good")
    cloud.step(*bad, good, question, sample(cloud, "h1"))
    assert all(each.taken.done() for each in bad)
    refused = Counter(type(each.taken.exception(timeout=0)) for each in bad)
    assert (refused[CannotTake], refused[NotTaken]) == (5, 95)
    with pytest.raises(NotTaken, match="send it again"):
        good.taken.result(timeout=0)
    again = hint("good")
    cloud.step(again)
    assert again.taken.result(timeout=0).duplicate is False
    assert question.answer.result(timeout=0).exit == 0
    assert sum(cloud.world.health.counters["failed_inputs"].values()) < 10
    assert whole(cloud) == WELL


def test_a_request_that_cannot_be_carried_out_is_told_so_and_undoes_nothing_else(cloud: Cloud) -> None:
    cloud.run(20)
    bad, good = asked("pause", reason="\ud800"), asked("pause", reason="in truth")
    cloud.step(bad, good)
    assert bad.answer.result(timeout=0).exit == 1
    assert good.answer.result(timeout=0).exit == 0
    assert [each.reason for each in cloud.world.durable.pauses.values()] == ["in truth"]


def test_a_check_that_waits_for_its_samples_still_gets_its_answer(cloud: Cloud) -> None:
    cloud.run(20)
    live = asked("check", names=["container-state"])
    cloud.step(live)
    cloud.run(1)
    cloud.step(poisoned_hint("bad"))
    cloud.run(10)
    assert live.answer.result(timeout=0).exit == 0


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), 10.0**300, -1.0])
def test_a_time_without_an_end_is_refused(cloud: Cloud, seconds: float) -> None:
    cloud.run(5)
    for op, args in (("silence-add", {"matchers": ["host=h1"]}), ("downtime-add", {"target": "host/h1"})):
        assert cloud.ask(op, reason="r", for_s=seconds, **args).exit == 64
    assert sum(cloud.world.health.counters["failed_inputs"].values()) == 0


# replies ----------------------------------------------------------------------------------------------------------


def test_a_section_that_is_a_number_costs_that_section(cloud: Cloud) -> None:
    """It was read raw before the gate once, and every turn failed from then on."""
    cloud.run(20)
    host(cloud, "h1").extra = {"host": 0.5}
    cloud.hosts["h1"].units["cron"].fail()
    cloud.hosts["h2"].units["memcached"].fail()
    assert cloud.run(120, lambda: cloud.hosts["h2"].units["memcached"].running)
    cloud.run(60)
    assert not cloud.hosts["h1"].units["cron"].running, "what nobody knows is not acted upon"
    assert whole(cloud) == WELL
    assert cloud.world.health.asides.all() == []


class OddAssessment:
    """An assessment with a mistake in it: a host whose memcached has an exit code that it does not foresee cannot be judged."""

    def __init__(self, judge: Any) -> None:
        self._judge = judge

    def __call__(self, evidence: Any) -> Any:
        for host in evidence.hosts:
            reply = evidence.reply(host)
            found = container_facts.of(reply) if reply is not None else Unknown("none")
            if isinstance(found, Unknown) or found.containers is None:
                continue
            if found.containers["memcached"].exit_code == ODD_CODE:
                raise OverflowError("date value out of range")
        return self._judge(evidence)


def with_odd_assessment(cloud: Cloud, check: str) -> None:
    spec = cloud.world.loaded.content.checks[check]
    odd = replace(spec, assess=replace(spec.assess, judge=OddAssessment(spec.assess.judge)))
    cloud.world.loaded.content.checks[check] = odd  # type: ignore[index]


def _odd(data: Any) -> None:
    data["containers"]["memcached"]["exit_code"] = ODD_CODE


def test_a_reply_that_cannot_be_judged_makes_its_host_unknown_with_the_reason_and_is_paged_once(cloud: Cloud) -> None:
    cloud.run(20)
    with_odd_assessment(cloud, "container-state")
    host(cloud, "h1").patch = {"containers": _odd}
    cloud.hosts["h2"].units["cron"].fail()
    assert cloud.run(120, lambda: cloud.hosts["h2"].units["cron"].running)
    result = cloud.world.samples.results["container-state", "container/h1/memcached"]
    assert (result.state, dict(result.unknown)["running"]) == (State.UNKNOWN, "host_garbled")
    reachable = cloud.world.samples.results["host-reachable", "host/h1"]
    assert reachable.state is State.CRITICAL
    assert "container-state: OverflowError: date value out of range" in reachable.output
    cloud.run(300)
    assert len([page for page in pages(cloud) if page["target"] == "host/h1"]) == 1
    asked_often = cloud.world.health.counters["collections"][("result", "garbled"),]
    assert asked_often < 420 / 4, "it is asked at its interval, and not again at once"
    host(cloud, "h1").patch = {}
    cloud.run(60)
    assert cloud.world.samples.results["container-state", "container/h1/memcached"].state is State.OK
    assert whole(cloud) == WELL


def test_a_reply_that_cannot_be_judged_leaves_nothing_of_it_in_the_facts(cloud: Cloud) -> None:
    cloud.run(20)
    with_odd_assessment(cloud, "container-state")
    host(cloud, "h1").patch = {"containers": _odd}
    cloud.run(10)
    reply = cloud.world.samples.facts.reply("h1")
    assert reply is not None
    assert reply.reach is Reach.GARBLED
    assert all(isinstance(reply.section(name), Unknown) for name in ("containers", "host", "disk"))


# what follows from them -------------------------------------------------------------------------------------------


class OddCondition:
    """A condition with a mistake in it."""

    text = "odd"

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def evaluate(self, data: Data) -> bool | Unknown:
        if data.get("exit_code") == ODD_CODE:
            raise ZeroDivisionError("division by zero")
        found: bool | Unknown = self._inner.evaluate(data)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def with_odd_rule(cloud: Cloud, name: str) -> None:
    rule = cloud.world.loaded.content.rules[name]
    cloud.world.loaded.content.rules[name] = replace(rule, when=OddCondition(rule.when))  # type: ignore[index]
    cloud.world.take_content(cloud.world.loaded.config, cloud.world.loaded.content, cloud.world.loaded.inventory)


def test_an_incident_that_cannot_be_decided_costs_itself_alone_and_is_paged_once(cloud: Cloud) -> None:
    cloud.run(20)
    with_odd_rule(cloud, "container-crashed")
    host(cloud, "h1").patch = {"containers": lambda data: data["containers"]["cron"].update(exit_code=ODD_CODE)}
    cloud.hosts["h1"].units["cron"].fail()
    cloud.hosts["h2"].units["cron"].fail()
    assert cloud.run(180, lambda: cloud.hosts["h2"].units["cron"].running)
    cloud.run(300)
    incident = cloud.incident("container/h1/cron")
    assert [each.about for each in cloud.world.health.asides.all()] == [About(kind="incident", name=incident.id)]
    told = [page for page in pages(cloud) if page["key"].endswith(":set_aside")]
    assert [page["key"] for page in told] == [f"{incident.id}:set_aside"]
    assert "ZeroDivisionError" in told[0]["text"]
    assert cloud.world.health.counters["failed_handlings"][("kind", "incident"),] <= 6, "waits grow"
    status = cloud.ask("status").data
    assert [row["name"] for row in status["failing"]] == [incident.id]
    why = next(row["why"] for row in status["open"] if row["id"] == incident.id)
    assert (why["kind"], "ZeroDivisionError" in why["reason"]) == ("failing", True)
    assert whole(cloud) == WELL
    host(cloud, "h1").patch = {}
    assert cloud.run(700, lambda: cloud.hosts["h1"].units["cron"].running)
    assert cloud.world.health.asides.all() == []
    with cloud.database.transaction() as connection:
        line = sa.select(tables.timeline.c.kind).where(tables.timeline.c.incident == incident.id)
        kinds = list(connection.execute(line.order_by(tables.timeline.c.n)).scalars())
    assert [kind for kind in kinds if kind in ("set_aside", "handled")] == ["set_aside", "handled"]


def test_a_run_that_cannot_be_handled_ends_and_lets_go_of_its_locks(cloud: Cloud) -> None:
    cloud.run(20)
    runbook = cloud.world.loaded.content.runbooks["container-start"]
    verify = replace(runbook.verify, failed_when=OddCondition(runbook.verify.failed_when))
    cloud.world.loaded.content.runbooks["container-start"] = replace(runbook, verify=verify)  # type: ignore[index]
    unit = cloud.hosts["h1"].units["cron"]
    unit.fail()
    unit.dies_on_start = True
    assert cloud.run(120, lambda: any(run.verify_from for run in cloud.world.durable.runs.values()))
    host(cloud, "h1").patch = {"containers": lambda data: data["containers"]["cron"].update(exit_code=ODD_CODE)}
    cloud.run(60)
    assert {each.about.kind for each in cloud.world.health.asides.all()} == {"run"}
    cloud.hosts["h2"].units["memcached"].fail()
    assert cloud.run(120, lambda: cloud.hosts["h2"].units["memcached"].running)
    assert cloud.run(1500, lambda: not cloud.world.durable.runs)
    assert cloud.world.durable.locks == {}
    assert cloud.world.health.asides.all() == []
    assert whole(cloud) == WELL


def test_a_part_that_the_gate_rests_on_holds_all_while_it_cannot_be_handled(cloud: Cloud) -> None:
    cloud.run(20)
    assert cloud.ask("wrap-begin", reason="r", scope="host/h2", pid=7, command="true").exit == 0
    whole_world, cloud.world.setup.process_alive = cloud.world.setup.process_alive, lambda _pid, _started: {}[_pid]  # type: ignore[index]
    cloud.run(5)
    cloud.hosts["h1"].units["cron"].fail()
    cloud.run(200)
    assert not cloud.hosts["h1"].units["cron"].running
    assert cloud.ask("status").data["failing"][0]["holds_all"] is True
    assert [page["subject"] for page in pages(cloud) if "turn part" in page["subject"]] == [
        "remediator does nothing: turn part mutes"
    ]
    assert "KeyError" in next(page["text"] for page in pages(cloud) if "turn part" in page["subject"])
    cloud.world.health.asides.failed(
        About(kind="part", name="groups"), ValueError("another"), cloud.now(), holds_all=True
    )
    cloud.run(5)
    assert [page["subject"] for page in pages(cloud) if "turn part" in page["subject"]][1:] == [
        "remediator does nothing: turn part groups"
    ], "a second part has a page of its own"
    assert whole(cloud) == WELL
    cloud.world.setup.process_alive = whole_world
    assert cloud.run(900, lambda: cloud.hosts["h1"].units["cron"].running)


def test_everything_that_fails_at_once_is_one_part_of_the_turn(cloud: Cloud) -> None:
    """A mistake of ours that meets every incident must not play the turn again for each of them."""
    cloud.run(20)
    with_odd_rule(cloud, "container-crashed")
    names = [f"more{n}" for n in range(12)]
    for name in names:
        cloud.hosts["h1"].units[name] = replace(cloud.hosts["h1"].units["cron"], name=name)
    cloud.run(20)
    for name in names:
        cloud.hosts["h1"].units[name].fail()
    host(cloud, "h1").patch = {
        "containers": lambda data: [data["containers"][name].update(exit_code=ODD_CODE) for name in names]
    }
    cloud.run(60)
    assert About(kind="part", name="decisions") in {each.about for each in cloud.world.health.asides.all()}
    assert sum(cloud.world.health.counters["failed_handlings"].values()) < 20
    assert whole(cloud) == WELL


# a whole turn -----------------------------------------------------------------------------------------------------


def test_a_turn_that_fails_is_not_blamed_on_the_store_and_starves_the_watchdog(tmp_path: Path) -> None:
    """What the store holds is whole, and cannot be taken over: a mistake of ours, or of somebody who wrote into it."""
    simulation = Simulation(tmp_path)
    simulation.start()
    simulation.run(60)
    daemon = simulation.daemon
    assert daemon is not None
    loop, engine = daemon.loop, daemon.engine
    simulation.cloud.hosts["ctl1"].services["memcached"].crash()
    assert simulation.run(60, lambda: bool(daemon.world.durable.incidents))
    assert loop.loop_age_s() < 5
    with daemon.database.transaction() as connection:
        connection.execute(tables.incidents.update().values(body='{"target": 7}'))
    daemon.world.durable.adopted = False
    began_s = time.monotonic()
    taken = daemon.loop.submit(hint("in a turn that fails").hint)
    simulation.run(20)
    assert isinstance(taken.exception(timeout=0), NotTaken), "it may be sent again, and the store is well"
    assert engine.store_error is None
    assert engine.turn_error is not None
    assert loop.loop_age_s() >= time.monotonic() - began_s
    assert simulation.ask("status", ALEX) is None
    simulation.close()


# times to come ----------------------------------------------------------------------------------------------------


def far_sign(cloud: Cloud) -> Sign:
    at = cloud.now().wall.replace(year=9999)
    return Sign(kind="container_created", host="h2", service="cron", at=at, key="k", detail="it says so")


def test_a_stored_sign_from_a_time_to_come_holds_for_its_time_and_no_longer(cloud: Cloud) -> None:
    cloud.run(20)
    with cloud.database.transaction() as connection:
        from remediator.store.journal import Journal

        Journal(connection, cloud.now()).sign(far_sign(cloud))
    cloud.crash()
    cloud.run(20)
    cloud.hosts["h1"].units["cron"].fail()
    cloud.run(600)
    assert not cloud.hosts["h1"].units["cron"].running, "for the time of maintenance it holds that service"
    assert whole(cloud) == WELL
    assert cloud.run(900, lambda: cloud.hosts["h1"].units["cron"].running)
    assert cloud.run(120, lambda: "k" not in cloud.world.durable.signs)


def test_a_file_that_bears_a_time_to_come_holds_from_when_it_was_first_seen(cloud: Cloud) -> None:
    cloud.run(20)
    touched = {"cron": {"sha256": "0" * 64, "mtime": cloud.now().wall.timestamp() + 3600.0}}
    host(cloud, "h2").patch = {"host": lambda data: data.update(etc_kolla=touched)}
    cloud.run(20)
    cloud.hosts["h1"].units["cron"].fail()
    cloud.run(600)
    assert not cloud.hosts["h1"].units["cron"].running
    assert cloud.run(900, lambda: cloud.hosts["h1"].units["cron"].running)
    assert all(sign.at <= cloud.now().wall for sign in cloud.world.durable.signs.values())
