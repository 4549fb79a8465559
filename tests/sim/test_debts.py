"""Debts in the real engine: a mark that an action sets on a host is taken back once its run has ended, and only while it is ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from remediator.collect.facts import FactStore
from remediator.content import load_content
from remediator.content.places import content_dirs
from remediator.daemon.turn.wire import Act
from remediator.integrations import registry
from remediator.inventory import inline
from remediator.model.actions import ActionSpec, AtPlan, DebtSpec, Effect, PlanInput, Probe, Risk
from remediator.model.commands import Command
from remediator.model.content import Content
from remediator.model.declined import Refused
from remediator.model.integration import Integration
from remediator.model.records import DebtState, RunState
from remediator.model.replies import CommandDone, HostReply
from remediator.model.targets import Target
from remediator.model.values import Unknown
from remediator.runs import debts
from remediator.store.reader import Reader
from tests.builders import replies
from tests.sim import test_review_base as base
from tests.sim.cloud import CONFIG
from tests.sim.test_review_base import TARGET, crash, live

pytestmark = pytest.mark.sim

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
    sections=(),
    remote_source="",
    assessments=(),
    actions=tuple(_action(name) for name in ("first", "second", "lasting")),
)


class Host(base.Host):
    """A host with marks; `marks_known` False: their section does not come through."""

    marks_known = True

    def __init__(self, name: str, units: Any) -> None:
        super().__init__(name, units)
        self.marks: dict[str, str] = {}

    def said(self, now: Any) -> dict[str, Any]:
        return {
            **super().said(now),
            "marks": SHOWN.facts_in(dict(self.marks) if self.marks_known else Unknown("timeout:marks")),
        }


CONTENT_OF: dict[tuple[str, ...], Content] = {}
"""By the marks that its runbook sets: each is loaded once."""


class Cloud(base.Cloud):
    """A cloud whose container-start sets `marks` first. `loaded` False: their integration is not there."""

    loaded = True

    def __init__(self, directory: Path, *marks: str) -> None:
        self.of_marks = marks
        folder = directory / "content" / "runbooks"
        folder.mkdir(parents=True)
        steps = "\n".join(f"      - {{id: {name}, do: mark.{name}, timeout: 1m}}" for name in marks)
        (folder / "container.yaml").write_text(RUNBOOK.format(steps=steps))
        super().__init__(directory, CONFIG)
        self.hosts = {name: Host(name, host.units) for name, host in self.hosts.items()}

    def boot(self) -> None:
        super().boot()
        if not self.loaded:
            return
        world = self.world
        integrations = registry.beside({**world.loaded.integrations, "marks": MARKS})
        inventory = inline.load(self.config.inventory.hosts or {})
        if self.of_marks not in CONTENT_OF:
            dirs = (*content_dirs(self.config, integrations), self.directory / "content")
            content, mistakes = load_content(dirs, integrations, self.config, inventory)
            assert content is not None, mistakes
            CONTENT_OF[self.of_marks] = content
        world.loaded = replace(world.loaded, integrations=integrations)
        world.samples.facts = FactStore(integrations)
        world.take_content(self.config, CONTENT_OF[self.of_marks], inventory)

    def apply(self, effect: Act) -> list[CommandDone]:
        if effect.commands[0].argv[0] != "mark":
            return super().apply(effect)
        done = []
        for command in effect.commands:
            _, verb, name = command.argv
            self.acted.append((self.elapsed_s, command.host, command.argv))
            if verb == "set":
                self.h(command.host).marks[name] = OURS
            else:
                self.h(command.host).marks.pop(name, None)
            done.append(CommandDone(argv=command.argv, exit_code=0, output="", took_s=0.1))
        return done

    def h(self, name: str = "h1") -> Host:
        host = self.hosts[name]
        assert isinstance(host, Host)
        return host

    def did(self) -> list[str]:
        """Return what was done to marks and units, in order: ``set first``, ``start``, ``clear first``."""
        return [" ".join(argv[1:]) if argv[0] == "mark" else argv[1] for _, _, argv in self.acted]

    def sent(self, verb: str) -> list[float]:
        """Return when commands of `verb` left, whatever became of them."""
        return [at for at, act in self.acts if act.commands[0].argv[:2] == ("mark", verb)]

    def stored(self) -> list[dict[str, Any]]:
        """Return the debts of every run, as people are shown them."""
        reader = Reader(self.config)
        names = [run["id"] for run in reversed(reader.runs())]
        found = [debt for name in names for debt in (reader.run(name) or {})["debts"]]
        reader.close()
        return found

    def states(self) -> list[str]:
        return [debt["state"] for debt in self.stored()]

    def pages(self, word: str) -> list[str]:
        return [page["text"] for page in self.delivered if word in page["subject"]]

    def open_metric(self) -> float:
        return float(self.engine.metrics(self.now())["remediator_debts_open"][0][1])


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path, "first")
    yield made
    made.database.close()


def started(cloud: Cloud) -> None:
    """Let the run come to where all its steps are done and it is verified."""
    crash(cloud)
    assert cloud.run(120, until=lambda: [run.state for run in live(cloud)] == [RunState.VERIFYING])
    assert cloud.did() == ["set first", "start"]


def losing(cloud: Cloud, verb: str, arrives: bool) -> Callable[[Act], list[CommandDone] | None]:
    """Return hands from which the outcome of ``mark verb`` never comes back."""

    def act(effect: Act) -> list[CommandDone] | None:
        if effect.commands[0].argv[:2] != ("mark", verb):
            return cloud.apply(effect)
        if arrives:
            cloud.apply(effect)
        return None

    return act


# when it is released ----------------------------------------------------------------------------------------------


def test_it_is_released_after_success_and_shown(cloud: Cloud) -> None:
    started(cloud)
    assert cloud.open_metric() == 1.0
    cloud.run(90)
    assert cloud.did() == ["set first", "start", "clear first"]
    assert cloud.states() == ["released"]
    assert cloud.open_metric() == 0.0
    assert cloud.world.durable.locks == {}
    assert cloud.incident(TARGET) is None
    assert cloud.delivered == []


def test_it_stands_until_its_run_has_ended(cloud: Cloud) -> None:
    started(cloud)
    assert cloud.run(90, until=lambda: not live(cloud))
    assert cloud.did() == ["set first", "start"]
    cloud.run(30)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_a_release_counts_in_no_budget_and_no_cooldown(cloud: Cloud) -> None:
    started(cloud)
    cloud.run(90)
    assert {run.plan.runbook for run in cloud.world.durable.past_runs.values()} == {"container-start"}
    cloud.crash()
    cloud.run(5)
    assert {run.plan.runbook for run in cloud.world.durable.past_runs.values()} == {"container-start"}


def test_it_is_released_after_a_failed_cure(cloud: Cloud) -> None:
    cloud.hosts["h1"].units["memcached"].dies_on_start = True
    crash(cloud)
    assert cloud.run(600, until=lambda: "clear first" in cloud.did())
    failed = Reader(cloud.config).run("run-1")
    assert failed is not None
    assert failed["state"] == "failed"
    cloud.run(5)
    assert failed["debts"][0]["id"] == "debt-1"
    assert cloud.states()[0] == "released"


def test_a_cancelled_run_pays_its_debt(cloud: Cloud) -> None:
    started(cloud)
    (run,) = live(cloud)
    assert cloud.ask("cancel", run=run.id, reason="hands off").exit == 0
    cloud.run(30)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_two_debts_of_one_run_are_released_in_reverse_order(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path, "first", "second")
    crash(cloud)
    cloud.run(200)
    assert cloud.did() == ["set first", "set second", "start", "clear second", "clear first"]
    assert cloud.states() == ["released", "released"]
    cloud.database.close()


def test_the_earlier_of_two_debts_waits_for_the_later_one(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path, "first", "second")
    cloud.on_act = losing(cloud, "clear", arrives=False)
    crash(cloud)
    assert cloud.run(200, until=lambda: bool(cloud.sent("clear")))
    cloud.h().marks_known = False
    cloud.run(300)
    assert len(cloud.sent("clear")) == 1
    assert cloud.states() == ["open", "releasing"]
    cloud.database.close()


# killed at any point ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrives", [True, False])
def test_a_crash_between_intent_and_outcome_of_the_step_does_not_lose_it(cloud: Cloud, arrives: bool) -> None:
    cloud.on_act = losing(cloud, "set", arrives)
    crash(cloud)
    assert cloud.run(120, until=lambda: bool(cloud.sent("set")))
    cloud.on_act = None
    cloud.crash()
    cloud.run(1)
    assert [debt.id for debt in cloud.world.durable.debts.values()] == ["debt-1"]
    assert cloud.did().count("clear first") == 0
    cloud.run(300)
    assert cloud.did() == ["set first", "start", "clear first"]
    assert cloud.states() == ["released"]


def test_killed_at_every_second_around_its_release_it_is_undone_once(tmp_path: Path) -> None:
    for second in range(-6, 7):
        directory = tmp_path / str(second)
        directory.mkdir()
        cloud = Cloud(directory, "first")
        started(cloud)
        assert cloud.run(90, until=lambda cloud=cloud: not live(cloud))
        cloud.run(6 + second)
        cloud.crash()
        cloud.run(300)
        assert cloud.did() == ["set first", "start", "clear first"], f"killed at second {second}"
        assert cloud.states() == ["released"], f"killed at second {second}"
        assert cloud.world.durable.locks == {}
        cloud.database.close()


@pytest.mark.parametrize("arrives", [True, False])
def test_a_release_whose_outcome_is_lost_is_told_by_what_is_set(cloud: Cloud, arrives: bool) -> None:
    cloud.on_act = losing(cloud, "clear", arrives)
    started(cloud)
    assert cloud.run(120, until=lambda: bool(cloud.sent("clear")))
    cloud.on_act = None
    cloud.crash()
    cloud.run(1)
    assert cloud.states() == ["releasing"]
    assert cloud.world.durable.locks == {"host:h1": live(cloud)[0].id}
    cloud.run(300)
    assert cloud.did() == ["set first", "start", "clear first"]
    assert len(cloud.sent("clear")) == (1 if arrives else 2)
    assert cloud.states() == ["released"]


def test_a_release_in_doubt_on_a_silent_host_waits_pages_and_can_be_resolved(cloud: Cloud) -> None:
    cloud.on_act = losing(cloud, "clear", arrives=True)
    started(cloud)
    assert cloud.run(120, until=lambda: bool(cloud.sent("clear")))
    cloud.h().marks_known = False
    cloud.crash()
    cloud.run(200)
    assert [run.state for run in live(cloud)] == [RunState.IN_DOUBT]
    assert len(cloud.pages("in doubt")) == 1
    assert cloud.ask("resolve", run=live(cloud)[0].id, outcome="applied", reason="I looked").exit == 0
    cloud.run(5)
    assert cloud.states() == ["released"]
    assert len(cloud.sent("clear")) == 1


# what holds it ----------------------------------------------------------------------------------------------------


def test_a_pause_holds_it_and_people_hear_once_when_it_is_overdue(cloud: Cloud) -> None:
    started(cloud)
    cloud.pauses = ("look first",)
    cloud.run(500)
    assert cloud.delivered == []
    assert not cloud.ask("status").data["waiting"]
    cloud.run(800)
    assert cloud.did() == ["set first", "start"]
    (text,) = cloud.pages("still set")
    assert "paused: look first" in text
    (row,) = cloud.ask("status").data["waiting"]
    assert row["state"] == "overdue"
    assert "paused: look first" in row["reason"]
    assert cloud.world.durable.locks == {}, "what waits holds nothing"
    cloud.crash()
    cloud.run(100)
    assert len(cloud.pages("still set")) == 1
    cloud.pauses = ()
    cloud.run(30)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_a_silence_holds_it(cloud: Cloud) -> None:
    started(cloud)
    assert cloud.ask("silence-add", matchers=["host=h1"], for_s=300, reason="mine").exit == 0
    cloud.run(200)
    assert cloud.did() == ["set first", "start"]
    cloud.run(200)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_it_is_never_pulled_from_under_a_live_run(cloud: Cloud) -> None:
    def first(effect: Act) -> list[CommandDone]:
        cloud.pauses = ("wait",)
        return cloud.apply(effect)

    cloud.on_act = first
    crash(cloud)
    assert cloud.run(120, until=lambda: [run.state for run in live(cloud)] == [RunState.HELD])
    cloud.on_act = None
    cloud.run(900)
    assert cloud.did() == ["set first"]
    (text,) = cloud.pages("still set")
    assert "has not ended, it is held" in text
    cloud.pauses = ()
    cloud.run(200)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_while_the_mark_is_unknown_it_waits_and_pages_after_its_expiry(cloud: Cloud) -> None:
    started(cloud)
    cloud.h().marks_known = False
    cloud.run(500)
    assert cloud.delivered == []
    cloud.run(400)
    assert cloud.did() == ["set first", "start"]
    (text,) = cloud.pages("still set")
    assert "timeout:marks" in text
    cloud.h().marks_known = True
    cloud.run(30)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_a_silent_host_is_waited_for(cloud: Cloud) -> None:
    started(cloud)
    assert cloud.run(90, until=lambda: not live(cloud))
    cloud.hosts["h1"].down = True
    cloud.run(900)
    assert cloud.sent("clear") == []
    assert len(cloud.pages("still set")) == 1
    cloud.hosts["h1"].down = False
    cloud.run(60)
    assert cloud.did() == ["set first", "start", "clear first"]


def test_without_its_integration_it_waits(cloud: Cloud) -> None:
    started(cloud)
    cloud.loaded = False
    cloud.crash()
    cloud.run(900)
    assert cloud.sent("clear") == []
    (text,) = cloud.pages("still set")
    assert "mark.first is not there any more" in text
    cloud.loaded = True
    cloud.crash()
    cloud.run(60)
    assert cloud.states() == ["released"]


# what is not ours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", ["operator", None])
def test_what_somebody_else_changed_is_reported_and_left_alone(cloud: Cloud, owner: str | None) -> None:
    started(cloud)
    if owner is None:
        del cloud.h().marks["first"]
    else:
        cloud.h().marks["first"] = owner
    cloud.run(900)
    assert cloud.did() == ["set first", "start"]
    assert cloud.states() == ["reported"]
    (text,) = cloud.pages("left to you")
    assert "somebody else changed it" in text
    assert cloud.open_metric() == 0.0
    kinds = [entry["kind"] for entry in Reader(cloud.config).audit(limit=200) if entry["kind"].startswith("debt")]
    assert sorted(kinds) == ["debt", "debt_reported"]


def test_a_sample_from_before_the_end_of_its_run_proves_nothing(cloud: Cloud) -> None:
    started(cloud)
    assert cloud.run(90, until=lambda: not live(cloud))
    cloud.h().marks["first"] = "operator"  # after the newest sample, which still has it as ours
    cloud.run(60)
    assert cloud.did() == ["set first", "start"]
    assert cloud.states() == ["reported"]


def test_what_somebody_changed_under_a_pause_is_not_undone_after_it(cloud: Cloud) -> None:
    started(cloud)
    cloud.pauses = ("wait",)
    cloud.run(100)
    cloud.h().marks["first"] = "operator"
    cloud.run(60)
    cloud.pauses = ()
    cloud.run(60)
    assert cloud.did() == ["set first", "start"]
    assert cloud.h().marks == {"first": "operator"}


def test_a_step_that_did_not_take_effect_leaves_nothing_to_report(cloud: Cloud) -> None:
    def refused(effect: Act) -> list[CommandDone]:
        return [CommandDone(argv=effect.commands[0].argv, exit_code=1, output="no", took_s=0.1)]

    cloud.on_act = refused
    crash(cloud)
    assert cloud.run(120, until=lambda: bool(cloud.world.durable.debts))
    assert cloud.run(60, until=lambda: not cloud.world.durable.debts)
    assert cloud.states()[0] == "released"
    assert "not known to have taken effect" in cloud.stored()[0]["reason"]
    assert cloud.pages("left to you") == []


# what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [1, None])
def test_an_undo_that_keeps_failing_is_handed_to_people(cloud: Cloud, code: int | None) -> None:
    def failing(effect: Act) -> list[CommandDone] | None:
        if effect.commands[0].argv[1] != "clear":
            return cloud.apply(effect)
        return [CommandDone(argv=effect.commands[0].argv, exit_code=code, output="", took_s=1.0, error="no")]

    cloud.on_act = failing
    started(cloud)
    cloud.run(1800)
    assert len(cloud.sent("clear")) == debts.MOST_TRIES
    assert cloud.states() == [DebtState.REPORTED.value]
    (text,) = cloud.pages("left to you")
    assert "its undo failed 3 times" in text
    assert "mark clear first" in text
    assert len(cloud.delivered) == 1


def test_an_action_whose_debt_could_not_be_taken_back_is_not_carried_out(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path, "lasting")
    crash(cloud)
    cloud.run(120)
    assert cloud.acts == []
    assert cloud.states() == []
    assert any("nothing clears a lasting mark" in page["text"] for page in cloud.delivered)
    cloud.database.close()
