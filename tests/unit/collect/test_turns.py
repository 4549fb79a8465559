"""How often a section is asked for: the slow ones at each of their turns. All of them are asked for first, when forced,
and after a boot. The text that goes with it is that of what is asked for."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from remediator.collect import collector
from remediator.collect.collector import Collector
from remediator.model.hosts import Host
from remediator.model.manifest.integration import Integration, SectionSpec
from remediator.model.messages.replies import Reach
from remediator.model.times import Instant
from remediator.reach.interface import RawReply
from tests.builders import replies
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

CTL1 = Host(name="ctl1", address="ctl1.mgmt", groups=())
CMP1 = Host(name="cmp1", address="cmp1.mgmt", groups=("compute",))


class Still:
    """A clock that stands still."""

    def now(self) -> Instant:
        return make.at(3600.0)


class Asked:
    """A host that notes what it is asked for; it answers while it is up."""

    token = ""

    def __init__(self) -> None:
        self.sections: list[set[str]] = []
        self.texts: list[str] = []
        self.up, self.boot_id = True, "one"

    def exchange(self, host: Host, argv: Any, sent: bytes, *_rest: Any) -> RawReply:
        length, _, body = sent.partition(b"\n")
        self.texts.append(zlib.decompress(body[: int(length)]).decode())
        request = json.loads(body[int(length) :])
        names = {each["name"] for each in request["sections"]}
        self.sections.append(names)
        if not self.up:
            return RawReply(reach=Reach.UNREACHABLE, reason="down")
        said = {"v": 1, "boot_id": self.boot_id, "clock": make.NOW_S, "took": 0.1}
        said["sections"] = {name: {"took": 0.1, "data": {}} for name in names}
        return RawReply(reach=Reach.OK, reason="", stdout=f"\n{request['sentinel']} {json.dumps(said)}\n".encode())


def build(asked: Asked) -> Collector:
    def one(name: str, *sections: SectionSpec, applies: Any = None) -> Integration:
        source = f"{name.upper()} = 1  # what it is\n"
        return Integration(
            name=name, sections=sections, remote_source=source, assessments=(), actions=(), applies=applies
        )

    quick = SectionSpec(kind=replies.kind("quick"), timeout_s=1.0)
    slow = SectionSpec(kind=replies.kind("slow"), timeout_s=1.0, every=3)
    other = SectionSpec(kind=replies.kind("other"), timeout_s=1.0)
    loaded = {
        "first": one("first", quick, slow),
        "second": one("second", other, applies=lambda host: "compute" in host.groups),
    }
    return Collector(asked, loaded, Still(), sudo=False)  # type: ignore[arg-type]


def test_a_slow_section_is_asked_for_at_its_turns() -> None:
    asked = Asked()
    collect = build(asked).collect
    for _ in range(7):
        collect(CTL1, ())
    assert ["slow" in names for names in asked.sections] == [True, False, False, True, False, False, True]
    assert all("quick" in names for names in asked.sections)


def test_a_forced_collection_and_one_that_names_it_ask_for_it() -> None:
    asked = Asked()
    collect = build(asked).collect
    collect(CTL1, ())
    collect(CTL1, (), forced=True)
    collect(CTL1, ("slow",))
    assert ["slow" in names for names in asked.sections] == [True, True, True]


def test_without_a_reply_it_stays_due() -> None:
    asked = Asked()
    collect = build(asked).collect
    asked.up = False
    collect(CTL1, ())
    collect(CTL1, ())
    asked.up = True
    collect(CTL1, ())
    collect(CTL1, ())
    assert ["slow" in names for names in asked.sections] == [True, True, True, False]


def test_after_a_boot_all_of_them_are_asked_for() -> None:
    asked = Asked()
    collect = build(asked).collect
    collect(CTL1, ())
    asked.boot_id = "two"
    collect(CTL1, ())
    collect(CTL1, ())
    collect(CTL1, ())
    assert ["slow" in names for names in asked.sections] == [True, False, True, False]


def test_each_host_has_turns_of_its_own_and_is_sent_the_texts_it_is_asked_for() -> None:
    asked = Asked()
    collect = build(asked).collect
    collect(CTL1, ())
    collect(CMP1, ())
    assert ["slow" in names for names in asked.sections] == [True, True]
    assert ["FIRST = 1" in text for text in asked.texts] == [True, True]
    assert ["SECOND = 1" in text for text in asked.texts] == [False, True]
    assert not any("what it is" in text for text in asked.texts)
    assert collector.DEADLINE_S > 0
