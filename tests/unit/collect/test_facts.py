"""Facts are replaced by newer ones only, section by section, and a reply that failed forgets no target."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.collect.facts import FactStore
from remediator.model.content.judging import Assessed, AssessSpec, Evidence, Scope
from remediator.model.manifest.integration import Integration
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import FieldType, Unknown
from tests.builders.replies import Said
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit


def remember(memory: Any, reply: HostReply) -> tuple[str, ...]:
    return (*(memory or ()), reply.reach.value)


def nothing(evidence: Evidence) -> list[Assessed]:
    return []


def spec(*sections: str) -> AssessSpec:
    return AssessSpec(
        name="one.thing",
        scope=Scope.HOST,
        sections=sections,
        fields={"x": FieldType.INT},
        judge=nothing,
        target_kind="host",
    )


def store() -> FactStore:
    one = Integration(
        name="one", sections=(), remote_source="", assessments=(spec("a"),), actions=(), remember=remember
    )
    return FactStore({"one": one})


def seen(facts: FactStore, *sections: str) -> HostReply:
    inventory = make.evidence(hosts=("ctl1",)).inventory
    found = facts.evidence(spec(*sections), ["ctl1"], inventory, make.at(4000)).reply("ctl1")
    assert found is not None
    return found


def test_each_section_keeps_its_newest_reply_and_the_age_is_the_oldest_of_them() -> None:
    facts = store()
    facts.take(make.reply(asked_s=10, a=1, b=1))
    facts.take(make.reply(asked_s=20, b=2))
    assert (seen(facts, "a").section("a"), seen(facts, "a").asked_at) == (Said(1), make.at(10))
    assert (seen(facts, "b").section("b"), seen(facts, "b").asked_at) == (Said(2), make.at(20))
    both = seen(facts, "a", "b")
    assert (both.section("a"), both.section("b"), both.asked_at) == (Said(1), Said(2), make.at(10))


def test_a_section_that_was_never_asked_for_is_unknown() -> None:
    facts = store()
    facts.take(make.reply(a=1))
    assert seen(facts, "a", "c").section("c") == Unknown("not_collected:c")
    assert seen(facts, "c").section("c") == Unknown("not_collected:c")


def test_when_the_newest_round_trip_failed_nothing_older_is_shown_as_now() -> None:
    facts = store()
    facts.take(make.reply(asked_s=10, a=1, b=1))
    facts.take(make.reply(asked_s=20, reach=Reach.UNREACHABLE, b=Unknown("host_unreachable")))
    found = seen(facts, "a")
    assert (found.reach, found.section("a"), found.asked_at) == (
        Reach.UNREACHABLE,
        Unknown("host_unreachable"),
        make.at(20),
    )


def test_an_answer_that_was_asked_for_earlier_changes_nothing() -> None:
    facts = store()
    facts.take(make.reply(asked_s=20, a=2))
    facts.take(make.reply(asked_s=10, a=1))
    assert seen(facts, "a").section("a") == Said(2)
    assert facts.memory("one", "ctl1") == ("ok",)


def test_the_memory_folds_every_reply_also_a_failed_one() -> None:
    facts = store()
    facts.take(make.reply(asked_s=10, a=1))
    facts.take(make.reply(asked_s=20, reach=Reach.GARBLED))
    assert facts.memory("one", "ctl1") == ("ok", "garbled")


def test_a_reply_that_is_taken_again_is_folded_once() -> None:
    facts, reply = store(), make.reply(asked_s=10, a=1)
    facts.take(reply)
    facts.take(reply)
    assert facts.memory("one", "ctl1") == ("ok",)


def test_an_assessment_sees_the_memory_of_its_own_integration_only() -> None:
    facts = store()
    facts.take(make.reply(a=1))
    inventory = make.evidence(hosts=("ctl1",)).inventory
    assert facts.evidence(spec("a"), ["ctl1"], inventory, make.at(0)).memory("ctl1") == ("ok",)
    theirs = AssessSpec(name="b.x", scope=Scope.HOST, sections=(), fields={}, judge=nothing, target_kind="host")
    assert facts.evidence(theirs, ["ctl1"], inventory, make.at(0)).memory("ctl1") is None


def test_a_host_that_was_never_asked_has_no_reply() -> None:
    facts = store()
    inventory = make.evidence(hosts=("ctl1",)).inventory
    assert facts.evidence(spec("a"), ["ctl1"], inventory, make.at(0)).reply("ctl1") is None
    assert (facts.reply("ctl1"), facts.whole("ctl1")) == (None, None)


def test_the_whole_of_a_host_has_every_section() -> None:
    facts = store()
    facts.take(make.reply(asked_s=10, a=1))
    facts.take(make.reply(asked_s=20, b=2))
    found = facts.whole("ctl1")
    assert found is not None
    assert ({name: one.data for name, one in found.sections.items()}, found.asked_at) == (
        {"a": Said(1), "b": Said(2)},
        make.at(10),
    )


def test_hosts_that_left_are_forgotten() -> None:
    facts = store()
    facts.take(make.reply(a=1))
    facts.forget(["ctl1", "never"])
    assert (facts.reply("ctl1"), facts.memory("one", "ctl1")) == (None, None)
