"""Steps of several members, built late, given values, settling and asking: planned, carried on, stored and read
back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from remediator.content import load_content
from remediator.model.content.actions import AtTurn, Built, PlanInput, Probe
from remediator.model.content.commands import Command
from remediator.model.content.consent import Ask, Consent, Reason
from remediator.model.content.declined import Declined, Refused, Wait
from remediator.model.content.plans import Plan
from remediator.model.content.specs import Content, FromStep, StepSpec
from remediator.model.messages.replies import CommandDone
from remediator.model.records.records import Run, RunState, StepState
from remediator.runs import machine
from remediator.runs.plans import planning
from tests.builders import relay, stored
from tests.builders.declined import built, declines
from tests.builders.relay import HOSTS, INVENTORY, TARGET, content, plan, run
from tests.builders.replies import SHIPPED
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

BECAUSE = frozenset({Reason(rule="R-9", facts=("missing:ctl1", "ahead:ctl1:80:77")), Reason(rule="R-8", facts=())})


def step(found: Run, name: str) -> Any:
    return next(each for each in found.steps if each.id == name)


# planning
# ------------------------------------------------------------------------


def test_a_step_for_each_member_is_one_for_each_in_the_order_of_the_target() -> None:
    assert [each.id for each in plan().steps] == [
        *(f"{name}_{host}" for name in ("hold", "stop", "read") for host in HOSTS),
        "choose", "copy", "begin", *(f"join_{host}" for host in HOSTS), "finish",
    ]  # fmt: skip
    assert {each.id: each.host for each in plan().steps if each.host} == {
        f"{name}_{host}": host for name in ("hold", "stop", "read", "join") for host in HOSTS
    }


def test_late_steps_have_no_commands_and_say_in_words_what_they_do() -> None:
    for each in plan().steps:
        assert (each.late, each.commands) == (True, ())
        assert each.summary
    assert plan().touches == HOSTS


def test_what_a_step_takes_from_an_earlier_one_is_json_in_the_plan() -> None:
    (begin,) = [each for each in plan().steps if each.id == "begin"]
    assert begin.params == {"choice": {"from": "choose"}, "positions": {"from": "read"}}
    assert json.loads(json.dumps(plan().to_json()))["steps"]
    assert stored.again(plan()) == plan()


def test_the_hash_does_not_change_when_a_step_gets_its_commands() -> None:
    before = plan()
    command = Command(host="ctl1", argv=("sh", "-c", "true", "x"), timeout_s=3.0)
    steps = tuple(replace(each, commands=(command,), timeout_s=each.timeout_s + 100) for each in before.steps)
    assert replace(before, steps=steps).hash == before.hash
    assert replace(before, steps=before.steps[1:]).hash != before.hash
    other = replace(before.steps[-1], params={"choice": {"from": "read"}})
    assert replace(before, steps=(*before.steps[:-1], other)).hash != before.hash


@pytest.mark.parametrize("runbook", ["relay-rebuild", "relay-start"])
def test_a_guarded_step_refuses_the_plan_before_anything_begins(runbook: str) -> None:
    assert plan(runbook).steps[0].judges_group
    with declines(Refused, match="the judgement of this cluster is page"):
        plan(runbook, procedure="page")


@pytest.mark.parametrize("declined", [Refused("not now"), Wait("not now"), Ask("not now", Consent())])
def test_whatever_a_guarded_action_declines_with_refuses_its_plan(declined: Declined) -> None:
    assert planned_by(lambda _order: declined) == Refused("relay-rebuild cannot be planned for cluster/relay: not now")


def test_an_exception_of_an_action_is_a_bug_and_the_refusal_says_so() -> None:
    def stumbles(_order: PlanInput) -> Built:
        raise ValueError("no number")

    assert planned_by(stumbles) == Refused(
        "relay-rebuild cannot be planned for cluster/relay: relay.hold stumbled: ValueError: no number"
    )


def planned_by(at_plan: Callable[[PlanInput], Built]) -> Plan | Refused:
    """Return the plan of the rebuild whose first action answers as `at_plan` does."""
    runbook = content().runbooks["relay-rebuild"]
    action = runbook.steps[0].action
    assert isinstance(action.when, AtTurn)
    first = replace(runbook.steps[0], action=replace(action, when=replace(action.when, at_plan=at_plan)))
    return planning.build(
        replace(runbook, steps=(first, *runbook.steps[1:])), target=TARGET, data={}, identity={}, inventory=INVENTORY,
        rule=None, check="relay-cluster", quiet_s=60.0, content_version="v",
    )  # fmt: skip


def test_a_member_that_is_not_in_the_inventory_refuses_the_plan() -> None:
    fewer = replace(INVENTORY, hosts={host: INVENTORY.hosts[host] for host in HOSTS[:2]})
    with declines(Refused, match="ctl3 is not in the inventory"):
        plan(inventory=fewer)


GAVE = {
    **{f"read_{host}": {"seqno": seqno} for host, seqno in zip(HOSTS, (5, 6, 7), strict=True)},
    "choose": {"host": "ctl3"},
}
BOUND = {"choice": {"host": "ctl3"}, "positions": {"ctl1": {"seqno": 5}, "ctl2": {"seqno": 6}, "ctl3": {"seqno": 7}}}


def bound(found: Plan, name: str, results: dict[str, Any]) -> dict[str, Any]:
    actions = content().actions
    (wanted,) = [each for each in found.steps if each.action == name]
    return planning.bound(found, wanted, actions[name].needs, actions, results)


def test_a_step_finds_what_the_steps_gave_that_its_runbook_names() -> None:
    assert bound(plan(), "relay.begin", {**GAVE, "hold_ctl1": {"stopped": True}}) == BOUND
    assert bound(plan(), "relay.copy", GAVE) == {"choice": {"host": "ctl3"}}
    assert bound(plan(), "relay.begin", {}) == {"choice": None, "positions": {}}


def test_how_steps_are_called_means_nothing() -> None:
    text = relay.RUNBOOKS
    for old, new in {"hold": "keep", "read": "ask", "choose": "pick"}.items():
        text = text.replace(f"{{id: {old},", f"{{id: {new},").replace(f"{{from: {old}}}", f"{{from: {new}}}")
    other, mistakes = relay.loaded(text)
    assert other is not None, mistakes
    renamed = built(planning.build(
        other.runbooks["relay-rebuild"], target=TARGET, data={"procedure": "rebuild", "why": "w"}, identity={},
        inventory=INVENTORY, rule=None, check="relay-cluster", quiet_s=60.0, content_version="v",
    ))  # fmt: skip
    gave = {name.replace("read_", "ask_").replace("choose", "pick"): value for name, value in GAVE.items()}
    assert bound(renamed, "relay.begin", gave) == BOUND


def test_a_plan_of_an_older_release_names_no_step_and_takes_what_the_steps_before_it_give() -> None:
    steps = tuple(replace(each, params={"host": {"from": "choose.host"}}) for each in plan().steps)
    assert bound(replace(plan(), steps=steps), "relay.begin", GAVE) == BOUND


@pytest.mark.parametrize("step", ["copy", "begin", "finish"])
@pytest.mark.parametrize("with_", ["{host: ctl3}", "{host: {from: choose.host}}", "{choice: ctl3}"])
def test_a_host_that_a_runbook_writes_down_is_refused(step: str, with_: str) -> None:
    text, times = re.subn(rf"(do: relay\.{step}, with: ).*(, timeout)", rf"\g<1>{with_}\g<2>", relay.RUNBOOKS)
    assert times == 1
    other, mistakes = relay.loaded(text)
    assert other is None
    found = [(each.code, each.message) for each in mistakes]
    if with_ == "{choice: ctl3}":
        assert (
            "bad_reference",
            "write {from: STEP}, an earlier step that gives a relay choice: no other value is read",
        ) in found
    else:
        assert ("unknown_parameter", f"relay.{step} has no parameter host") in found


def test_a_reference_is_written_as_it_is_read() -> None:
    spec = content().runbooks["relay-rebuild"]
    (copy,) = [each for each in spec.steps if each.id == "copy"]
    assert isinstance(copy, StepSpec)
    assert copy.params == {"choice": FromStep("choose")}
    assert FromStep("choose").to_json() == {"from": "choose"}


def shipped() -> Content:
    found, mistakes = load_content(None, SHIPPED, None)
    assert found is not None, mistakes
    return found


@pytest.mark.parametrize("whole", [shipped, content])
def test_every_need_of_an_action_is_given_by_another_and_named_in_each_runbook(whole: Callable[[], Content]) -> None:
    found = whole()
    given = {action.gives.kind for action in found.actions.values() if action.gives is not None}
    assert all(need.kind in given for action in found.actions.values() for need in action.needs)
    for runbook in found.runbooks.values():
        for each in runbook.steps:
            assert set(each.params) == {need.name for need in each.action.needs}


# the machine
# ------------------------------------------------------------------------


def done(name: str, found: Run) -> Run:
    return done_intent(name, machine.intent(found, name, {}, at(1)))


def before(name: str) -> Run:
    """Return the run with all steps before `name` done."""
    found = run()
    for each in found.steps:
        if each.id == name:
            return found
        found = done(each.id, found)
    raise AssertionError(name)


def test_a_step_with_nothing_to_do_is_done() -> None:
    found = machine.outcome_of_nothing(machine.intent(run(), "hold_ctl1", {}, at(1)), "hold_ctl1", at(2))
    assert (step(found, "hold_ctl1").state, step(found, "hold_ctl1").result) == (StepState.DONE, "ok")
    assert step(found, "hold_ctl1").outcome_at == at(2)


def test_a_settling_step_is_the_current_one_until_it_has_come_about() -> None:
    found = machine.intent(before("join_ctl1"), "join_ctl1", {}, at(3))
    found = machine.outcome(
        found, "join_ctl1", [CommandDone(argv=("sh",), exit_code=0, output="", took_s=0.1, error="")], 1, at(4)
    )
    found = machine.settling(found, "join_ctl1", "ctl1: Joining", {"bytes": 5})
    current = machine.current(found)
    assert current is not None
    assert (current.id, current.state, current.result, current.given) == (
        "join_ctl1",
        StepState.SETTLING,
        "ctl1: Joining",
        {"bytes": 5},
    )
    assert current.outcome_at == at(4)
    after = machine.gave(found, "join_ctl1", {"how": "IST"}, "ctl1: Synced")
    assert (step(after, "join_ctl1").given, step(after, "join_ctl1").result) == ({"how": "IST"}, "ctl1: Synced")
    following = machine.current(after)
    assert following is not None
    assert following.id == "join_ctl2"


def test_a_settling_step_that_failed_keeps_when_its_commands_ended() -> None:
    found = machine.settling(
        machine.outcome_of_nothing(machine.intent(before("join_ctl1"), "join_ctl1", {}, at(3)), "join_ctl1", at(4)),
        "join_ctl1",
        "x",
        {},
    )
    failed = machine.failed(found, "join_ctl1", "it did not stay up", at(99))
    assert (step(failed, "join_ctl1").state, step(failed, "join_ctl1").outcome_at) == (StepState.FAILED, at(4))
    assert step(machine.failed(run(), "hold_ctl1", "x", at(99)), "hold_ctl1").outcome_at == at(99)


def doubtful(name: str, tries: int = 1) -> Run:
    found = before(name)
    for _ in range(tries - 1):
        found = machine.probed(
            machine.in_doubt(machine.intent(found, name, {}, at(3)), name, "killed"),
            name,
            Probe.NOT_APPLIED,
            at(4),
            repeatable=True,
        )
    return machine.in_doubt(machine.intent(found, name, {}, at(3)), name, "killed")


def test_a_repeatable_step_goes_on_without_the_whole_gate_and_another_does_not() -> None:
    again = machine.probed(doubtful("join_ctl1"), "join_ctl1", Probe.NOT_APPLIED, at(9), repeatable=True)
    assert (again.state, step(again, "join_ctl1").state) == (RunState.RUNNING, StepState.PENDING)
    gated = machine.probed(doubtful("join_ctl1"), "join_ctl1", Probe.NOT_APPLIED, at(9))
    assert (gated.state, gated.locked_at, step(gated, "join_ctl1").state) == (
        RunState.PLANNED,
        at(9),
        StepState.PENDING,
    )


@pytest.mark.parametrize(
    ("tries", "repeatable", "state"),
    [
        (1, False, StepState.PENDING),
        (2, False, StepState.FAILED),
        (4, True, StepState.PENDING),
        (5, True, StepState.FAILED),
    ],
)
def test_it_is_not_sent_for_ever(tries: int, repeatable: bool, state: StepState) -> None:
    found = machine.probed(doubtful("join_ctl1", tries), "join_ctl1", Probe.NOT_APPLIED, at(9), repeatable=repeatable)
    assert step(found, "join_ctl1").tries == tries
    assert step(found, "join_ctl1").state is state


def ask(lost: int) -> Ask:
    return Ask(f"lose {lost}?", Consent(lost=lost))


def test_what_a_held_run_asks_is_kept_until_it_goes_on() -> None:
    held = machine.held_for(run(), "it needs a person's yes: lose 7?", at(5), ask(7))
    again = machine.held_for(held, "it needs a person's yes: lose 8?", at(9), ask(8))
    assert (held.asks, again.asks, again.held_since) == ("lose 7?", "lose 8?", at(5))
    assert (held.asks_for, again.asks_for) == (Consent(lost=7), Consent(lost=8))
    for other in (machine.held_for(again, "a transfer goes on", at(10)), machine.released(again)):
        assert (other.asks, other.asks_for, other.asks_hash) == ("", None, "")
    assert machine.released(again).state is RunState.RUNNING


def test_the_hash_of_a_question_is_of_what_it_asks_and_not_of_its_words() -> None:
    held = machine.held_for(run(), "why", at(5), ask(7))
    assert held.asks_hash == machine.held_for(run(), "why", at(5), Ask("may 7 be lost?", Consent(lost=7))).asks_hash
    assert held.asks_hash != machine.held_for(run(), "why", at(5), Ask("lose 7?", Consent(lost=8))).asks_hash


def test_steps_side_by_side_begin_together_and_are_waited_for_before_one_that_failed() -> None:
    found = run()
    assert [each.id for each in machine.beside(found, found.steps[0])] == [f"hold_{host}" for host in HOSTS]
    assert [each.id for each in machine.beside(found, step(found, "join_ctl1"))] == ["join_ctl1"]
    found = machine.intent(machine.intent(found, "hold_ctl1", {}, at(1)), "hold_ctl2", {}, at(1))
    assert [each.id for each in machine.beside(found, step(found, "hold_ctl3"))] == ["hold_ctl3"]
    found = machine.failed(found, "hold_ctl1", "held by another", at(2))
    current = machine.current(found)
    assert current is not None
    assert current.id == "hold_ctl2", "what is under way is waited for"
    current = machine.current(done_intent("hold_ctl2", found))
    assert current is not None
    assert current.id == "hold_ctl1", "then the run stands at what failed, and nothing else begins"


def done_intent(name: str, found: Run) -> Run:
    return machine.gave(machine.outcome_of_nothing(found, name, at(2)), name, {})


def test_what_is_news_of_a_step_that_settles_is_its_stage_and_without_one_all_that_it_says() -> None:
    found = machine.intent(run(), "hold_ctl1", {}, at(1))
    told = machine.settling(found, "hold_ctl1", "Joiner, 12.0 MiB", {}, "Joiner")
    assert (step(told, "hold_ctl1").result, step(told, "hold_ctl1").stage) == ("Joiner, 12.0 MiB", "Joiner")
    assert step(machine.settling(told, "hold_ctl1", "Donor", {}), "hold_ctl1").stage == "Donor"


# the store
# ------------------------------------------------------------------------


def test_it_is_read_back_as_it_was_stored() -> None:
    given = {"host": "ctl2", "seqno": 77, "sst": ["ctl1"], "unknown": True, "rate": 1.5, "none": None}
    found = machine.settling(machine.intent(before("choose"), "choose", {"run": "run-7"}, at(3)), "choose", "x", given)
    found = replace(machine.held_for(found, "why", at(5), ask(7)), consent=Consent(lost=6, because=BECAUSE))
    again = stored.again(found)
    assert again == found
    assert step(again, "choose").given == given
    assert (again.asks, again.asks_for) == ("lose 7?", Consent(lost=7))
    assert again.consent == Consent(lost=6, because=BECAUSE)


def test_a_run_of_an_older_version_lacks_them_and_is_read() -> None:
    body = stored.body_of(run())
    for name in ("asks", "asks_for", "consent"):
        del body[name]
    for each in body["steps"]:
        del each["given"]
    for each in body["plan"]["steps"]:
        for name in ("host", "late", "judges_group", "summary"):
            del each[name]
    again = stored.record_of(Run, body)
    assert (again.asks, again.asks_for, again.consent, again.steps[0].given) == ("", None, None, {})
    assert not again.plan.steps[0].late
    assert again.plan.hash == run().plan.hash
