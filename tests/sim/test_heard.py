"""Downtimes of a host and of its services, told by both: none is stuck, none is lost, and a hint says what became of
it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.explain import command
from remediator.sim.simulation import Simulation
from remediator.store.reader import Reader
from remediator.web.hooks import hints

pytestmark = [pytest.mark.sim, pytest.mark.timeout(300)]


class Door:
    """A running daemon, and bodies that are posted to its hook; `at` is $TIMET$, seconds from the beginning."""

    def __init__(self, directory: Path) -> None:
        self.simulation = Simulation(directory)
        self.simulation.start()
        self.simulation.run(60.0)
        self._numbers = itertools.count(1)
        self._began_s = int(self.simulation.clock.now().wall.timestamp())

    def post(self, at: float | None = None, sender: str = "nagios", **body: Any) -> str:
        number = next(self._numbers)
        sent = {"HOSTNAME": "cmp1", "HOSTSTATE": "UP", **body}
        if at is not None:
            sent["TIMET"] = str(self._began_s + at)
        hint = hints.from_nagios(sent, sender=sender, now_s=float(self._began_s), given_key=f"k{number}")
        taken = self.simulation.hint(hint)
        assert taken is not None
        return taken.event

    def service(self, name: str, depth: int | None, host: int | None, at: float | None = None, **more: Any) -> str:
        """An event handler of a service, as docs/operations.md asks for."""
        depths = {"SERVICEDOWNTIME": depth, "HOSTDOWNTIME": host}
        sent = {key: str(value) for key, value in depths.items() if value is not None}
        return self.post(at, SERVICEDESC=name, SERVICESTATE="CRITICAL", SERVICESTATETYPE="HARD", **sent, **more)

    def host(self, kind: str, at: float | None = None, depth: int = 0, sender: str = "nagios") -> str:
        return self.post(at, sender, NOTIFICATIONTYPE=kind, HOSTDOWNTIME=str(depth))

    def lifts(self, sender: str, at: float | None = None) -> list[str]:
        """Let `sender` say in every way that cmp1 is in no downtime any more."""
        ended = [
            self.host(kind, at, sender=sender) for kind in ("DOWNTIMEEND", "DOWNTIMECANCELLED", "PROBLEM", "RECOVERY")
        ]
        ended.append(self.post(at, sender, HOSTDOWNTIME="0"))
        return [*ended, self.service("PING", 0, 0, at, sender=sender)]

    @property
    def mutes(self) -> dict[tuple[str, str], int]:
        assert self.simulation.daemon is not None
        return {key: each.depth for key, each in self.simulation.daemon.world.durable.downtimes.items()}

    def explained(self, event: str) -> str:
        reader = Reader(self.simulation.config)
        found = reader.explain(event)
        reader.close()
        assert found is not None
        return command.text(found)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.simulation.close()


@pytest.mark.parametrize("end", ["DOWNTIMEEND", "DOWNTIMECANCELLED", "DOWNTIMEREMOVED"])
@pytest.mark.parametrize("timed", [True, False])
def test_a_hosts_downtime_ends_with_the_host_whatever_its_services_said(door: Door, end: str, timed: bool) -> None:
    at = itertools.count(-200, 10) if timed else itertools.repeat(None)
    door.host("DOWNTIMESTART", next(at))
    for name in ("PING", "neutron_agent", "cron"):
        door.service(name, 0, 1, next(at))
    assert door.mutes == {("cmp1", ""): 1}
    door.host(end, next(at))
    assert door.mutes == {}


def test_a_services_own_downtime_is_its_own(door: Door) -> None:
    door.service("neutron_agent", 1, 0, -100)
    door.service("PING", 0, 0, -90)
    assert door.mutes == {("cmp1", "neutron_agent"): 1}
    door.host("DOWNTIMESTART", -80)
    door.host("DOWNTIMEEND", -70)
    assert door.mutes == {("cmp1", "neutron_agent"): 1}
    door.service("neutron_agent", 0, 0, -60)
    assert door.mutes == {}


def test_a_downtime_of_which_only_services_tell_begins_and_ends_with_them(door: Door) -> None:
    """The host's own notifications are off."""
    door.service("PING", 0, 1, -100)
    assert door.mutes == {("cmp1", ""): 1}
    door.service("neutron_agent", 0, 0, -99)
    assert door.mutes == {}


def test_a_start_outlasts_what_services_of_its_second_say_and_an_end_too(door: Door) -> None:
    """Nagios tells of a start before it counts it, and its commands overtake each other."""
    door.host("DOWNTIMESTART", -100)
    door.service("PING", 0, 0, -100)
    door.service("PING", 0, 0, -105)
    door.service("PING", 0, 0)
    assert door.mutes == {("cmp1", ""): 1}
    door.host("DOWNTIMEEND", -50)
    door.service("PING", 0, 1, -50)
    assert door.mutes == {}
    door.host("DOWNTIMESTART", -50)
    assert door.mutes == {("cmp1", ""): 1}, "the next one begins in the second in which this one ended"


def test_who_does_not_say_changes_nothing(door: Door) -> None:
    door.host("DOWNTIMESTART", -100)
    door.service("PING", None, None, -50)
    door.service("PING", 0, None, -40)
    assert door.mutes == {("cmp1", ""): 1}


def test_what_was_told_with_a_time_is_not_lifted_without_one(door: Door) -> None:
    """By nobody: not by another token, not by the one that told of it, and not after a word without a time stood
    between."""
    door.host("DOWNTIMESTART", -100)
    for sender in ("other", "nagios"):
        told = [door.explained(event) for event in door.lifts(sender)]
        assert door.mutes == {("cmp1", ""): 1}
        assert all("what was told with one ends by a later word only" in text for text in told)
        door.host("DOWNTIMESTART", sender=sender)
        door.lifts(sender)
        assert door.mutes == {("cmp1", ""): 1}
    door.lifts("other", 86_400.0)
    assert door.mutes == {("cmp1", ""): 1}, "a time to come is none"
    door.lifts("other", -101)
    assert door.mutes == {("cmp1", ""): 1}, "an earlier one is out of order"
    door.host("DOWNTIMEEND", -50)
    assert door.mutes == {}


def test_what_was_told_without_a_time_is_lifted_without_one_only_by_its_sender(door: Door) -> None:
    door.host("DOWNTIMESTART")
    door.service("neutron_agent", 1, None)
    for _ in range(2):
        assert "the sender nagios told of it" in door.explained(door.lifts("other")[0])
        door.service("neutron_agent", 0, 0, sender="other")
        assert door.mutes == {("cmp1", ""): 1, ("cmp1", "neutron_agent"): 1}
        door.host("DOWNTIMESTART", sender="other")
    door.simulation.kill()
    door.simulation.start()
    door.simulation.run(30.0)
    door.lifts("other")
    assert ("cmp1", "") in door.mutes
    door.host("DOWNTIMEEND")
    door.service("neutron_agent", 0, None)
    assert door.mutes == {}


def test_a_hint_tells_what_became_of_it(door: Door) -> None:
    began = door.explained(door.host("DOWNTIMESTART", -100))
    assert "cmp1 is in a downtime of depth 1 from now on, with depth 0 before" in began
    assert "it made a look at cmp1 due at once" in began
    again = door.explained(door.service("neutron_agent", 0, 1, -90))
    assert "cmp1/neutron_agent is in no downtime, as before" in again
    assert "cmp1 is in a downtime of depth 1, as before" in again
    late = door.explained(door.service("neutron_agent", 0, 0, -95))
    assert "of the downtime of cmp1 nothing changed: a later word about it was heard before" in late
    assert "remediator explain 'cmp1 neutron_agent, " in late
    for text in (began, again, late):
        assert "no rule was considered" not in text


def test_a_hint_about_what_is_broken_names_the_incident(door: Door) -> None:
    door.simulation.cloud.hosts["cmp1"].services["neutron_agent"].crash()
    door.simulation.run(30.0)
    assert "inc-1 of container-state is open on container/cmp1/neutron_agent" in door.explained(
        door.service("neutron_agent", 0, 0)
    )


def test_a_hint_that_no_check_is_about_says_that_a_person_was_paged(door: Door) -> None:
    told = door.explained(door.service("backup", 0, 0, NOTIFICATIONTYPE="PROBLEM"))
    assert "backup maps to no check of ours: a person was paged, and nothing is done about it" in told
