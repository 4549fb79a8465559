"""Where the collector runs under sudo: by the account of each host, and on this very machine by who we are."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from remediator.collect.collector import Collector
from remediator.model.content.commands import Command
from remediator.model.hosts import Host
from remediator.model.messages.replies import CommandDone, Reach
from remediator.model.times import Instant
from remediator.reach.interface import RawReply

pytestmark = pytest.mark.unit


class Still:
    """A clock that stands."""

    def now(self) -> Instant:
        return Instant(datetime(2026, 1, 1, tzinfo=UTC), 1.0, "boot")


class Listening:
    """A way to the hosts that keeps what it was asked to run, and reaches nobody."""

    token = ""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def exchange(
        self, host: Host, argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, forced: bool = False
    ) -> RawReply:
        self.asked.append(argv)
        return RawReply(reach=Reach.UNREACHABLE, reason="nobody")

    def run(self, host: Host, command: Command) -> CommandDone:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("sudo", "ours", "theirs", "address", "wanted"),
    [
        (True, "remediator", None, "10.0.0.1", True),
        (True, "root", None, "10.0.0.1", False),
        (True, "root", "kolla", "10.0.0.1", True),
        (True, "remediator", "root", "10.0.0.1", False),
        (False, "remediator", None, "10.0.0.1", False),
        (True, "root", None, "local", os.geteuid() != 0),
        (True, "remediator", None, "local", os.geteuid() != 0),
    ],
)
def test_the_collector_becomes_root_where_it_is_not(
    sudo: bool, ours: str, theirs: str | None, address: str, wanted: bool
) -> None:
    way = Listening()
    host = Host(name="a", address=address, groups=(), user=theirs)
    Collector(way, {}, Still(), sudo=sudo, user=ours).collect(host, ())
    assert (way.asked[0][0] == "sudo") is wanted
