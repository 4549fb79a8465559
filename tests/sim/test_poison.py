"""What cannot be handled costs itself alone: its turn is played again at once without it, and nobody blames the
store."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.daemon.state.asides import About
from remediator.integrations.container import facts as container_facts
from remediator.model.content.judging import State
from remediator.model.content.specs import Content
from remediator.model.messages.control import Answer
from remediator.model.messages.hooks import CannotTake, NotTaken, Taken
from remediator.model.messages.replies import Reach
from remediator.model.messages.signs import Sign
from remediator.model.values import Data, Unknown
from remediator.sim.cloud.services import Service
from remediator.sim.happenings.people import ROOT
from remediator.sim.simulation import Simulation, tell_logs
from remediator.store import tables
from remediator.store.journal import Journal
from tests.builders.hints import a_hint
from tests.sim.saying import says
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

ODD_CODE = 77


@pytest.fixture
def odd(cloud: Walked) -> Walked:
    """A cloud whose watch bears what fails of what a test puts into the daemon."""
    cloud.watch.mistaken = True
    return cloud


def post(cloud: Walked, key: str, **changes: Any) -> Future[Taken]:
    """Let a hint come into the daemon's queue, for its next turn."""
    return cloud.daemon.loop.submit(a_hint(key, **changes))


def poisoned(cloud: Walked, key: str) -> Future[Taken]:
    return post(cloud, key, service="x\ud800", state="CRITICAL")


def asked(cloud: Walked, op: str, **args: Any) -> Future[Answer]:
    """Let a request come into the daemon's queue, for its next turn."""
    return cloud.daemon.loop.ask(op, {"reason": "a test", **args}, ROOT)


def pages(cloud: Walked) -> list[dict[str, Any]]:
    with cloud.daemon.database.transaction() as connection:
        keys = list(connection.execute(sa.select(tables.outbox.c.key).order_by(tables.outbox.c.n)).scalars())
    return [{"key": key, **page} for key, page in zip(keys, cloud.whole_pages(), strict=True)]


def whole(cloud: Walked) -> tuple[str | None, str | None, bool]:
    return cloud.daemon.engine.store_error, cloud.daemon.engine.turn_error, cloud.world.durable.adopted


WELL = (None, None, True)


def runs(cloud: Walked, host: str, name: str) -> Callable[[], bool]:
    return lambda: cloud.service(host, name).running


def given(cloud: Walked, change: Callable[[Content], Content]) -> None:
    """Let the daemon reload, and find what `change` makes of the content."""
    cloud.simulation.content = change(cloud.simulation.content)
    cloud.simulation.reload()


# inputs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False])
def test_a_hint_that_cannot_be_stored_is_refused_and_the_others_of_its_turn_are_taken(odd: Walked, first: bool) -> None:
    bad: list[Future[Taken]] = []
    good: list[Future[Taken]] = []
    questions: list[Future[Answer]] = []
    before: list[int] = []

    def others() -> None:
        before.append(odd.world.samples.good_samples["h1"])
        good.append(post(odd, "good"))
        questions.append(asked(odd, "status"))

    def all_of_them() -> None:
        if first:
            bad.append(poisoned(odd, "bad"))
        others()
        if not first:
            bad.append(poisoned(odd, "bad"))

    odd.beside_a_reply("h1", all_of_them, after=not first)
    with pytest.raises(CannotTake, match="UnicodeEncodeError"):
        bad[0].result(timeout=0)
    assert good[0].result(timeout=0).duplicate is False
    assert questions[0].result(timeout=0).exit == 0
    assert odd.world.samples.good_samples["h1"] == before[0] + 1
    assert whole(odd) == WELL


def test_a_flood_of_such_hints_costs_a_few_turns_and_not_one_for_each(odd: Walked) -> None:
    bad: list[Future[Taken]] = []
    good: list[Future[Taken]] = []
    questions: list[Future[Answer]] = []

    def flood() -> None:
        bad.extend(poisoned(odd, str(n)) for n in range(100))
        good.append(post(odd, "good"))
        questions.append(asked(odd, "status"))

    odd.beside_a_reply("h1", flood)
    assert all(each.done() for each in bad)
    refused = Counter(type(each.exception(timeout=0)) for each in bad)
    assert (refused[CannotTake], refused[NotTaken]) == (5, 95)
    with pytest.raises(NotTaken, match="send it again"):
        good[0].result(timeout=0)
    again = post(odd, "good")
    odd.simulation.turn()
    assert again.result(timeout=0).duplicate is False
    assert questions[0].result(timeout=0).exit == 0
    assert sum(odd.world.health.counters["failed_inputs"].values()) < 10
    assert whole(odd) == WELL


def test_a_request_that_cannot_be_carried_out_is_told_so_and_undoes_nothing_else(odd: Walked) -> None:
    bad, good = asked(odd, "pause", reason="\ud800"), asked(odd, "pause", reason="in truth")
    odd.simulation.turn()
    assert bad.result(timeout=0).exit == 1
    assert good.result(timeout=0).exit == 0
    assert [each.reason for each in odd.world.durable.pauses.values()] == ["in truth"]


def test_a_check_that_waits_for_its_samples_still_gets_its_answer(odd: Walked) -> None:
    odd.host("h1").says_after_s = 5.0
    live = asked(odd, "check", names=["container-state"])
    odd.simulation.turn()
    odd.run(1)
    assert not live.done()
    bad = poisoned(odd, "bad")
    odd.simulation.turn()
    assert bad.done()
    odd.run(10)
    assert live.result(timeout=0).exit == 0


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), 10.0**300, -1.0])
def test_a_time_without_an_end_is_refused(cloud: Walked, seconds: float) -> None:
    for op, args in (("silence-add", {"matchers": ["host=h1"]}), ("downtime-add", {"target": "host/h1"})):
        assert cloud.ask(op, reason="r", for_s=seconds, **args).exit == 64
    assert sum(cloud.world.health.counters["failed_inputs"].values()) == 0


# replies ----------------------------------------------------------------------------------------------------------


def test_a_section_that_is_a_number_costs_that_section(cloud: Walked) -> None:
    """It was read raw before the gate once, and every turn failed from then on."""
    says(cloud, "h1", "host", lambda _data: 0.5)
    cloud.service("h1", "cron").crash()
    cloud.service("h2", "memcached").crash()
    assert cloud.until(120, runs(cloud, "h2", "memcached"))
    cloud.run(60)
    assert not cloud.service("h1", "cron").running, "what nobody knows is not acted upon"
    assert whole(cloud) == WELL
    assert cloud.world.health.asides.all() == []


class OddAssessment:
    """An assessment with a mistake in it: a host whose memcached has an exit code that it does not foresee cannot be
    judged."""

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


def with_odd_assessment(content: Content) -> Content:
    spec = content.checks["container-state"]
    odd = replace(spec, assess=replace(spec.assess, judge=OddAssessment(spec.assess.judge)))
    return replace(content, checks={**content.checks, "container-state": odd})


def test_a_reply_that_cannot_be_judged_makes_its_host_unknown_with_the_reason_and_is_paged_once(odd: Walked) -> None:
    given(odd, with_odd_assessment)
    odd.service("h1", "memcached").exit_code = ODD_CODE
    odd.service("h2", "cron").crash()
    assert odd.until(120, runs(odd, "h2", "cron"))
    result = odd.world.samples.results["container-state", "container/h1/memcached"]
    assert (result.state, dict(result.unknown)["running"]) == (State.UNKNOWN, "host_garbled")
    reachable = odd.world.samples.results["host-reachable", "host/h1"]
    assert reachable.state is State.CRITICAL
    assert "container-state: OverflowError: date value out of range" in reachable.output
    odd.run(300)
    assert len([page for page in pages(odd) if page["target"] == "host/h1"]) == 1
    asked_often = odd.world.health.counters["collections"][("result", "garbled"),]
    assert asked_often < 420 / 4, "it is asked at its interval, and not again at once"
    odd.service("h1", "memcached").exit_code = 0
    odd.run(60)
    assert odd.world.samples.results["container-state", "container/h1/memcached"].state is State.OK
    assert whole(odd) == WELL


def test_a_reply_that_cannot_be_judged_leaves_nothing_of_it_in_the_facts(odd: Walked) -> None:
    given(odd, with_odd_assessment)
    odd.service("h1", "memcached").exit_code = ODD_CODE
    odd.run(20)
    reply = odd.world.samples.facts.reply("h1")
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


def with_odd_rule(content: Content) -> Content:
    rule = content.rules["container-crashed"]
    odd: Any = OddCondition(rule.when)
    return replace(content, rules={**content.rules, rule.name: replace(rule, when=odd)})


def with_odd_verification(content: Content) -> Content:
    runbook = content.runbooks["container-start"]
    odd: Any = OddCondition(runbook.verify.failed_when)
    changed = replace(runbook, verify=replace(runbook.verify, failed_when=odd))
    return replace(content, runbooks={**content.runbooks, runbook.name: changed})


def test_an_incident_that_cannot_be_decided_costs_itself_alone_and_is_paged_once(odd: Walked) -> None:
    given(odd, with_odd_rule)
    odd.service("h1", "cron").crash(ODD_CODE)
    odd.service("h2", "cron").crash()
    assert odd.until(180, runs(odd, "h2", "cron"))
    odd.run(300)
    incident = odd.incident("container/h1/cron")
    assert incident is not None
    assert [each.about for each in odd.world.health.asides.all()] == [About(kind="incident", name=incident.id)]
    told = [page for page in pages(odd) if page["key"].endswith(":set_aside")]
    assert [page["key"] for page in told] == [f"{incident.id}:set_aside"]
    assert "ZeroDivisionError" in told[0]["text"]
    assert odd.world.health.counters["failed_handlings"][("kind", "incident"),] <= 6, "waits grow"
    status = odd.ask("status").data
    assert [row["name"] for row in status["failing"]] == [incident.id]
    why = next(row["why"] for row in status["open"] if row["id"] == incident.id)
    assert (why["kind"], "ZeroDivisionError" in why["reason"]) == ("failing", True)
    assert whole(odd) == WELL
    odd.service("h1", "cron").exit_code = 1
    assert odd.until(700, runs(odd, "h1", "cron"))
    odd.run(5)
    assert odd.world.health.asides.all() == []
    with odd.daemon.database.transaction() as connection:
        line = sa.select(tables.timeline.c.kind).where(tables.timeline.c.incident == incident.id)
        kinds = list(connection.execute(line.order_by(tables.timeline.c.n)).scalars())
    assert [kind for kind in kinds if kind in ("set_aside", "handled")] == ["set_aside", "handled"]


def test_a_run_that_cannot_be_handled_ends_and_lets_go_of_its_locks(odd: Walked) -> None:
    given(odd, with_odd_verification)
    odd.service("h1", "cron").life_s = 0.5
    odd.service("h1", "cron").crash()
    assert odd.until(120, lambda: any(run.verify_from for run in odd.world.durable.runs.values()))
    says(odd, "h1", "containers", lambda data: data["containers"]["cron"].update(exit_code=ODD_CODE))
    odd.run(60)
    assert {each.about.kind for each in odd.world.health.asides.all()} == {"run"}
    odd.service("h2", "memcached").crash()
    assert odd.until(120, runs(odd, "h2", "memcached"))
    assert odd.until(1500, lambda: not odd.world.durable.runs)
    assert odd.world.durable.locks == {}
    assert odd.world.health.asides.all() == []
    assert whole(odd) == WELL


def test_a_part_that_the_gate_rests_on_holds_all_while_it_cannot_be_handled(odd: Walked) -> None:
    odd.people.wrap("host/h2")
    looked, odd.world.setup.process_alive = odd.world.setup.process_alive, lambda _pid, _started: {}[_pid]  # type: ignore[index]
    odd.run(5)
    odd.service("h1", "cron").crash()
    odd.run(200)
    assert odd.commands == 0
    assert odd.ask("status").data["failing"][0]["holds_all"] is True
    assert [page["subject"] for page in pages(odd) if "turn part" in page["subject"]] == [
        "remediator does nothing: turn part mutes"
    ]
    assert "KeyError" in next(page["text"] for page in pages(odd) if "turn part" in page["subject"])
    odd.world.health.asides.failed(About(kind="part", name="groups"), ValueError("another"), odd.now(), holds_all=True)
    odd.run(5)
    assert [page["subject"] for page in pages(odd) if "turn part" in page["subject"]][1:] == [
        "remediator does nothing: turn part groups"
    ], "a second part has a page of its own"
    assert whole(odd) == WELL
    odd.world.setup.process_alive = looked
    assert odd.until(900, runs(odd, "h1", "cron"))


def test_everything_that_fails_at_once_is_one_part_of_the_turn(odd: Walked) -> None:
    """A mistake of ours that meets every incident must not play the turn again for each of them."""
    given(odd, with_odd_rule)
    names = [f"more{n}" for n in range(12)]
    for name in names:
        odd.host("h1").services[name] = Service("h1", name, odd.simulation.timeline)
    odd.run(20)
    for name in names:
        odd.service("h1", name).crash(ODD_CODE)
    odd.run(60)
    assert About(kind="part", name="decisions") in {each.about for each in odd.world.health.asides.all()}
    assert sum(odd.world.health.counters["failed_handlings"].values()) < 20
    assert whole(odd) == WELL


# a whole turn -----------------------------------------------------------------------------------------------------


def test_a_turn_that_fails_is_not_blamed_on_the_store_and_starves_the_watchdog(tmp_path: Path) -> None:
    """What the store holds is whole, and cannot be taken over: a mistake of ours, or of somebody who wrote into it."""
    simulation = Simulation(tmp_path)
    tell_logs(simulation)
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
    taken = loop.submit(a_hint("in a turn that fails"))
    simulation.run(20)
    assert isinstance(taken.exception(timeout=0), NotTaken), "it may be sent again, and the store is well"
    assert engine.store_error is None
    assert engine.turn_error is not None
    assert loop.loop_age_s() >= time.monotonic() - began_s
    assert simulation.ask("status", ROOT) is None
    simulation.close()


# times to come ----------------------------------------------------------------------------------------------------


def far_sign(cloud: Walked) -> Sign:
    at = cloud.now().wall.replace(year=9999)
    return Sign(kind="container_created", host="h2", service="cron", at=at, key="k", detail="it says so")


def test_a_stored_sign_from_a_time_to_come_holds_for_its_time_and_no_longer(cloud: Walked) -> None:
    with cloud.daemon.database.transaction() as connection:
        Journal(connection, cloud.now()).sign(far_sign(cloud))
    cloud.restart()
    cloud.run(20)
    cloud.service("h1", "cron").crash()
    cloud.run(600)
    assert not cloud.service("h1", "cron").running, "for the time of maintenance it holds that service"
    assert whole(cloud) == WELL
    assert cloud.until(900, runs(cloud, "h1", "cron"))
    assert cloud.until(120, lambda: "k" not in cloud.world.durable.signs)


def test_a_file_that_bears_a_time_to_come_holds_from_when_it_was_first_seen(cloud: Walked) -> None:
    later_s = cloud.now().wall.timestamp() + 3600.0
    cloud.host("h2").etc_kolla = {"cron": {"sha256": "0" * 64, "mtime": later_s}}
    cloud.run(20)
    cloud.service("h1", "cron").crash()
    cloud.run(600)
    assert not cloud.service("h1", "cron").running
    assert cloud.until(900, runs(cloud, "h1", "cron"))
    assert all(sign.at <= cloud.now().wall for sign in cloud.world.durable.signs.values())
