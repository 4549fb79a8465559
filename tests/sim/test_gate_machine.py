"""The whole gate under a state machine: faults, clocks, restarts, mutes, approvals and people in any order, and the
watch beside it.

What may hold a command is in the account (`remediator.sim.invariants.ledger`), which asks no guard; it is asked about
every command that
leaves. The first tests take one guard away and show that the watch then objects: it would notice. `REMEDIATOR_DEEP=1`
walks long.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
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

from remediator.daemon.process import departures
from remediator.model.messages.control import Actor
from remediator.model.records.records import Run, RunState
from remediator.model.times import Instant
from remediator.safety import gate
from remediator.safety.guard import allow
from remediator.sim.config import CONFIG
from remediator.sim.happenings.people import OTHER, ROOT
from remediator.sim.invariants.watch import Violation
from remediator.sim.stories.stories import APPROVING
from tests.sim.walked import NAMES, UNITS, Walked

pytestmark = pytest.mark.sim

DEEP = os.environ.get("REMEDIATOR_DEEP") == "1"
NOBODY = Actor(name="operator-1002", uid=1002, login_uid=1002)
ENDS = {
    "ok": ("ok", False),
    "refused": ("refused", False),
    "never left": ("never_left", False),
    "lost, applied": ("lost", False),
    "lost, not applied": ("lost_before", False),
    "lost, applied late": ("late", False),
    "killed, applied": ("ok", True),
    "killed, not applied": ("lost_before", True),
    "killed, applied late": ("late", True),
}
"""What the next command meets: its end on the host (`sim.cloud.reach.ENDS`), and whether the daemon is killed as it
leaves."""
CURED_S = 35.0
"""Sampled bad three times, waited for, and sent."""
HARD_S = 40.0
LONG_S = 15.0
"""Between two ticks while much time goes by; every reply wakes the daemon as well."""

KINDS = (
    "pause file", "pause", "silence", "downtime", "nagios", "wrap", "ansible", "stopped", "recreated", "boots", "down",
)  # fmt: skip
SILENT = ("refused", "dropped", "silent")
hosts = st.sampled_from(("h1", "h1", "h2", *NAMES))
units = st.sampled_from(UNITS)
spans = st.sampled_from((30, 120, 600))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def noticed(step: Callable[..., None]) -> Callable[..., None]:
    """A violation is no Exception, so that no daemon takes it for its own; here it is a failure that is shrunk."""

    @functools.wraps(step)
    def taken(*given: Any, **words: Any) -> None:
        try:
            step(*given, **words)
        except Violation as found:
            raise AssertionError(str(found)) from found

    return taken


def happens(**words: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule of the machine."""
    return lambda step: rule(**words)(noticed(step))


class Gate(RuleBasedStateMachine):
    """Rules are what happens to the cloud, to the daemon, and what people say."""

    config = CONFIG

    def __init__(self) -> None:
        super().__init__()
        self.cloud = Walked(self.config)
        self.people, self.account = self.cloud.people, self.cloud.account

    @initialize()
    @noticed
    def warm_up(self) -> None:
        self.cloud.run(1.0)

    # the cloud ----------------------------------------------------------------------------------------------------

    @happens(host=hosts, unit=units, wait=st.sampled_from((0, 8, 55)))
    def fails(self, host: str, unit: str, wait: int) -> None:
        self.cloud.service(host, unit).crash()
        self.cloud.run(wait)

    @happens(host=hosts, unit=units, end=st.sampled_from(tuple(ENDS)))
    def something_fails_and_its_cure_meets(self, host: str, unit: str, end: str) -> None:
        self.fails_and_the_cure_meets(host, unit, end)

    def fails_and_the_cure_meets(self, host: str, unit: str, end: str) -> None:
        self.cloud.service(host, unit).crash()
        self.meets(end)
        self.cloud.run(CURED_S)
        self.approve_all()
        self.cloud.run(CURED_S)

    @happens(host=hosts, unit=units, seconds=st.sampled_from((45, 90)))
    def fails_again_and_again(self, host: str, unit: str, seconds: int) -> None:
        for _ in range(3):
            self.cloud.service(host, unit).crash()
            self.cloud.run(CURED_S)
            self.approve_all()
            self.cloud.run(seconds)

    @happens(host=hosts, unit=units)
    def is_started_by_hand(self, host: str, unit: str) -> None:
        self.cloud.service(host, unit).reset_failed()
        self.cloud.service(host, unit).start()

    @happens(host=hosts, unit=units, dies=st.booleans())
    def dies_on_start(self, host: str, unit: str, dies: bool) -> None:
        service = self.cloud.service(host, unit)
        if dies:
            service.life_s = 0.5
            service.crash()
            self.cloud.run(HARD_S)
        else:
            service.mend()

    @happens(host=hosts)
    def is_unhealthy(self, host: str) -> None:
        self.cloud.service(host, "memcached").fall_sick()
        self.cloud.run(CURED_S)

    def goes(self, host: str, how: str) -> None:
        self.cloud.simulation.cloud.hosts[host].ssh = how

    def is_under_ansible(self, host: str) -> None:
        node = self.cloud.simulation.cloud.hosts[host]
        node.ansible = [{"pid": 4000 + len(self.account.worked), "start": 1, "what": "ansible-playbook"}]

    # time and the daemon -------------------------------------------------------------------------------------------

    @happens(seconds=st.integers(1, 60))
    def time_passes(self, seconds: int) -> None:
        self.cloud.run(seconds)

    @happens(seconds=st.sampled_from((200, 650, 1000)))
    def much_time_passes(self, seconds: int) -> None:
        self.cloud.run(seconds, stride=LONG_S)

    @happens(
        by=st.sampled_from((-3600, -30, -6, -3, -3, 3, 3, 4, 6, 60, 1000, 4000, 200000)),
        seconds=st.integers(0, 3),
        alone=st.booleans(),
    )
    def the_clock_steps(self, by: int, seconds: int, alone: bool) -> None:
        self.cloud.step_the_clock(by, alone)
        self.cloud.run(seconds, stride=1.0)

    @happens()
    def restarts(self) -> None:
        self.cloud.restart()

    @happens(end=st.sampled_from(tuple(ENDS)))
    def the_next_command_meets(self, end: str) -> None:
        self.meets(end)

    def meets(self, end: str) -> None:
        on_the_host, killed = ENDS[end]
        self.cloud.the_next_command_meets(on_the_host, self.cloud.restart if killed else None)

    @happens(kind=st.sampled_from(KINDS), host=hosts, unit=units, span=spans, wide=st.booleans())
    def something_holds(self, kind: str, host: str, unit: str, span: int, wide: bool) -> None:
        """Somebody mutes, works on a host, or stops something; or a host goes away or boots."""
        one = None if wide else unit
        anywhere = unit == "cron" and one is not None
        node, service = self.cloud.simulation.cloud.hosts[host], self.cloud.service(host, unit)
        stories: dict[str, Callable[[], None]] = {
            "pause file": lambda: self.people.leave_a_file("there" if wide else "unreadable"),
            "pause": self.people.pause,
            "silence": lambda: self.people.silence(None if anywhere else host, one, span, pattern=True),
            "downtime": lambda: self.people.downtime(host, one, span),
            "nagios": lambda: self.people.nagios(host, one, 1),
            "wrap": lambda: self.people.wrap("all" if wide else f"host/{host}"),
            "ansible": lambda: self.is_under_ansible(host),
            "stopped": service.stop,
            "recreated": service.recreate,
            "boots": node.reboot,
            "down": lambda: self.goes(host, SILENT[span % len(SILENT)]),
        }
        stories[kind]()
        event(f"held: {kind}")

    @happens(kind=st.sampled_from(("pause file", "nagios", "ansible", "down")), host=hosts, unit=st.none() | units)
    def something_lets_go(self, kind: str, host: str, unit: str | None) -> None:
        stories: dict[str, Callable[[], None]] = {
            "pause file": self.people.let_go_of_the_file,
            "nagios": lambda: self.people.nagios(host, unit, 0),
            "ansible": self.cloud.simulation.cloud.hosts[host].ansible.clear,
            "down": lambda: self.goes(host, "ok"),
        }
        stories[kind]()

    # mutes --------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.account.pauses)
    @happens(data=st.data())
    def resumes(self, data: st.DataObject) -> None:
        answer = self.people.resume_one(data.draw(st.sampled_from(sorted(self.account.pauses))))
        assert answer is not None
        assert answer.exit == 0

    @precondition(lambda self: self.account.silences)
    @happens(data=st.data())
    def silence_ends(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(sorted(self.account.silences)))
        over = self.is_over(self.account.silences[which].until)
        answer = self.people.end_silence(which)
        assert answer is not None
        assert answer.exit == 0 or over

    @precondition(lambda self: self.account.downtimes)
    @happens(data=st.data())
    def downtime_ends(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(sorted(self.account.downtimes)))
        over = self.is_over(self.account.downtimes[which].until)
        answer = self.people.end_downtime(which)
        assert answer is not None
        assert answer.exit == 0 or over

    def is_over(self, until: Any) -> bool:
        """Whether a mute may have ended by itself: a wall clock that was set had it end at some time or other."""
        clock = self.cloud.simulation.clock
        return bool(until <= clock.now().wall or clock.wall_offset_s)

    @precondition(lambda self: self.people.wraps())
    @happens(data=st.data(), killed=st.booleans())
    def wrap_ends(self, data: st.DataObject, killed: bool) -> None:
        which = data.draw(st.sampled_from(sorted(self.people.wraps())))
        if killed:
            self.people.kill_wrap(which)
        else:
            answer = self.people.end_wrap(which)
            assert answer is not None
            assert answer.exit == 0

    @happens()
    def everybody_lets_go(self) -> None:
        self.all_is_calm_again()

    def all_is_calm_again(self) -> None:
        """Everything that people said is taken back, and what is broken stays so."""
        self.people.let_go_of_the_file()
        self.people.let_go()
        for node in self.cloud.simulation.cloud.hosts.values():
            node.ssh = "ok"
            node.ansible.clear()
        self.cloud.run(60)

    @happens(host=hosts, unit=units)
    def a_good_day(self, host: str, unit: str) -> None:
        """All is repaired and accepted, and time goes by; then something fails."""
        self.all_is_calm_again()
        for node in self.cloud.simulation.cloud.hosts.values():
            node.mend()
        self.cloud.run(650, stride=LONG_S)
        self.people.accept("all")
        self.fails_and_the_cure_meets(host, unit, "ok")

    # people -------------------------------------------------------------------------------------------------------

    @happens(
        scope=st.sampled_from(("all", "inventory", "group/compute", "host/h1", "host/h2")),
        actor=st.sampled_from((ROOT, OTHER, NOBODY)),
    )
    def somebody_accepts(self, scope: str, actor: Actor) -> None:
        answer = self.people.accept(scope, actor)
        assert answer is not None
        assert answer.exit in (0, 4)
        if answer.exit == 0:
            assert actor is not NOBODY
            event("a baseline was accepted")

    @precondition(lambda self: any(each.incident for each in self.account.left.values()))
    @happens(data=st.data())
    def acknowledges(self, data: st.DataObject) -> None:
        targets = {each.incident: each.target for each in self.account.left.values() if each.incident}
        incident = data.draw(st.sampled_from(sorted(targets)))
        answer = self.people.acknowledge_one(targets[incident], incident)
        assert answer is not None
        assert answer.exit == 0

    def approve_all(self) -> None:
        self.people.approve()
        if self.account.approved:
            event("a run was approved")

    @precondition(lambda self: self.cloud.runs(RunState.WAITING_APPROVAL))
    @happens(
        data=st.data(),
        actor=st.sampled_from((ROOT, OTHER, OTHER, NOBODY)),
        plan=st.sampled_from(("", "whole", "begin", "short", "wrong")),
    )
    def approves(self, data: st.DataObject, actor: Actor, plan: str) -> None:
        run = data.draw(st.sampled_from(self.cloud.runs(RunState.WAITING_APPROVAL)))
        said = {
            "": "",
            "whole": run.plan.hash,
            "begin": run.plan.hash[:12],
            "short": run.plan.hash[:4],
            "wrong": "0" * 64,
        }
        now = self.cloud.simulation.clock.now()
        before = self.account.approved.get(run.id)
        answer = self.people.approve_one(run.id, said[plan], actor)
        assert answer is not None
        assert answer.exit in (0, 4)
        if answer.exit == 0:
            assert actor is not NOBODY
            assert plan not in ("", "short", "wrong")
            assert now.at_most_since(run.created_at) <= 900 or self.cloud.simulation.clock.wall_offset_s
            assert before is None
            event("a run was approved")
        self.cloud.run(5)

    @precondition(lambda self: self.cloud.runs(RunState.WAITING_APPROVAL))
    @happens()
    def denies(self) -> None:
        for answer in self.people.deny():
            assert answer is not None
            assert answer.exit == 0

    @happens(host=hosts, unit=units, runbook=st.sampled_from(("container-start", "container-restart")))
    def executes(self, host: str, unit: str, runbook: str) -> None:
        answer = self.people.execute(host, unit, runbook)
        assert answer is not None
        assert answer.exit in (0, 4, 64)
        if answer.exit == 0:
            event("a person's run was taken")
            self.cloud.run(5)

    @precondition(lambda self: self.cloud.runs(RunState.IN_DOUBT))
    @happens()
    def resolves(self) -> None:
        """A person who looked says what is true."""
        for answer in self.people.resolve():
            assert answer is not None
            assert answer.exit == 0

    @happens()
    def closes_the_brake(self) -> None:
        answer = self.people.close_brake()
        assert answer is not None
        assert answer.exit in (0, 4, 64)

    # what always holds ----------------------------------------------------------------------------------------------

    @invariant()
    def the_daemon_lives(self) -> None:
        """Its books are looked into after every turn (`Watch.turned`)."""
        assert self.cloud.simulation.daemon is not None

    @noticed
    def teardown(self) -> None:
        try:
            if self.cloud.commands:
                event("a command left")
            self.cloud.run(5.0)  # a daemon that was started just now has read nothing yet
            self.cloud.watch.finish()
        finally:
            self.cloud.close()


class GateWithApprovals(Gate):
    config = APPROVING


# the watch would notice -------------------------------------------------------------------------------------------


def _paused(cloud: Walked) -> None:
    cloud.people.leave_a_file("there")


def _silenced(cloud: Walked) -> None:
    cloud.people.silence("h1", None, 600)


def _in_downtime(cloud: Walked) -> None:
    cloud.people.downtime("h1", None, 600)


def _stepped(cloud: Walked) -> None:
    cloud.step_the_clock(60)


def _wrapped(cloud: Walked) -> None:
    cloud.people.wrap("all")


def _booted(cloud: Walked) -> None:
    cloud.simulation.cloud.hosts["h1"].reboot()


def _broken_everywhere(cloud: Walked) -> None:
    for host in ("h2", "h3"):
        cloud.service(host, "cron").crash()


def _cured(cloud: Walked, host: str, unit: str) -> None:
    before = cloud.commands
    cloud.service(host, unit).crash()
    daemon = cloud.simulation.daemon
    assert daemon is not None
    assert cloud.simulation.run(120.0, lambda: cloud.commands > before and not daemon.world.durable.runs)


def _cured_often(cloud: Walked) -> None:
    for host, unit in (("h1", "cron"), ("h1", "memcached"), ("h2", "cron"), ("h2", "memcached")):
        _cured(cloud, host, unit)


def _cured_just_now(cloud: Walked) -> None:
    _cured(cloud, "h1", "cron")


def _never_cured(cloud: Walked) -> None:
    service = cloud.service("h1", "cron")
    service.life_s = 0.5
    service.crash()
    cloud.run(250)
    service.mend()
    service.reset_failed()
    service.start()
    cloud.run(60)  # it closes once it has held for as long as a cure must
    assert cloud.account.unacked


def test_without_anything_that_holds_it_a_command_leaves_in_time(cloud: Walked) -> None:
    cloud.service("h1", "cron").crash()
    cloud.run(HARD_S)
    assert cloud.commands == 1


@pytest.mark.parametrize(
    ("guard", "story", "word"),
    [
        ("pause", _paused, "paused"), ("silence", _silenced, "silenced"), ("downtime", _in_downtime, "downtime"),
        ("clock", _stepped, "clock"), ("maintenance", _wrapped, "maintenance"), ("host_boot", _booted, "boot"),
        ("storm", _broken_everywhere, "storm"), ("budget", _cured_often, "budget"),
        ("cooldown", _cured_just_now, "cooldown"), ("ack", _never_cured, "ack"),
    ],
)  # fmt: skip
def test_without_a_guard_the_watch_objects(
    cloud: Walked, monkeypatch: pytest.MonkeyPatch, guard: str, story: Callable[[Walked], None], word: str
) -> None:
    story(cloud)
    cloud.service("h1", "cron").crash()
    before = cloud.commands
    cloud.run(HARD_S)
    assert cloud.commands == before, "with its guard nothing leaves"
    blind = tuple(replace(each, ask=lambda _case: allow(guard)) if each.id == guard else each for each in gate.GUARDS)
    monkeypatch.setattr(gate, "GUARDS", blind)
    if guard == "pause":  # it is asked about once more when a command leaves
        monkeypatch.setattr(departures.Departures, "_too_late", lambda *_given, **_words: None)
    with pytest.raises(Violation) as found:
        cloud.run(60)
    assert f": {word}: " in str(found.value)


def _locked_since(run: Run, now: Instant) -> Run:
    """The locks are younger than all evidence."""
    return replace(run, locked_at=now.later(10.0))


def _emptied(run: Run, _now: Instant) -> Run:
    return replace(run, plan=replace(run.plan, steps=tuple(replace(step, commands=()) for step in run.plan.steps)))


@pytest.mark.parametrize(
    ("change", "words"),
    [(_locked_since, "its evidence is older than its locks"), (_emptied, "has an INTENT without a command")],
)
def test_the_watch_objects_to_a_run_that_may_not_be_so(
    cloud: Walked, change: Callable[[Run, Instant], Run], words: str
) -> None:
    daemon = cloud.simulation.daemon
    assert daemon is not None
    runs = daemon.world.durable.runs
    cloud.service("h1", "cron").crash()
    assert cloud.simulation.run(HARD_S, lambda: any(run.intent_at for run in runs.values()))
    assert cloud.commands == 0
    runs.update({name: change(run, cloud.simulation.clock.now()) for name, run in runs.items()})
    with pytest.raises(Violation, match=words):
        cloud.look_and_run(5)


def test_the_watch_objects_when_what_broke_before_a_silence_is_not_counted_after_it(
    cloud: Walked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hosts break, are silent and answer again; a third one is then one too many, whether the first two are well or
    not."""
    cloud.people.leave_a_file("there")
    for host in ("h1", "h2"):
        cloud.service(host, "cron").crash()
    cloud.run(HARD_S)
    for host in ("h1", "h2"):
        cloud.simulation.cloud.hosts[host].ssh = "refused"
    cloud.run(15)
    for host in ("h1", "h2"):
        cloud.simulation.cloud.hosts[host].ssh = "ok"
    cloud.run(30)
    blind = tuple(
        replace(each, ask=lambda _case: allow("storm")) if each.id == "storm" else each for each in gate.GUARDS
    )
    monkeypatch.setattr(gate, "GUARDS", blind)
    cloud.service("h3", "cron").crash()
    cloud.run(HARD_S)
    cloud.people.let_go_of_the_file()
    with pytest.raises(Violation, match="storm"):
        cloud.run(60)


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
