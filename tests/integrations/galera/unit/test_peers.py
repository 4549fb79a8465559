"""Who is a member and who is a stranger, however the inventory, galera.cnf and the kernel's table write it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from remediator.collect.facts import FactsOfHosts
from remediator.integrations.galera import assess
from remediator.integrations.galera.judgement import build_picture
from remediator.integrations.galera.judgement.decision import outlook
from remediator.integrations.galera.judgement.outcome import Procedure
from remediator.integrations.galera.judgement.picture import ClusterPicture
from remediator.integrations.galera.membership import group
from remediator.integrations.galera.watermark import marks
from remediator.model.content.judging import Evidence
from remediator.model.hosts import Host, Inventory
from remediator.model.kleene import Truth
from remediator.model.messages.replies import HostReply, Reach, Section
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

HOSTS = world.HOSTS
OWN = {"ctl1": "fd00:0:0:2::11", "ctl2": "fd00:0:0:2::12", "ctl3": "fd00:0:0:2::13"}
"""Their addresses on the second network; on the first one they have 192.0.2.11 to .13."""


def who(host: str, **changes: Any) -> dict[str, Any]:
    """A member that is known by a second network, and whose galera.cnf names it there."""
    told = world.who(host, addresses=[f"192.0.2.1{host[-1]}", OWN[host]], configured={"bind_address": [OWN[host]]})
    return {**told, **changes}


def picture(*replies: HostReply | None, hosts: tuple[str, ...] = HOSTS, **known: Any) -> ClusterPicture:
    return build_picture.picture(evidence(*replies, hosts=hosts, **known))


def evidence(*replies: HostReply | None, hosts: tuple[str, ...] = HOSTS, **known: Any) -> Evidence:
    """Evidence of hosts of which the inventory has nothing but the names."""
    inventory = Inventory(
        hosts={host: Host(name=host, address=host, groups=("mariadb",)) for host in hosts}, version="v", source="test"
    )
    return FactsOfHosts(
        hosts=hosts,
        inventory=inventory,
        now=make.at(3601.0),
        replies={reply.host: reply for reply in replies if reply is not None},
        memories={},
        known={"mark": world.mark(), "runs": (), **known},
    )


def stopped(listed: Any, *, resolved: Any = None, **changes: Any) -> list[HostReply]:
    """Return three stopped members that list `listed`, whose names are `resolved` on each; `changes` are of the first
    one's `who`."""
    config = {"bootstrap": False, "addresses": listed}
    told = {host: who(host, resolved=resolved or {}) for host in HOSTS}
    return [world.stopped(h, config=config, who={**told[h], **(changes if h == "ctl1" else {})}) for h in HOSTS]


def connected(*peers: str) -> list[HostReply]:
    port = {"listening": True, "peers": list(peers)}
    first = world.running("ctl1", world.sql("non-Primary", "Initialized"), group_port=port, who=who("ctl1"))
    return [first, *(world.stopped(host, who=who(host)) for host in HOSTS[1:])]


MANAGEMENT = ["192.0.2.11", "192.0.2.12", "192.0.2.13"]
UPPER = ["FD00:0000:0000:0002::0011", "fd00:0:0:2:0:0:0:12", "FD00::2:0:0:0:13"]
BARE_WITH_PORT = [f"{address}:4567".upper() for address in OWN.values()]
MAPPED = ["::ffff:192.0.2.11", "::FFFF:C000:20C", "192.0.2.13"]
NAMES = ["CTL1", "ctl2.", "ctl3"]
BY_DNS = {"resolved": {"one": [OWN["ctl1"]], "two": ["192.0.2.12", OWN["ctl2"]], "three": ["192.0.2.13"]}}


@pytest.mark.parametrize(
    ("listed", "changes", "expected"),
    [
        (list(OWN.values()), {}, True),
        (MANAGEMENT, {}, True),
        (UPPER, {}, True),
        (BARE_WITH_PORT, {}, True),
        (MAPPED, {}, True),
        ([OWN["ctl1"], "ctl2", "192.0.2.13"], {}, True),
        (NAMES, {}, True),
        (["ctl1", *NAMES, OWN["ctl2"]], {}, True),
        (["ctl1.example.org", "ctl2", "ctl3"], {"names": ["ctl1", "ctl1.example.org"]}, True),
        (["one", "two", "three"], BY_DNS, True),
        (["one", "two"], BY_DNS, False),
        (["all.example.org"], {"resolved": {"all.example.org": list(OWN.values())}}, True),
        (
            ["ctl1", "ctl2", "ctl3"],
            {"resolved": {"ctl1": [OWN["ctl1"]], "ctl2": [OWN["ctl2"], "192.0.2.12"], "ctl3": ["192.0.2.13"]}},
            True,
        ),
        (["ctl1", "ctl2", "ctl3"], {"resolved": {"ctl2": None, "ctl3": []}}, True),
        (["ctl1", "ctl2", "new"], {"resolved": {"new": None}}, Unknown("new was not resolved in time on ctl1")),
        (list(OWN.values())[:2], {}, False),
        ([*OWN.values(), "fd00:0:0:2::14"], {}, False),
        ([*OWN.values(), "ctl4"], {}, False),
        (["fd00:0:0:2::21", "fd00:0:0:2::22", "fd00:0:0:2::23"], {}, False),
        ([], {}, False),
        (["0.0.0.0"], {}, False),
        (None, {}, False),
    ],
)
def test_a_list_names_the_members_in_whatever_way_it_is_written(
    listed: Any, changes: dict[str, Any], expected: Any
) -> None:
    assert picture(*stopped(listed, **changes)).addresses_match == expected


def test_a_host_that_resolves_its_own_name_to_loopback_means_itself() -> None:
    """As an installer writes it: 127.0.1.1 stands for the host itself on each host, and for nobody else."""
    names = ["ctl1", "ctl2", "ctl3"]
    own = {h: {n: ["127.0.1.1"] if n == h else [OWN[n]] for n in names} for h in HOSTS}
    config = {"bootstrap": False, "addresses": names}
    replies = [world.stopped(h, config=config, who=who(h, resolved=own[h])) for h in HOSTS]
    assert picture(*replies).addresses_match is True
    lost = [
        world.stopped(h, config=config, who=who(h, resolved={name: ["127.0.1.1"] for name in names})) for h in HOSTS
    ]
    assert picture(*lost).addresses_match is False


def test_the_list_of_every_reached_member_counts() -> None:
    first, second, _ = stopped(list(OWN.values()))
    other = world.stopped("ctl3", config={"bootstrap": False, "addresses": MANAGEMENT[:2]}, who=who("ctl3"))
    assert picture(first, second, other).addresses_match is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"resolved": {"ctl2": [OWN["ctl2"], "203.0.113.9"]}},
            "ctl2 is 203.0.113.9 on ctl1, which is no address of the member of that name",
        ),
        ({"resolved": {"ctl2": ["203.0.113.9"]}}, "ctl2 is 203.0.113.9 on ctl1"),
        ({"addresses": None}, "192.0.2.11 may be ctl1, which has not said who it is"),
        ({"names": ["ctl1", "ctl2"]}, "ctl2 is a name of ctl1 and ctl2"),
    ],
)
def test_what_is_not_proven_is_unknown_and_says_which_name_it_is(changes: dict[str, Any], words: str) -> None:
    listed = MANAGEMENT if "addresses" in changes else ["ctl1", "ctl2", "ctl3"]
    found = picture(*stopped(listed, **changes)).addresses_match
    assert isinstance(found, Unknown)
    assert words in found.reason


def test_a_name_that_is_a_strangers_address_names_no_member() -> None:
    found = picture(*stopped(["ctl1", "ctl2", "old"], resolved={"old": ["203.0.113.9"]})).addresses_match
    assert found is False


def test_an_address_that_two_machines_have_tells_nobody_apart() -> None:
    """An engine's bridge on every host, and a virtual address that two samples have seen on two of them."""
    bridge = "172.17.0.1"
    replies = [
        world.stopped(h, config={"bootstrap": False, "addresses": [bridge]}, who=who(h, addresses=[bridge, OWN[h]]))
        for h in HOSTS
    ]
    assert picture(*replies).addresses_match == Unknown("172.17.0.1 is an address of ctl1 and ctl2 and ctl3")


@pytest.mark.parametrize(
    ("peers", "expected"),
    [
        ((), False),
        ((OWN["ctl2"], OWN["ctl3"]), False),
        (("192.0.2.12", "FD00:0:0:2::13", "::ffff:192.0.2.13"), False),
        ((OWN["ctl1"],), False),
        ((OWN["ctl2"], "fd00:0:0:2::14"), True),
        (("203.0.113.9",), True),
        (("127.0.0.1",), Unknown("somebody on the host itself is connected by 127.0.0.1")),
    ],
)
def test_a_stranger_is_whoever_no_member_says_it_is(peers: tuple[str, ...], expected: Truth) -> None:
    assert picture(*connected(*peers)).primary_elsewhere == expected


def unreached(host: str) -> HostReply:
    return make.reply(host, reach=Reach.UNREACHABLE)


def test_who_may_be_a_member_that_was_not_reached_is_not_called_a_primary_elsewhere() -> None:
    first, second, _ = connected("192.0.2.13", OWN["ctl3"], OWN["ctl2"])
    found = picture(first, second, unreached("ctl3"))
    assert found.primary_elsewhere == Unknown("192.0.2.13 may be ctl3, which has not said who it is")
    decision = outlook(found)
    assert (decision.procedure, decision.rule) == (Procedure.PAGE, "GB-2")
    assert "a Primary answers elsewhere" not in decision.why
    silent = dataclasses.replace(connected()[2], sections={})
    assert isinstance(picture(first, second, silent).primary_elsewhere, Unknown)


def test_a_member_that_was_not_reached_is_known_by_what_it_said_when_it_was_last_seen_well() -> None:
    listed = {"bootstrap": False, "addresses": list(OWN.values())}
    replies = [world.running(host, who=who(host), config=listed) for host in HOSTS]
    kept = marks.fold(None, evidence(*replies))
    assert kept["addresses"]["ctl3"] == ["192.0.2.13", OWN["ctl3"]]
    first, second, _ = connected("192.0.2.13", OWN["ctl2"])
    assert picture(first, second, unreached("ctl3"), mark=kept).primary_elsewhere is False
    first, second, _ = connected("192.0.2.13", "203.0.113.9")
    assert picture(first, second, unreached("ctl3"), mark=kept).primary_elsewhere is True, "now a stranger is one"
    away = marks.fold(kept, evidence(*replies[:2], unreached("ctl3"), mark=kept))
    assert away["addresses"] == kept["addresses"]
    parsed = marks.parse({name: value for name, value in kept.items() if name != "addresses"})
    assert isinstance(parsed, marks.Kept)
    assert parsed.addresses == {}, "a mark of before"


def test_a_list_is_judged_by_every_reached_member_and_by_none_that_was_not_read() -> None:
    first, second, third = stopped(list(OWN.values()))
    late = dataclasses.replace(third, sections={**third.sections, "galera": Section(data=Unknown("timeout:galera"))})
    found = picture(first, second, late)
    assert isinstance(found.addresses_match, Unknown)
    assert found.names_nobody == Unknown("timeout:galera")
    assert isinstance(picture(None, None, None).addresses_match, Unknown)


@pytest.mark.parametrize(
    ("listed", "expected"), [([], True), (["::"], True), (["0.0.0.0"], True), (["ctl1"], False), (None, False)]
)
def test_a_list_without_members_makes_its_member_primary_at_each_start(listed: Any, expected: bool) -> None:
    lone = world.stopped("ctl1", config={"bootstrap": False, "addresses": listed})
    assert picture(lone, hosts=("ctl1",)).names_nobody is expected
    assert picture(lone, *(world.stopped(host) for host in HOSTS[1:])).names_nobody is expected


@pytest.mark.parametrize(
    ("listed", "expected"),
    [([], True), (["0.0.0.0"], True), (["127.0.0.11"], True), (["ctl1"], True), (["ctl2"], False)],
)
def test_the_only_member_may_name_nobody_or_itself(listed: list[str], expected: bool) -> None:
    lone = world.stopped("ctl1", config={"bootstrap": False, "addresses": listed})
    assert picture(lone, hosts=("ctl1",)).addresses_match is expected


# One machine named twice
# -----------------------------------------------------------------------------------------------------------

TWICE = ("ctl1", "ctl2", "ctl3", "CTL1", "CTL2", "CTL3")


def well(host: str, **more: str) -> HostReply:
    return world.running(host, world.sql(size=3, wsrep_gcomm_uuid=f"{host.lower()}-process", **more))


def data(*replies: HostReply | None, hosts: tuple[str, ...] = TWICE, **known: Any) -> dict[str, Any]:
    (found,) = assess.cluster(evidence(*replies, hosts=hosts, **known))
    return dict(found.data)


def test_a_healthy_cluster_whose_machines_have_two_names_each_is_not_split_and_says_so() -> None:
    told = data(*(well(host) for host in TWICE))
    assert (told["split"], told["members"], told["proven_primary"], told["proven_synced"]) == (False, 3, 3, 3)
    assert "ctl1 and CTL1 are one machine: keep one of these names in the inventory" in told["named_twice"]
    nodes = {one.target.host: one.data for one in assess.nodes(evidence(*(well(host) for host in TWICE), hosts=TWICE))}
    assert {(one["group_size"], one["others_synced"], one["split"]) for one in nodes.values()} == {(3, 2, False)}
    assert nodes["CTL2"]["named_twice"] == nodes["ctl2"]["named_twice"] != nodes["ctl1"]["named_twice"]


def test_nothing_is_started_or_bootstrapped_while_a_machine_has_two_names() -> None:
    told = data(*(world.stopped(host, config={"bootstrap": False, "addresses": []}) for host in TWICE))
    assert (told["procedure"], told["members"]) == ("page", 3)
    down = [world.stopped(host) for host in TWICE]
    found = outlook(build_picture.picture(evidence(*down, hosts=TWICE)))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-9")
    assert "ctl1 and CTL1 are one machine" in found.why


def apart(reply: HostReply, **changes: Any) -> HostReply:
    """The same reply of another boot."""
    return dataclasses.replace(reply, boot_id="boot-2", **changes)


@pytest.mark.parametrize(
    ("first", "second", "twins"),
    [
        (well("ctl1"), well("ctl2"), False),
        (well("ctl1"), well("CTL1"), True),
        (world.stopped("ctl1"), world.stopped("CTL1"), True),
        (world.stopped("ctl1"), apart(world.stopped("CTL1")), False),
        (
            world.stopped("ctl1", who=world.who("ctl1", machine="m")),
            world.stopped("ctl2", who=world.who("ctl2", machine="m")),
            True,
        ),
        (
            world.stopped("ctl1", who=world.who("ctl1", machine="m")),
            apart(world.stopped("ctl2", who=world.who("ctl2", machine="m"))),
            False,
        ),
        (
            world.stopped("ctl1", who=world.who("ctl1", machine=None)),
            world.stopped("CTL1", who=world.who("CTL1", machine=None)),
            False,
        ),
        (
            well("ctl1"),
            make.reply("CTL1", reach=Reach.UNREACHABLE, galera_sql=world.sql(wsrep_gcomm_uuid="ctl1-process")),
            True,
        ),
    ],
)
def test_two_names_are_one_machine_only_on_proof(first: HostReply, second: HostReply, twins: bool) -> None:
    """A cloned machine id, or one boot id where no machine id was told, is no proof; one process in the group is."""
    found = group.of(evidence(first, second, hosts=(first.host, second.host)))
    assert len(found.members) == (1 if twins else 2)
    assert bool(found.named_twice) is twins
    assert list(found.every) == [first.host, second.host]


def test_one_process_that_answers_for_two_machines_is_nobodys_answer() -> None:
    """Both names lead to a virtual address: the answer is that of whoever holds it."""
    both = [well("ctl1"), apart(world.running("ctl2", world.sql(wsrep_gcomm_uuid="ctl1-process")))]
    found = group.of(evidence(*both, hosts=("ctl1", "ctl2")))
    assert [(one.sql, one.status) for one in found.members.values()] == [
        ("shared", Unknown("sql_shared:ctl2")),
        ("shared", Unknown("sql_shared:ctl1")),
    ]
    assert found.named_twice == ()
