"""Where a direct question goes: to the address that the host itself told, and before it ever told one, to nobody before
it was asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remediator.collect.collector import Collector
from remediator.model.hosts import Host
from remediator.model.manifest.integration import DirectSpec, Integration, SectionSpec
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.times import Instant
from remediator.reach.interface import RawReply
from tests.builders import replies
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

CTL1 = Host(name="ctl1", address="ctl1.mgmt", groups=())


class Still:
    """A clock that stands still."""

    def now(self) -> Instant:
        return make.at(3600.0)


class Told:
    """A host that answers what it is given, one after the other; None: it is not reached."""

    token = ""

    def __init__(self, *told: str | None) -> None:
        self.told = list(told)
        self.asked = 0

    def exchange(
        self, host: Host, argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, forced: bool = False
    ) -> RawReply:
        self.asked += 1
        told = self.told.pop(0)
        if told is None:
            return RawReply(reach=Reach.UNREACHABLE, reason="silent")
        length, _, rest = stdin.partition(b"\n")  # the script, and right behind it the request
        sentinel = json.loads(rest[int(length) :])["sentinel"]
        body = {"v": 1, "boot_id": "b", "clock": 1.0, "took": 0.1, "sections": {"s": {"took": 0.1, "data": told}}}
        return RawReply(reach=Reach.OK, stdout=f"{sentinel} {json.dumps(body)}\n".encode(), exit_code=0)

    def run(self, host: Host, command: Any) -> Any:
        raise AssertionError("nothing is commanded here")

    def close(self) -> None:
        """There is nothing to end."""


def dialled(reach: Told, host: Host = CTL1, dials: bool = True) -> list[tuple[str | None, str, int]]:
    """Return how each collection dials: the service's address, the inventory's, and after how many exchanges."""
    seen: list[tuple[str | None, str, int]] = []

    def direct(given: Host) -> str:
        seen.append((given.api_address, given.address, reach.asked))
        return "ok"

    def says(reply: HostReply) -> str | None:
        found = reply.facts(kind)
        return found.value if isinstance(found, replies.Said) and found.value else None

    kind = replies.kind("s")
    one = Integration(
        name="x",
        sections=(SectionSpec(kind=kind, timeout_s=1.0, memory_mb=64),),
        remote_source="",
        assessments=(),
        actions=(),
        direct=(DirectSpec(kind=replies.kind("sql"), fetch=direct),),
        dials=says if dials else None,
    )
    collector = Collector(reach, {"x": one}, Still(), sudo=False)
    for _ in range(len(reach.told)):
        assert collector.collect(host, ()).sections["sql"].data == replies.Said("ok")
    return seen


def test_the_first_question_waits_for_what_the_host_says_and_later_ones_go_there_at_once() -> None:
    first, second = dialled(Told("fd00::11", "fd00::11"))
    assert first == ("fd00::11", "ctl1.mgmt", 1)
    assert second[:2] == ("fd00::11", "ctl1.mgmt")


def test_an_address_that_was_told_is_kept_while_the_host_is_not_reached() -> None:
    found = [each[:2] for each in dialled(Told(None, "fd00::11", None, "fd00::12", "fd00::12"))]
    assert found[0] == (None, "ctl1.mgmt")
    assert found[-1] == ("fd00::12", "ctl1.mgmt")
    assert set(found[2:4]) == {("fd00::11", "ctl1.mgmt")}


def test_the_inventorys_own_address_of_services_is_the_second_way() -> None:
    host = Host(name="ctl1", address="ctl1.mgmt", groups=(), api_address="192.0.2.11")
    assert dialled(Told("fd00::11"), host) == [("fd00::11", "192.0.2.11", 1)]
    assert dialled(Told(""), host) == [("192.0.2.11", "ctl1.mgmt", 1)]


def test_an_integration_that_does_not_say_where_is_asked_as_the_inventory_has_it() -> None:
    (found,) = dialled(Told("fd00::11"), dials=False)
    assert found[:2] == (None, "ctl1.mgmt")
