"""Two names are one machine when one boot id and one machine id answer under both; nothing less makes them so."""

from __future__ import annotations

import pytest

from remediator.collect.same_machine import Machines, ids_of
from remediator.integrations.host import facts
from remediator.model.manifest.together import read_machine
from remediator.model.messages.replies import HostReply, Reach
from tests.builders import replies
from tests.unit.integrations import section as make
from tests.unit.integrations.section import at

pytestmark = pytest.mark.unit

A, B = "a" * 32, "b" * 32


def reply(name: str, boot: str | None, machine: str | None, asked_s: float = 0.0, reach: Reach = Reach.OK) -> HostReply:
    sections = replies.sections({"host": make.host(machine_id=machine)})
    return HostReply(
        host=name, asked_at=at(asked_s), received_at=at(asked_s), reach=reach, sections=sections, boot_id=boot
    )


def taken(*replies: HostReply) -> Machines:
    machines = Machines(facts.machine)
    for each in replies:
        machines.take(each)
    return machines


def test_one_boot_id_and_one_machine_id_are_one_machine() -> None:
    machines = taken(reply("ctl1", "b1", A), reply("CTL1", "b1", A), reply("ctl2", "b2", B))
    assert machines.names("ctl1") == machines.names("CTL1") == ("CTL1", "ctl1")
    assert machines.names("ctl2") == machines.names("nobody") == ()
    assert machines.twice == {("CTL1", "ctl1")}


@pytest.mark.parametrize(
    "other",
    [
        reply("ctl2", "b2", A),  # a clone
        reply("ctl2", "b1", B),  # another container on one kernel
        reply("ctl2", None, A),
        reply("ctl2", "b1", None),
        reply("ctl2", "b1", "not an id"),
        reply("ctl2", "b1", A, reach=Reach.UNREACHABLE),
        reply("ctl2", "b1", A, reach=Reach.BUSY),
    ],
)
def test_less_than_both_ids_is_not(other: HostReply) -> None:
    assert taken(reply("ctl1", "b1", A), other).twice == frozenset()


def test_two_hosts_of_which_nothing_is_known_are_not_one_machine() -> None:
    assert taken(reply("ctl1", None, None), reply("ctl2", None, None)).twice == frozenset()
    assert ids_of(reply("ctl1", "", A), facts.machine) is None


def test_where_nobody_reads_machines_no_two_names_are_one() -> None:
    machines = Machines(read_machine({}))
    machines.take(reply("ctl1", "b1", A))
    machines.take(reply("CTL1", "b1", A))
    assert machines.twice == frozenset()


@pytest.mark.parametrize("silent", [reply("ctl1", None, None, 5.0, Reach.UNREACHABLE), reply("ctl1", "b1", None, 5.0)])
def test_what_is_not_known_any_more_does_not_make_them_two(silent: HostReply) -> None:
    machines = taken(reply("ctl1", "b1", A), reply("CTL1", "b1", A), silent, reply("CTL1", "b1", A, 6.0))
    assert machines.names("ctl1") == ("CTL1", "ctl1")


def test_a_reboot_that_two_names_see_at_two_moments_does_not_make_them_two() -> None:
    machines = taken(reply("ctl1", "b1", A), reply("CTL1", "b1", A, 1.0))
    machines.take(reply("ctl1", "b2", A, 15.0))
    assert machines.names("ctl1") == ("CTL1", "ctl1")
    machines.take(reply("CTL1", "b2", A, 16.0))
    assert machines.names("ctl1") == ("CTL1", "ctl1")


def test_names_that_contradict_each_other_twice_are_two_machines() -> None:
    machines = taken(reply("ctl1", "b1", A), reply("ctl2", "b1", A, 1.0))
    machines.take(reply("ctl2", "b7", B, 15.0))
    assert machines.names("ctl1") == ("ctl1", "ctl2"), "ctl1 was asked before"
    machines.take(reply("ctl1", "b1", A, 16.0))
    assert machines.twice == frozenset()
    assert machines.names("ctl1") == machines.names("ctl2") == ()


def test_one_of_three_names_that_turns_out_to_be_another_machine_leaves() -> None:
    machines = taken(*(reply(name, "b1", A) for name in ("x", "y", "z")))
    for asked_s in (10.0, 20.0):
        machines.take(reply("z", "b9", B, asked_s))
        machines.take(reply("x", "b1", A, asked_s + 1))
        machines.take(reply("y", "b1", A, asked_s + 2))
    assert machines.twice == {("x", "y")}
    assert machines.names("z") == ()


def test_a_name_that_left_the_inventory_is_forgotten() -> None:
    machines = taken(reply("ctl1", "b1", A), reply("CTL1", "b1", A))
    machines.forget(["CTL1", "never"])
    assert machines.twice == frozenset()
    machines.take(reply("ctl1", "b1", A, 5.0))
    assert machines.twice == frozenset()


def test_what_stood_before_a_restart_stands_until_both_were_asked() -> None:
    machines = Machines(facts.machine)
    machines.restore([("CTL1", "ctl1")])
    assert machines.names("ctl1") == ("CTL1", "ctl1")
    machines.take(reply("ctl1", "b1", A, 5.0))
    assert machines.names("ctl1") == ("CTL1", "ctl1"), "CTL1 is silent: it may be it"
    machines.take(reply("CTL1", "b2", B, 6.0))
    assert machines.twice == frozenset()


def test_many_names_of_one_machine_are_one_entry() -> None:
    machines = taken(*(reply(f"n{n}", "b1", A, float(n)) for n in range(300)))
    (names,) = machines.twice
    assert len(names) == 300
