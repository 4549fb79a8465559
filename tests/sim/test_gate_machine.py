"""The whole gate under a state machine: faults, clocks, restarts, mutes, approvals and people in any order, and a watch beside it.

What may hold a command is kept by `gate_watch`, which asks no guard; it is asked about every command that leaves. The first
tests take one guard away and show that the watch then objects: it would notice. `REMEDIATOR_DEEP=1` walks long.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from remediator.daemon.wire import Asked
from remediator.model.actions import Probe
from remediator.model.control import Actor, Answer
from remediator.model.records import RunState, StepState
from remediator.model.values import Unknown
from remediator.runs import machine as runs_machine
from remediator.safety import gate
from remediator.safety.guard import allow
from tests.sim.gate_watch import APPROVE, AUTO, NAMES, UNITS, Mute, Node, Violation, Watched, Worked

pytestmark = pytest.mark.sim

DEEP = os.environ.get("REMEDIATOR_DEEP") == "1"
ROOT = Actor(name="alex", uid=0, login_uid=1000)
OTHER = Actor(name="kim", uid=1001, login_uid=1001, may_approve=True)
NOBODY = Actor(name="lee", uid=1002, login_uid=1002)
OUTCOMES = ("ok", "refused", "lost_applied", "lost_not", "lost_late", "crash_applied", "crash_not", "crash_late")

KINDS = (
    "pause file", "pause", "silence", "downtime", "nagios", "wrap", "ansible", "stopped", "recreated", "boots", "down",
)  # fmt: skip
hosts = st.sampled_from(("h1", "h1", "h2", *NAMES))
units = st.sampled_from(UNITS)
spans = st.sampled_from((30, 120, 600))


def asked(cloud: Watched, op: str, actor: Actor = ROOT, **args: Any) -> Answer:
    answer: Future[Answer] = Future()
    cloud.step(Asked(op=op, args={"reason": "a walk", **args}, actor=actor, answer=answer))
    return answer.result(timeout=0)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False)
    yield
    structlog.configure(**before)


class Gate(RuleBasedStateMachine):
    """Rules are what happens to the cloud, to the daemon, and what people say."""

    config = AUTO

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="gate-"))
        self.cloud = Watched(self.directory, self.config)
        self.account = self.cloud.account
        self.counter = 0
        self.broken = False

    @initialize()
    def warm_up(self) -> None:
        self.cloud.pass_time(15)

    def number(self) -> int:
        self.counter += 1
        return self.counter

    # the cloud ----------------------------------------------------------------------------------------------------

    @rule(host=hosts, unit=units, wait=st.sampled_from((0, 5, 40)))
    def fails(self, host: str, unit: str, wait: int) -> None:
        self.cloud.hosts[host].units[unit].fail()
        self.cloud.pass_time(wait)

    @rule(host=hosts, unit=units, outcome=st.sampled_from(OUTCOMES))
    def something_fails_and_its_cure_meets(self, host: str, unit: str, outcome: str) -> None:
        self.fails_and_the_cure_meets(host, unit, outcome)

    def fails_and_the_cure_meets(self, host: str, unit: str, outcome: str) -> None:
        self.cloud.hosts[host].units[unit].fail()
        self.cloud.outcome = outcome
        self.cloud.pass_time(25)
        self.approve_all()
        self.cloud.pass_time(25)

    @rule(host=hosts, unit=units, seconds=st.sampled_from((45, 90)))
    def fails_again_and_again(self, host: str, unit: str, seconds: int) -> None:
        for _ in range(3):
            self.cloud.hosts[host].units[unit].fail()
            self.cloud.pass_time(25)
            self.approve_all()
            self.cloud.pass_time(seconds)

    @rule(host=hosts, unit=units)
    def is_started_by_hand(self, host: str, unit: str) -> None:
        self.cloud.hosts[host].units[unit].start(self.cloud.wall())

    @rule(host=hosts, unit=units, dies=st.booleans())
    def dies_on_start(self, host: str, unit: str, dies: bool) -> None:
        each = self.cloud.hosts[host].units[unit]
        each.dies_on_start = dies
        if dies:
            each.fail()
            self.cloud.pass_time(40)

    @rule(host=hosts)
    def is_unhealthy(self, host: str) -> None:
        self.cloud.hosts[host].units["memcached"].healthy = False
        self.cloud.pass_time(25)

    def is_stopped_by_an_operator(self, host: str, unit: str) -> None:
        each = self.cloud.hosts[host].units[unit]
        each.state, each.substate, each.result = "inactive", "dead", "success"

    def goes_or_comes(self, host: str, down: bool) -> None:
        self.cloud.hosts[host].down = down

    def boots(self, host: str) -> None:
        node = self.cloud.hosts[host]
        assert isinstance(node, Node)
        node.booted_at = self.cloud.wall()
        node.boot_id = f"{host}-{self.number()}"
        for unit in node.units.values():
            unit.restart(self.cloud.wall())

    def is_recreated(self, host: str, unit: str) -> None:
        each = self.cloud.hosts[host].units[unit]
        each.created, each.image = self.cloud.wall(), f"image-{self.number() + 1}"
        each.restart(self.cloud.wall())

    def ansible(self, host: str, at_work: bool) -> None:
        one = {"pid": 100 + self.number(), "start": 1, "what": "ansible-playbook"}
        self.cloud.hosts[host].ansible = [one] if at_work else []

    # time and the daemon -------------------------------------------------------------------------------------------

    @rule(seconds=st.integers(1, 60))
    def time_passes(self, seconds: int) -> None:
        self.cloud.pass_time(seconds)

    @rule(seconds=st.sampled_from((200, 650, 1000)))
    def much_time_passes(self, seconds: int) -> None:
        self.cloud.pass_time(seconds, stride=5)

    @rule(by=st.sampled_from((-3600, -30, -6, -3, -3, 3, 3, 4, 6, 60, 1000, 4000, 200000)), ticks=st.integers(0, 3))
    def the_clock_steps(self, by: int, ticks: int) -> None:
        self.cloud.wall_offset_s += by
        self.cloud.pass_time(ticks)

    @rule()
    def restarts(self) -> None:
        self.cloud.crash()

    @rule(outcome=st.sampled_from(OUTCOMES))
    def the_next_command_meets(self, outcome: str) -> None:
        self.cloud.outcome = outcome

    @rule(kind=st.sampled_from(KINDS), host=hosts, unit=units, span=spans, wide=st.booleans())
    def something_holds(self, kind: str, host: str, unit: str, span: int, wide: bool) -> None:
        """Somebody mutes, works on a host, or stops something; or a host goes away or boots."""
        one = None if wide else unit
        stories: dict[str, Callable[[], None]] = {
            "pause file": lambda: self.pause_file("there" if wide else "unreadable"),
            "pause": self.pauses,
            "silence": lambda: self.silences(host, one, unit == "cron", span),
            "downtime": lambda: self.downtime(host, one, span),
            "nagios": lambda: self.nagios_says(host, one, 1),
            "wrap": lambda: self.wraps("all" if wide else f"host/{host}"),
            "ansible": lambda: self.ansible(host, True),
            "stopped": lambda: self.is_stopped_by_an_operator(host, unit),
            "recreated": lambda: self.is_recreated(host, unit),
            "boots": lambda: self.boots(host),
            "down": lambda: self.goes_or_comes(host, True),
        }
        stories[kind]()
        event(f"held: {kind}")

    @rule(kind=st.sampled_from(("pause file", "nagios", "ansible", "down")), host=hosts, unit=st.none() | units)
    def something_lets_go(self, kind: str, host: str, unit: str | None) -> None:
        stories: dict[str, Callable[[], None]] = {
            "pause file": lambda: self.pause_file("gone"),
            "nagios": lambda: self.nagios_says(host, unit, 0),
            "ansible": lambda: self.ansible(host, False),
            "down": lambda: self.goes_or_comes(host, False),
        }
        stories[kind]()

    # mutes --------------------------------------------------------------------------------------------------------

    def pause_file(self, what: str) -> None:
        self.cloud.pauses = {"there": ("PAUSE is there",), "unreadable": Unknown("EACCES")}.get(what, ())

    def pauses(self) -> None:
        self.account.pauses.add(asked(self.cloud, "pause").data["pause"])

    @precondition(lambda self: self.account.pauses)
    @rule(data=st.data())
    def resumes(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(sorted(self.account.pauses)))
        self.account.pauses.remove(which)
        assert asked(self.cloud, "resume", pause=which).exit == 0

    def silences(self, host: str, unit: str | None, any_host: bool, span: int) -> None:
        over_all = any_host and unit is not None
        matchers = [] if over_all else [f'host="{host}"']
        if unit is not None:
            matchers.append(f'service=~"{unit[:3]}.*"')
        until = self.cloud.now().wall + timedelta(seconds=span)
        name = asked(self.cloud, "silence-add", matchers=matchers, for_s=span).data["silence"]["id"]
        self.account.silences[name] = Mute(name, None if over_all else host, unit, until)

    @precondition(lambda self: self.account.silences)
    @rule(data=st.data())
    def silence_ends(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(sorted(self.account.silences)))
        over = self.account.silences.pop(which).until <= self.cloud.now().wall
        assert asked(self.cloud, "silence-end", id=which).exit == 0 or over or self.cloud.wall_offset_s

    def downtime(self, host: str, unit: str | None, span: int) -> None:
        target = f"container/{host}/{unit}" if unit else f"host/{host}"
        until = self.cloud.now().wall + timedelta(seconds=span)
        answer = asked(self.cloud, "downtime-add", target=target, for_s=span)
        if answer.exit == 0:
            name = answer.data["downtime"]["id"]
            self.account.downtimes[name] = Mute(name, host, unit, until)

    @precondition(lambda self: self.account.downtimes)
    @rule(data=st.data())
    def downtime_ends(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(sorted(self.account.downtimes)))
        over = self.account.downtimes.pop(which).until <= self.cloud.now().wall
        assert asked(self.cloud, "downtime-end", id=which).exit == 0 or over or self.cloud.wall_offset_s

    def nagios_says(self, host: str, unit: str | None, depth: int) -> None:
        key = (host, unit or "")
        self.account.nagios.pop(key, None)
        self.cloud.hint(host, unit, key=f"hint-{self.number()}", downtime_depth=depth)
        if depth:
            until = self.cloud.now().wall + timedelta(days=7)
            self.account.nagios[key] = Mute(f"nagios {key}", host, unit, until)

    def wraps(self, scope: str) -> None:
        pid = 1000 + self.number()
        self.cloud.alive.add(pid)
        name = asked(self.cloud, "wrap-begin", scope=scope, command="kolla-ansible", pid=pid, pid_started="").data[
            "wrap"
        ]
        covered = {scope.removeprefix("host/")} if scope.startswith("host/") else set(NAMES)
        self.account.worked[f"{name}:{pid}"] = Worked(covered, None, None)

    @precondition(lambda self: any(each.ended is None for each in self.account.worked.values()))
    @rule(data=st.data(), killed=st.booleans())
    def wrap_ends(self, data: st.DataObject, killed: bool) -> None:
        running = sorted(name for name, each in self.account.worked.items() if each.ended is None)
        which = data.draw(st.sampled_from(running))
        name, _, pid = which.partition(":")
        if killed:
            self.cloud.alive.discard(int(pid))
            self.cloud.pass_time(1)
            self.account.worked[which].ended = self.cloud.now().wall
        else:
            self.account.worked[which].ended = self.cloud.now().wall
            assert asked(self.cloud, "wrap-end", wrap=name, exit=0).exit == 0

    @rule()
    def everybody_lets_go(self) -> None:
        self.all_is_calm_again()

    def all_is_calm_again(self) -> None:
        """Everything that people said is taken back, and what is broken stays so."""
        self.cloud.pauses = ()
        for name in sorted(self.account.pauses):
            self.account.pauses.discard(name)
            asked(self.cloud, "resume", pause=name)
        for name in sorted(self.account.silences):
            del self.account.silences[name]
            asked(self.cloud, "silence-end", id=name)
        for name in sorted(self.account.downtimes):
            del self.account.downtimes[name]
            asked(self.cloud, "downtime-end", id=name)
        for key in sorted(self.account.nagios):
            del self.account.nagios[key]
            self.cloud.hint(key[0], key[1] or None, key=f"hint-{self.number()}", downtime_depth=0)
        for name, each in self.account.worked.items():
            if each.ended is None:
                each.ended = self.cloud.now().wall
                asked(self.cloud, "wrap-end", wrap=name.partition(":")[0], exit=0)
        for node in self.cloud.hosts.values():
            node.down, node.ansible = False, []
        self.cloud.pass_time(60)

    @rule(host=hosts, unit=units)
    def a_good_day(self, host: str, unit: str) -> None:
        """All is repaired and accepted, and time goes by; then something fails."""
        self.all_is_calm_again()
        for node in self.cloud.hosts.values():
            for each in node.units.values():
                each.dies_on_start = False
                each.restart(self.cloud.wall())
        self.cloud.pass_time(650, stride=5)
        self.accepts_a_baseline("all", ROOT)
        self.fails_and_the_cure_meets(host, unit, "ok")

    # people -------------------------------------------------------------------------------------------------------

    @rule(
        scope=st.sampled_from(("all", "inventory", "group/control", "host/h1", "host/h2")),
        actor=st.sampled_from((ROOT, OTHER, NOBODY)),
    )
    def somebody_accepts(self, scope: str, actor: Actor) -> None:
        self.accepts_a_baseline(scope, actor)

    def accepts_a_baseline(self, scope: str, actor: Actor) -> None:
        answer = asked(self.cloud, "baseline-accept", actor, scope=scope)
        assert answer.exit in (0, 4)
        if answer.exit == 0:
            assert actor is not NOBODY
            event("a baseline was accepted")
            self.cloud.accepted((scope.removeprefix("host/"),) if scope.startswith("host/") else NAMES)

    @precondition(lambda self: self.account.left)
    @rule(data=st.data())
    def acknowledges(self, data: st.DataObject) -> None:
        with_incident = sorted({each.incident for each in self.account.left.values() if each.incident})
        if with_incident:
            incident = data.draw(st.sampled_from(with_incident))
            target = next(each.target for each in self.account.left.values() if each.incident == incident)
            self.account.unacked.pop(target, None)
            self.account.acked[target] = self.cloud.now()
            assert asked(self.cloud, "ack", incident=incident).exit == 0

    def approve_all(self) -> None:
        for run in [each for each in self.cloud.world.runs.values() if each.state is RunState.WAITING_APPROVAL]:
            now = self.cloud.now()
            if asked(self.cloud, "approve", OTHER, run=run.id).exit == 0:
                self.account.approved[run.id] = now
                event("a run was approved")

    @precondition(lambda self: any(each.state is RunState.WAITING_APPROVAL for each in self.cloud.world.runs.values()))
    @rule(
        data=st.data(),
        actor=st.sampled_from((ROOT, OTHER, OTHER, NOBODY)),
        plan=st.sampled_from(("", "whole", "begin", "short", "wrong")),
    )
    def approves(self, data: st.DataObject, actor: Actor, plan: str) -> None:
        waiting = [each for each in self.cloud.world.runs.values() if each.state is RunState.WAITING_APPROVAL]
        run = data.draw(st.sampled_from(waiting))
        said = {
            "": "",
            "whole": run.plan.hash,
            "begin": run.plan.hash[:12],
            "short": run.plan.hash[:4],
            "wrong": "0" * 64,
        }
        now = self.cloud.now()
        answer = asked(self.cloud, "approve", actor, run=run.id, plan=said[plan])
        assert answer.exit in (0, 4)
        if answer.exit == 0:
            assert actor is not NOBODY
            assert plan not in ("", "short", "wrong")
            assert now.at_most_since(run.created_at) <= 900 or self.cloud.wall_offset_s
            assert run.id not in self.account.approved
            self.account.approved[run.id] = now
            event("a run was approved")
        self.cloud.pass_time(5)

    @precondition(lambda self: any(each.state is RunState.WAITING_APPROVAL for each in self.cloud.world.runs.values()))
    @rule(data=st.data())
    def denies(self, data: st.DataObject) -> None:
        waiting = [each.id for each in self.cloud.world.runs.values() if each.state is RunState.WAITING_APPROVAL]
        assert asked(self.cloud, "deny", OTHER, run=data.draw(st.sampled_from(waiting))).exit == 0

    @rule(host=hosts, unit=units, runbook=st.sampled_from(("container-start", "container-restart")))
    def executes(self, host: str, unit: str, runbook: str) -> None:
        answer = asked(self.cloud, "execute", ROOT, runbook=runbook, target=f"container/{host}/{unit}")
        assert answer.exit in (0, 4, 64)
        if answer.exit == 0:
            self.account.executed.add(answer.data["run"])
            event("a person's run was taken")
            self.cloud.pass_time(5)

    @precondition(lambda self: any(each.state is RunState.IN_DOUBT for each in self.cloud.world.runs.values()))
    @rule(data=st.data())
    def resolves(self, data: st.DataObject) -> None:
        """A person who looked says what is true."""
        doubtful = [each for each in self.cloud.world.runs.values() if each.state is RunState.IN_DOUBT]
        run = data.draw(st.sampled_from(doubtful))
        step = runs_machine.current(run)
        assert step is not None
        assert step.state is StepState.IN_DOUBT
        assert step.intent_at is not None
        since = step.intent_at.boot_s - 5000.0
        arrived = any(at >= since and host in run.plan.touches for at, host, _ in self.cloud.acted)
        said = Probe.APPLIED if arrived else Probe.NOT_APPLIED
        assert asked(self.cloud, "resolve", run=run.id, outcome=said.value).exit == 0

    @rule()
    def closes_the_brake(self) -> None:
        answer = asked(self.cloud, "brake-close")
        assert answer.exit in (0, 4, 64)
        if answer.exit == 0:
            self.cloud.account.hard.clear()

    # what always holds ----------------------------------------------------------------------------------------------

    @invariant()
    def the_books_agree(self) -> None:
        self.cloud.check()

    def teardown(self) -> None:
        try:
            if self.cloud.commands:
                event("a command left")
            self.cloud.finish()
        finally:
            self.cloud.database.close()
            shutil.rmtree(self.directory, ignore_errors=True)


class GateWithApprovals(Gate):
    config = APPROVE


# the watch would notice -------------------------------------------------------------------------------------------


def _paused(cloud: Watched) -> None:
    cloud.pauses = ("PAUSE is there",)


def _silenced(cloud: Watched) -> None:
    asked(cloud, "silence-add", matchers=['host="h1"'], for_s=600)
    cloud.account.silences["x"] = Mute("x", "h1", None, cloud.now().wall + timedelta(seconds=600))


def _in_downtime(cloud: Watched) -> None:
    asked(cloud, "downtime-add", target="host/h1", for_s=600)
    cloud.account.downtimes["x"] = Mute("x", "h1", None, cloud.now().wall + timedelta(seconds=600))


def _stepped(cloud: Watched) -> None:
    cloud.wall_offset_s += 60


def _wrapped(cloud: Watched) -> None:
    cloud.alive.add(7)
    asked(cloud, "wrap-begin", scope="all", command="c", pid=7, pid_started="")
    cloud.account.worked["x"] = Worked(set(NAMES), None, None)


def _booted(cloud: Watched) -> None:
    node = cloud.hosts["h1"]
    assert isinstance(node, Node)
    node.booted_at, node.boot_id = cloud.wall(), "h1-1"


def _broken_everywhere(cloud: Watched) -> None:
    for host in ("h2", "h3"):
        cloud.hosts[host].units["cron"].fail()


def _cured(cloud: Watched, host: str, unit: str) -> None:
    before = cloud.commands
    cloud.hosts[host].units[unit].fail()
    while cloud.commands == before or cloud.world.runs:
        cloud.pass_time(1)


def _cured_often(cloud: Watched) -> None:
    for host, unit in (("h1", "cron"), ("h1", "memcached"), ("h2", "cron")):
        _cured(cloud, host, unit)


def _cured_just_now(cloud: Watched) -> None:
    _cured(cloud, "h1", "cron")


def _never_cured(cloud: Watched) -> None:
    unit = cloud.hosts["h1"].units["cron"]
    unit.dies_on_start = True
    unit.fail()
    cloud.pass_time(250)
    unit.dies_on_start = False
    unit.start(cloud.wall())
    cloud.pass_time(40)  # it closes once it has held for as long as a cure must
    assert cloud.account.unacked


@pytest.mark.parametrize(
    ("guard", "story"),
    [
        ("pause", _paused), ("silence", _silenced), ("downtime", _in_downtime), ("clock", _stepped), ("maintenance", _wrapped), ("host_boot", _booted), ("storm", _broken_everywhere),
        ("budget", _cured_often), ("cooldown", _cured_just_now), ("ack", _never_cured),
    ],
)  # fmt: skip
def test_without_a_guard_the_watch_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guard: str, story: Callable[[Watched], None]
) -> None:
    cloud = Watched(tmp_path)
    try:
        cloud.pass_time(15)
        story(cloud)
        cloud.hosts["h1"].units["cron"].fail()
        before = cloud.commands
        cloud.pass_time(18)
        assert cloud.commands == before, "with its guard nothing leaves"
        blind = tuple(
            replace(each, ask=lambda _case: allow(guard)) if each.id == guard else each for each in gate.GUARDS
        )
        monkeypatch.setattr(gate, "GUARDS", blind)
        with pytest.raises(Violation):
            cloud.pass_time(60)
    finally:
        cloud.database.close()


PROFILE = settings(
    max_examples=int(os.environ.get("REMEDIATOR_EXAMPLES", "400")) if DEEP else 8,
    stateful_step_count=50 if DEEP else 30,
    deadline=None,
    derandomize=not DEEP,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink) if DEEP else (Phase.generate,),
)


@pytest.mark.timeout(7200 if DEEP else 3600)
@pytest.mark.parametrize("machine", [Gate, GateWithApprovals])
def test_nothing_leaves_while_anything_holds_it(machine: type[Gate]) -> None:
    run_state_machine_as_test(machine, settings=PROFILE)
