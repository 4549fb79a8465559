"""The runbooks of a lost cluster as they are shipped: their steps, what those take from each other, and what nobody may
write into them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import remediator
from remediator.content import load_content, places
from remediator.integrations import registry
from remediator.model.content.actions import Effect
from remediator.model.content.declined import Refused
from remediator.model.content.plans import Plan
from remediator.model.content.specs import Content, FromStep, Mistake
from remediator.model.hosts import Host, Inventory
from remediator.runs.plans import planning
from tests.builders.declined import built, declines
from tests.integrations.galera.unit.world import HOSTS, TARGET

pytestmark = pytest.mark.unit

SHIPPED = Path(remediator.__file__).parents[1] / "runbooks" / "galera.yaml"
INVENTORY = Inventory(
    hosts={host: Host(name=host, address=host, groups=("mariadb",)) for host in HOSTS}, version="v", source="test"
)
JUDGED = {"galera-bootstrap": "bootstrap", "galera-start-members": "start_members"}


@cache
def content() -> Content:
    found, mistakes = load_content(None, registry.load({"galera": {}}), None)
    assert found is not None, mistakes
    return found


def plan(runbook: str = "galera-bootstrap", of: Content | None = None, **data: Any) -> Plan:
    return built(
        planning.build(
            (of or content()).runbooks[runbook],
            target=TARGET,
            data={"procedure": JUDGED[runbook], "why": "w", **data},
            identity={},
            inventory=INVENTORY,
            rule=None,
            check="galera-cluster",
            quiet_s=60.0,
            content_version="v",
        )
    )


def rewritten(text: str, folder: Path) -> tuple[Content | None, list[Mistake]]:
    """Return what is loaded with the runbooks of `text` in place of those that are shipped."""
    written = folder / "runbooks" / "galera.yaml"
    written.parent.mkdir()
    written.write_text(text, encoding="utf-8")
    written.chmod(0o644)
    return load_content([places.shipped(), folder], registry.load({"galera": {}}), None)


def test_a_bootstrap_has_a_step_for_each_member_in_the_order_of_the_target() -> None:
    assert [each.id for each in plan().steps] == [
        *(f"{name}_{host}" for name in ("hold", "stop", "save", "read") for host in HOSTS),
        "choose", "copy", "bootstrap", *(f"join_{host}" for host in HOSTS), "finish",
    ]  # fmt: skip
    assert {each.id: each.host for each in plan().steps if each.host} == {
        f"{name}_{host}": host for name in ("hold", "stop", "save", "read", "join") for host in HOSTS
    }


def test_its_steps_are_built_in_their_turn_and_say_in_words_what_they_do() -> None:
    for each in plan().steps:
        assert (each.late, each.commands) == (True, ())
        assert each.summary
    assert plan().touches == HOSTS


def test_the_bootstrap_itself_alone_is_never_sent_again() -> None:
    assert [each.id for each in plan().steps if each.effect is Effect.ONCE] == ["bootstrap"]


@pytest.mark.parametrize("runbook", JUDGED)
def test_a_runbook_that_the_judgement_does_not_name_is_refused_before_anything_begins(runbook: str) -> None:
    assert plan(runbook).steps[0].judges_group
    with declines(Refused, match="the judgement of this cluster is page"):
        plan(runbook, procedure="page")


# what a step takes from earlier ones
# ------------------------------------------------------------------------------------------

GAVE = {
    **{f"read_{host}": {"seqno": seqno} for host, seqno in zip(HOSTS, (5, 6, 7), strict=True)},
    "choose": {"host": "ctl3"},
}
BOUND = {"choice": {"host": "ctl3"}, "positions": {"ctl1": {"seqno": 5}, "ctl2": {"seqno": 6}, "ctl3": {"seqno": 7}}}


def bound(found: Plan, name: str, results: dict[str, Any]) -> dict[str, Any]:
    actions = content().actions
    (wanted,) = [each for each in found.steps if each.action == name]
    return planning.bound(found, wanted, actions[name].needs, actions, results)


def test_a_bootstrap_takes_what_was_chosen_and_what_was_read_of_each_member() -> None:
    (bootstrap,) = [each for each in plan().steps if each.id == "bootstrap"]
    assert bootstrap.params == {"choice": {"from": "choose"}, "positions": {"from": "read"}}
    assert bound(plan(), "galera.bootstrap", {**GAVE, "hold_ctl1": {"stopped": True}}) == BOUND
    assert bound(plan(), "galera.bootstrap", {}) == {"choice": None, "positions": {}}


def test_a_copy_takes_what_was_chosen() -> None:
    (copy,) = [each for each in content().runbooks["galera-bootstrap"].steps if each.id == "copy"]
    assert copy.params == {"choice": FromStep("choose")}
    assert bound(plan(), "galera.copy", GAVE) == {"choice": {"host": "ctl3"}}


def test_an_operator_may_call_its_steps_otherwise(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in {"hold": "keep", "read": "ask", "choose": "pick", "position": "where", "login": "enter"}.items():
        text = text.replace(f"{{id: {old},", f"{{id: {new},").replace(f"{{from: {old}}}", f"{{from: {new}}}")
    other, mistakes = rewritten(text, tmp_path)
    assert other is not None, mistakes
    gave = {name.replace("read_", "ask_").replace("choose", "pick"): value for name, value in GAVE.items()}
    assert bound(plan(of=other), "galera.bootstrap", gave) == BOUND


def test_the_bootstrap_of_an_older_release_takes_what_the_steps_before_it_give() -> None:
    steps = tuple(replace(each, params={"host": {"from": "choose.host"}}) for each in plan().steps)
    assert bound(replace(plan(), steps=steps), "galera.bootstrap", GAVE) == BOUND


@pytest.mark.parametrize("step", ["copy", "bootstrap", "finish"])
@pytest.mark.parametrize("with_", ["{host: ctl3}", "{host: {from: choose.host}}", "{choice: ctl3}"])
def test_no_runbook_names_the_member_to_bootstrap(tmp_path: Path, step: str, with_: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    text, times = re.subn(rf"(do: galera\.{step}, with: ).*(, timeout)", rf"\g<1>{with_}\g<2>", text)
    assert times == 1
    other, mistakes = rewritten(text, tmp_path)
    assert other is None
    found = [(each.code, each.message) for each in mistakes]
    if with_ == "{choice: ctl3}":
        remedy = "write {from: STEP}, an earlier step that gives a choice: no other value is read"
        assert ("bad_reference", remedy) in found
    else:
        assert ("unknown_parameter", f"galera.{step} has no parameter host") in found
