"""Debts in the real engine: the mark that an action sets on a host.

The mark is taken back once its run has ended, and only while it is ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from remediator.model.content.actions import ActionSpec, AtPlan, DebtSpec, Effect, PlanInput, Probe, Risk
from remediator.model.content.commands import Command
from remediator.model.content.declined import Refused
from remediator.model.manifest.integration import Integration, SectionSpec
from remediator.model.messages.replies import HostReply
from remediator.model.records.records import DebtState, Run, RunState
from remediator.model.targets import Target
from remediator.model.values import Unknown
from remediator.runs.debts import debts
from remediator.sim.cloud.reach import NEVER
from remediator.sim.config import CONFIG
from remediator.sim.simulation import Simulation
from remediator.store.reader import Reader
from tests.builders import replies
from tests.builders.runbooks import in_place
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"
OURS = "remediator"
LIFETIME_S = 600.0
RUNBOOK = """
runbooks:
  - name: container-start
    summary: Mark the host, then start it
    target: container
    risk: R1
    steps:
{steps}
      - {{id: start, do: container.start, timeout: 2m}}
    verify: {{check: container-state, within: 2m}}
"""


# a technology of the test: named marks on a host, each with its owner --------------------------------------------

SHOWN = replies.kind("marks")


def _owner(name: str, reply: HostReply) -> str | Unknown | None:
    found = reply.facts(SHOWN)
    return found if isinstance(found, Unknown) else found.value.get(name)


def _command(verb: str, name: str, order: PlanInput) -> tuple[Command, ...] | Refused:
    if name == "lasting" and verb == "clear":
        return Refused("nothing clears a lasting mark")
    return (Command(host=order.host.name, argv=("mark", verb, name), timeout_s=10.0),)


def _probe(name: str, _before: Any, reply: HostReply, _target: Target) -> Probe:
    owner = _owner(name, reply)
    if isinstance(owner, Unknown):
        return Probe.UNKNOWN
    return Probe.APPLIED if owner == OURS else Probe.NOT_APPLIED


def _still_ours(name: str, _mark: Any, reply: HostReply, _target: Target) -> bool | Unknown:
    owner = _owner(name, reply)
    return owner if isinstance(owner, Unknown) else owner == OURS


def _action(name: str) -> ActionSpec:
    return ActionSpec(
        name=f"mark.{name}",
        summary=f"set the mark {name}",
        risk=Risk.R1,
        effect=Effect.ONCE,
        target_kinds=("container",),
        when=AtPlan(commands=partial(_command, "set", name)),
        probe=partial(_probe, name),
        debt=DebtSpec(
            describe=f"the mark {name}",
            lifetime_s=LIFETIME_S,
            undo=partial(_command, "clear", name),
            still_ours=partial(_still_ours, name),
        ),
    )


MARKS = Integration(
    name="marks",
    sections=(SectionSpec(kind=SHOWN, timeout_s=5.0),),
    remote_source="",
    assessments=(),
    actions=tuple(_action(name) for name in ("first", "second", "lasting")),
)


class Marked(Walked):
    """A cloud whose container-start sets `names` on its host first. `known` False: the section of the marks does not
    come through."""

    def __init__(self, *names: str) -> None:
        self.marks: dict[str, str] = {}
        self.known = True
        steps = "\n".join(f"      - {{id: {name}, do: mark.{name}, timeout: 1m}}" for name in names)
        self._config = CONFIG + in_place(RUNBOOK.format(steps=steps))
        super().__init__(self._config, before=self._install, also=(MARKS,))

    def _install(self, simulation: Simulation) -> None:
        host = simulation.cloud.hosts["h1"]
        host.more["marks"] = lambda: dict(self.marks) if self.known else Unknown("timeout:marks")
        host.programs["mark"] = self._mark

    def _mark(self, words: Sequence[str]) -> int:
        verb, name = words
        if verb == "set":
            self.marks[name] = OURS
        else:
            self.marks.pop(name, None)
        return 0

    def restart_without_marks(self) -> None:
        """Start a daemon that does not know marks."""
        self.simulation.also = ()
        self.restart_with(CONFIG)

    def restart_with_marks(self) -> None:
        self.simulation.also = (MARKS,)
        self.restart_with(self._config)

    def did(self) -> list[str]:
        """Return what was done to marks and units, in order: ``set first``, ``start``, ``clear first``."""
        orders = [argv for _, argv in self.host("h1").orders]
        return [" ".join(argv[1:]) if argv[0] == "mark" else argv[1] for argv in orders]

    def sent(self, verb: str) -> list[float]:
        """Return when commands of `verb` left, whatever became of them."""
        return [at for at, line in self.simulation.story if line.startswith(f"-> h1: mark {verb} ")]

    def stored(self) -> list[dict[str, Any]]:
        """Return the debts of every run, as people are shown them."""
        reader = Reader(self.simulation.config)
        names = [run["id"] for run in reversed(reader.runs())]
        found = [debt for name in names for debt in (reader.run(name) or {})["debts"]]
        reader.close()
        return found

    def states(self) -> list[str]:
        return [debt["state"] for debt in self.stored()]

    def arrived(self, word: str = "") -> list[str]:
        """Return the texts of the pages that people have got, of those with `word` in their subject."""
        return [page["text"] for page in self.simulation.mail.taken if word in page["subject"]]

    def open_metric(self) -> float:
        return float(self.daemon.engine.metrics(self.now())["remediator_debts_open"][0][1])


@pytest.fixture
def cloud() -> Iterator[Marked]:
    made = Marked("first")
    yield made
    made.close()


@pytest.fixture
def two() -> Iterator[Marked]:
    """A cloud whose runs set two marks."""
    made = Marked("first", "second")
    yield made
    made.close()


def live(cloud: Marked) -> list[Run]:
    return list(cloud.world.durable.runs.values())


def crash(cloud: Marked) -> None:
    cloud.service("h1", "memcached").crash()


def started(cloud: Marked) -> None:
    """Let the run come to where all its steps are done and it is verified."""
    crash(cloud)
    assert cloud.until(120, lambda: [run.state for run in live(cloud)] == [RunState.VERIFYING])
    assert cloud.did() == ["set first", "start"]


NOT_HEARD_OF = {True: "hang", False: NEVER}
"""What becomes of a command whose outcome does not come back, by whether it arrives."""


# when it is released ----------------------------------------------------------------------------------------------


def test_it_is_released_after_success_and_shown(cloud: Marked) -> None:
    started(cloud)
    assert cloud.open_metric() == 1.0
    cloud.run(90)
    assert cloud.did() == ["set first", "start", "clear first"]
    assert cloud.states() == ["released"]
    assert cloud.open_metric() == 0.0
    assert cloud.world.durable.locks == {}
    assert cloud.incident(TARGET) is None
    assert cloud.arrived() == []


def test_it_stands_until_its_run_has_ended(cloud: Marked) -> None:
    started(cloud)
    assert cloud.until(90, lambda: not live(cloud))
    assert cloud.did() == ["set first", "start"]
    cloud.run(30)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_a_release_counts_in_no_budget_and_no_cooldown(cloud: Marked) -> None:
    started(cloud)
    cloud.run(90)
    assert {run.plan.runbook for run in cloud.world.durable.past_runs.values()} == {"container-start"}
    cloud.restart()
    cloud.run(5)
    assert {run.plan.runbook for run in cloud.world.durable.past_runs.values()} == {"container-start"}


def test_it_is_released_after_a_failed_cure(cloud: Marked) -> None:
    crash(cloud)
    cloud.service("h1", "memcached").life_s = 0.1
    assert cloud.until(600, lambda: "clear first" in cloud.did())
    failed = kept.run(cloud, "run-1")
    assert failed["state"] == "failed"
    cloud.run(5)
    assert failed["debts"][0]["id"] == "debt-1"
    assert cloud.states()[0] == "released"


def test_a_cancelled_run_pays_its_debt(cloud: Marked) -> None:
    started(cloud)
    (run,) = live(cloud)
    assert cloud.ask("cancel", run=run.id, reason="hands off").exit == 0
    cloud.run(30)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_two_debts_of_one_run_are_released_in_reverse_order(two: Marked) -> None:
    crash(two)
    two.run(200)
    assert two.did() == ["set first", "set second", "start", "clear second", "clear first"]
    assert two.states() == ["released", "released"]


def test_the_earlier_of_two_debts_waits_for_the_later_one(two: Marked) -> None:
    two.simulation.luck.commands = ["ok", "ok", "ok", NEVER]
    crash(two)
    assert two.until(200, lambda: bool(two.sent("clear")))
    two.known = False
    two.run(300)
    assert len(two.sent("clear")) == 1
    assert two.states() == ["open", "releasing"]


# killed at any point ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrives", [True, False])
def test_a_crash_between_intent_and_outcome_of_the_step_does_not_lose_it(cloud: Marked, arrives: bool) -> None:
    cloud.simulation.luck.commands = [NOT_HEARD_OF[arrives]]
    crash(cloud)
    assert cloud.until(120, lambda: bool(cloud.sent("set")))
    cloud.restart()
    cloud.run(1)
    assert [debt.id for debt in cloud.world.durable.debts.values()] == ["debt-1"]
    assert cloud.did().count("clear first") == 0
    cloud.run(300)
    assert cloud.did() == ["set first", "start", "clear first"]
    assert cloud.states() == ["released"]


@pytest.mark.parametrize("second", range(-6, 7))
def test_killed_at_any_second_around_its_release_it_is_undone_once(cloud: Marked, second: int) -> None:
    started(cloud)
    assert cloud.until(90, lambda: not live(cloud))
    cloud.run(6 + second, stride=1.0)
    cloud.restart()
    cloud.run(300)
    assert cloud.did() == ["set first", "start", "clear first"]
    assert cloud.states() == ["released"]
    assert cloud.world.durable.locks == {}


@pytest.mark.parametrize("arrives", [True, False])
def test_a_release_whose_outcome_is_lost_is_told_by_what_is_set(cloud: Marked, arrives: bool) -> None:
    started(cloud)
    cloud.simulation.luck.commands = [NOT_HEARD_OF[arrives]]
    assert cloud.until(120, lambda: bool(cloud.sent("clear")))
    cloud.restart()
    cloud.run(1)
    assert cloud.states() == ["releasing"]
    assert cloud.world.durable.locks == {"host:h1": live(cloud)[0].id}
    cloud.run(300)
    assert cloud.did() == ["set first", "start", "clear first"]
    assert len(cloud.sent("clear")) == (1 if arrives else 2)
    assert cloud.states() == ["released"]


def test_a_release_in_doubt_on_a_silent_host_waits_pages_and_can_be_resolved(cloud: Marked) -> None:
    started(cloud)
    cloud.simulation.luck.commands = [NOT_HEARD_OF[True]]
    assert cloud.until(120, lambda: bool(cloud.sent("clear")))
    cloud.known = False
    cloud.restart()
    cloud.run(200)
    assert [run.state for run in live(cloud)] == [RunState.IN_DOUBT]
    assert len(cloud.arrived("in doubt")) == 1
    assert cloud.ask("resolve", run=live(cloud)[0].id, outcome="applied", reason="I looked").exit == 0
    cloud.run(5)
    assert cloud.states() == ["released"]
    assert len(cloud.sent("clear")) == 1


# what holds it ----------------------------------------------------------------------------------------------------


def test_a_pause_holds_it_and_people_hear_once_when_it_is_overdue(cloud: Marked) -> None:
    started(cloud)
    cloud.simulation.pause_file.write_text("look first\n")
    cloud.run(500)
    assert cloud.arrived() == []
    assert not cloud.ask("status").data["waiting"]
    cloud.run(800)
    assert cloud.did() == ["set first", "start"]
    (text,) = cloud.arrived("still set")
    assert "PAUSE is there: look first" in text
    (row,) = cloud.ask("status").data["waiting"]
    assert row["state"] == "overdue"
    assert "PAUSE is there: look first" in row["reason"]
    assert cloud.world.durable.locks == {}, "what waits holds nothing"
    cloud.restart()
    cloud.run(100)
    assert len(cloud.arrived("still set")) == 1
    cloud.people.let_go_of_the_file()
    cloud.run(30)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_a_silence_holds_it(cloud: Marked) -> None:
    started(cloud)
    assert cloud.ask("silence-add", matchers=["host=h1"], for_s=300, reason="mine").exit == 0
    cloud.run(200)
    assert cloud.did() == ["set first", "start"]
    cloud.run(200)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_it_is_never_pulled_from_under_a_live_run(cloud: Marked) -> None:
    cloud.the_next_command_meets("ok", meanwhile=lambda: cloud.people.leave_a_file("there"))
    crash(cloud)
    assert cloud.until(120, lambda: [run.state for run in live(cloud)] == [RunState.HELD])
    cloud.run(900)
    assert cloud.did() == ["set first"]
    (text,) = cloud.arrived("still set")
    assert "has not ended, it is held" in text
    cloud.people.let_go_of_the_file()
    cloud.run(200)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_while_the_mark_is_unknown_it_waits_and_pages_after_its_expiry(cloud: Marked) -> None:
    started(cloud)
    cloud.known = False
    cloud.run(500)
    assert cloud.arrived() == []
    cloud.run(400)
    assert cloud.did() == ["set first", "start"]
    (text,) = cloud.arrived("still set")
    assert "timeout:marks" in text
    cloud.known = True
    cloud.run(30)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_a_silent_host_is_waited_for(cloud: Marked) -> None:
    started(cloud)
    assert cloud.until(90, lambda: not live(cloud))
    cloud.host("h1").ssh = "refused"
    cloud.run(900)
    assert cloud.sent("clear") == []
    assert len(cloud.arrived("still set")) == 1
    cloud.host("h1").ssh = "ok"
    cloud.run(60)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_without_its_integration_it_waits(cloud: Marked) -> None:
    started(cloud)
    cloud.restart_without_marks()
    cloud.run(900)
    assert cloud.sent("clear") == []
    (text,) = cloud.arrived("still set")
    assert "mark.first is not there any more" in text
    cloud.restart_with_marks()
    cloud.run(60)
    assert cloud.states() == ["released"]


# what is not ours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", ["operator", None])
def test_what_somebody_else_changed_is_reported_and_left_alone(cloud: Marked, owner: str | None) -> None:
    started(cloud)
    if owner is None:
        del cloud.marks["first"]
    else:
        cloud.marks["first"] = owner
    cloud.run(900)
    assert cloud.did() == ["set first", "start"]
    assert cloud.states() == ["reported"]
    (text,) = cloud.arrived("left to you")
    assert "somebody else changed it" in text
    assert cloud.open_metric() == 0.0
    assert (len(kept.entries(cloud, "debt")), len(kept.entries(cloud, "debt_reported"))) == (1, 1)


def test_a_sample_from_before_the_end_of_its_run_proves_nothing(cloud: Marked) -> None:
    """It is of the time before the mark was set: by it, somebody took away what is there, and nobody would clear it."""
    cloud.simulation.luck.commands = ["ok", "refused"]
    crash(cloud)
    assert cloud.until(120, lambda: bool(cloud.sent("set")))
    cloud.host("h1").says_after_s = 12.0
    assert cloud.until(90, lambda: not live(cloud))
    newest = cloud.world.samples.facts.reply("h1")
    assert newest is not None
    assert (newest.facts(SHOWN), cloud.marks) == (replies.Said({}), {"first": OURS})
    cloud.run(8)
    assert cloud.world.samples.facts.reply("h1") is newest, "the janitor has turned with nothing newer"
    assert cloud.states() == ["open"]
    cloud.run(60)
    assert cloud.did() == ["set first", "clear first"]
    assert cloud.states() == ["released"]


def test_what_somebody_changed_under_a_pause_is_not_undone_after_it(cloud: Marked) -> None:
    started(cloud)
    cloud.people.leave_a_file("there")
    cloud.run(100)
    cloud.marks["first"] = "operator"
    cloud.run(60)
    cloud.people.let_go_of_the_file()
    cloud.run(60)
    assert cloud.did() == ["set first", "start"]
    assert cloud.marks == {"first": "operator"}


def test_a_step_that_did_not_take_effect_leaves_nothing_to_report(cloud: Marked) -> None:
    cloud.simulation.luck.commands = ["refused"]
    crash(cloud)
    assert cloud.until(120, lambda: bool(cloud.world.durable.debts))
    assert cloud.until(60, lambda: not cloud.world.durable.debts)
    assert cloud.states()[0] == "released"
    assert "not known to have taken effect" in cloud.stored()[0]["reason"]
    assert cloud.arrived("left to you") == []


# what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["refused", "lost_before"])
def test_an_undo_that_keeps_failing_is_handed_to_people(cloud: Marked, end: str) -> None:
    started(cloud)
    cloud.simulation.luck.commands = [end] * 10
    cloud.run(1800)
    assert len(cloud.sent("clear")) == debts.MOST_TRIES
    assert cloud.states() == [DebtState.REPORTED.value]
    (text,) = cloud.arrived("left to you")
    assert "its undo failed 3 times" in text
    assert "mark clear first" in text
    assert len(cloud.arrived()) == 1


def test_an_action_whose_debt_could_not_be_taken_back_is_not_carried_out() -> None:
    cloud = Marked("lasting")
    crash(cloud)
    cloud.run(120)
    assert cloud.commands == 0
    assert cloud.states() == []
    assert any("nothing clears a lasting mark" in text for text in cloud.arrived())
    cloud.close()
