"""Which host a name from outside means: one or none, however it is written."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator.inventory import naming
from remediator.inventory.naming import Names
from remediator.model.hosts import Host
from remediator.model.manifest.kinds import Kind, Kinds

pytestmark = pytest.mark.unit

KINDS = Kinds((Kind(name="relay", member="relayd"),))


def host(name: str, address: str | None = None, api: str | None = None) -> Host:
    return Host(name=name, address=address or name, groups=(), api_address=api)


def names(
    *hosts: Host, aliases: Mapping[str, str] | None = None, said: Mapping[str, tuple[str, ...]] | None = None
) -> Names:
    return Names({each.name: each for each in hosts}, aliases or {}, said or {})


ADDRESSES = names(host("192.0.2.11"), host("192.0.2.12"))
ZONES = names(host("ctl1.az1.example.net", "192.0.2.11"), host("ctl1.az2.example.net", "192.0.2.12"))
SHORT = names(host("ctl1", "192.0.2.11"), host("cmp1", "192.0.2.21", api="2001:db8::21"))
FULL = names(host("ctl1.example.net", "192.0.2.11"), host("cmp1.example.net", "192.0.2.21"))
BY_NAME = names(host("ctl1", "ctl1-mgmt.example.net"), host("ctl2", "ctl2-mgmt"))
TOLD = names(
    host("ctl1", "192.0.2.11"),
    host("node7", "192.0.2.17"),
    host("ctl2", "192.0.2.12"),
    said={"ctl1": ("ctl1", "ctl1.cloud-a.example.net"), "node7": ("db7.cloud-a.example.net",)},
)
DECLARED = names(
    host("ctl1", "192.0.2.11"),
    host("ctl2", "192.0.2.12"),
    host("ctl1.az2", "192.0.2.13"),
    aliases={
        "OpenStack Control 01": "ctl1",
        "ctl1.az9.example.net": "ctl1.az2",
        "198.51.100.7": "ctl2",
        "ctl2.b.net.": "ctl2",
    },
)
LOCAL = names(host("localhost", "127.0.0.1"))
SAME_ADDRESS = names(host("ctl1", "192.0.2.11"), host("ctl1-old", "192.0.2.11"), host("CTL1", "192.0.2.19"))
CLONED = names(host("n1"), host("n2"), said={"n1": ("ubuntu",), "n2": ("ubuntu",)})

ROWS = [
    # what is known, the name, the host that it means
    (ADDRESSES, "192.168.7.9", None),  # no label of an address is a name
    (ADDRESSES, "192.0.2.12", "192.0.2.12"),
    (ADDRESSES, "192", None),
    (ADDRESSES, "192.example.net", None),
    (ZONES, "ctl1.az2.example.net", "ctl1.az2.example.net"),
    (ZONES, "ctl1", None),
    (ZONES, "ctl1.other.example.org", None),
    (ZONES, "192.0.2.12", "ctl1.az2.example.net"),
    (ZONES, "CTL1.AZ2.Example.NET.", "ctl1.az2.example.net"),
    (SHORT, "ctl1.example.net", "ctl1"),  # nothing is known of domains here
    (SHORT, "CTL1", "ctl1"),
    (SHORT, "ctl1.", "ctl1"),
    (SHORT, " ctl1 ", "ctl1"),
    (SHORT, "ctl", None),
    (SHORT, "ctl11", None),
    (SHORT, "", None),
    (SHORT, ".", None),
    (SHORT, "2001:db8::21", "cmp1"),
    (SHORT, "2001:DB8:0:0::0021", "cmp1"),
    (SHORT, "[2001:db8::21]", "cmp1"),
    (SHORT, "::ffff:192.0.2.21", "cmp1"),
    (SHORT, "::ffff:c000:215", "cmp1"),
    (SHORT, "192.0.2.021", None),  # read as octal by some and as decimal by others
    (SHORT, "192.0.2.21:22", None),
    (FULL, "ctl1", "ctl1.example.net"),
    (FULL, "ctl1.example.org", None),
    (FULL, "ctl1.example", None),
    (FULL, "example.net", None),
    (BY_NAME, "ctl1-mgmt.example.net", "ctl1"),
    (BY_NAME, "ctl1-mgmt", "ctl1"),
    (BY_NAME, "ctl1.example.net", "ctl1"),  # the only domain that people gave to it
    (BY_NAME, "ctl1.example.org", None),
    (BY_NAME, "ctl2.example.net", "ctl2"),  # no domain of its own, that of the others
    (BY_NAME, "ctl2-mgmt.example.net", "ctl2"),
    (BY_NAME, "ctl2.example.org", None),
    (TOLD, "ctl1.cloud-a.example.net", "ctl1"),
    (TOLD, "ctl1.cloud-b.example.net", None),  # it says its name, and it is not this one
    (TOLD, "ctl2.cloud-a.example.net", "ctl2"),
    (TOLD, "ctl2.cloud-b.example.net", None),
    (TOLD, "db7.cloud-a.example.net", "node7"),
    (TOLD, "db7", "node7"),
    (TOLD, "node7.cloud-a.example.net", None),
    (DECLARED, "openstack control 01", "ctl1"),
    (DECLARED, "ctl1.az9.example.net", "ctl1.az2"),
    (DECLARED, "::ffff:198.51.100.7", "ctl2"),
    (DECLARED, "ctl2.B.net", "ctl2"),
    (DECLARED, "ctl2.c.net", None),
    (DECLARED, "ctl1", "ctl1"),
    (LOCAL, "localhost", None),  # whoever says it means himself
    (LOCAL, "127.0.0.1", None),
    (LOCAL, "::1", None),
    (LOCAL, "localhost.localdomain", None),
    (names(host("localhost"), aliases={"localhost": "localhost"}), "LOCALHOST", "localhost"),
    (SAME_ADDRESS, "192.0.2.11", None),
    (SAME_ADDRESS, "ctl1", None),
    (SAME_ADDRESS, "ctl1-old", "ctl1-old"),
    (CLONED, "ubuntu", None),
]


@pytest.mark.parametrize(("known", "name", "means"), ROWS)
def test_a_name_means_one_host_or_none(known: Names, name: str, means: str | None) -> None:
    meant = known.meant(name)
    assert meant.host == means
    assert bool(meant.why) is (means is None)
    assert known.host(name) == means


AS_PEOPLE_HAVE_THEM = [
    # how the inventory names hosts, what monitoring calls one of them, the host that is meant; read in public
    # repositories
    (
        names(host("infra01", "198.51.100.11")),
        "infra01.test.example",
        "infra01",
    ),  # one suffix added to all (rcbops lxc-rpc 107)
    (names(host("test-equinix-1", "198.51.100.23")), "test-packet-1", None),  # renamed on one side (adoptium 2758)
    (names(host("test-equinix-1", "198.51.100.23")), "198.51.100.23", "test-equinix-1"),
    (names(host("198.51.100.31")), "mon1.example.net", None),  # an inventory of addresses (cephmetrics 123)
    (
        names(host("198.51.100.31"), said={"198.51.100.31": ("mon1", "mon1.example.net")}),
        "mon1.example.net",
        "198.51.100.31",
    ),
    (names(host("198.51.100.31"), said={"198.51.100.31": ("mon1", "mon1.example.net")}), "mon1", "198.51.100.31"),
    (
        names(host("ursula", "198.51.100.41"), said={"ursula": ("ursula", "ursula.example.net")}),
        "ursula.example.net",
        "ursula",
    ),  # ansible 9972
    (names(host("web-a", "198.51.100.41")), "WEB-A", "web-a"),
    (
        names(host("node7.example.net", "198.51.100.41")),
        "node7",
        "node7.example.net",
    ),  # Icinga objects by FQDN, files by short name
    (names(host("node7", "node7.mgmt.example.net")), "node7.example.net", None),  # another network's domain was given
    (
        names(host("node7", "node7.mgmt.example.net"), said={"node7": ("node7.example.net",)}),
        "node7.example.net",
        "node7",
    ),
    (names(host("node7", "198.51.100.41")), "198.51.100.41:9100", None),  # an exporter's place is no host
]


@pytest.mark.parametrize(("known", "name", "means"), AS_PEOPLE_HAVE_THEM)
def test_names_as_monitoring_and_inventories_have_them(known: Names, name: str, means: str | None) -> None:
    assert known.host(name) == means


@pytest.mark.parametrize(
    ("known", "name", "could", "ambiguous"),
    [
        (ZONES, "ctl1", ("ctl1.az1.example.net", "ctl1.az2.example.net"), True),
        (ZONES, "ctl1.other.example.org", ("ctl1.az1.example.net", "ctl1.az2.example.net"), False),
        (SAME_ADDRESS, "192.0.2.11", ("ctl1", "ctl1-old"), True),
        (SAME_ADDRESS, "ctl1", ("CTL1", "ctl1"), True),
        (CLONED, "ubuntu", ("n1", "n2"), True),
        (SHORT, "router7", (), False),
    ],
)
def test_what_a_name_could_mean_is_told(known: Names, name: str, could: tuple[str, ...], ambiguous: bool) -> None:
    meant = known.meant(name)
    assert (meant.candidates, meant.ambiguous) == (could, ambiguous)
    assert all(each in meant.told for each in could)


# what hosts say of themselves ---------------------------------------------------------------------------------------


def test_no_host_takes_a_name_that_the_inventory_gives_to_another() -> None:
    hosts = (host("ctl1", "192.0.2.11"), host("cmp9", "192.0.2.29"))
    said = {"cmp9": ("ctl1", "ctl1.example.net", "192.0.2.11")}
    lying = names(*hosts, said=said)
    assert lying.host("ctl1") == "ctl1"
    assert lying.host("192.0.2.11") == "ctl1"
    assert lying.host("ctl1.example.net") == "ctl1"
    assert lying.disbelieved("cmp9", said["cmp9"]) == ("ctl1", "ctl1.example.net")


def test_hosts_with_one_first_label_are_told_apart_by_what_they_say() -> None:
    said = {"ctl1.az1.example.net": ("ctl1", "ctl1.mgmt1.example.net")}
    known = names(*ZONES.hosts.values(), said=said)
    assert known.host("ctl1.mgmt1.example.net") == "ctl1.az1.example.net"
    assert known.host("ctl1") is None, "that one host was asked before the other says nothing about the other"


@pytest.mark.parametrize("placeholder", ["ctl1.localdomain", "ctl1.novalocal", "ctl1.openstacklocal", "localhost"])
def test_a_domain_that_an_installer_made_up_is_none(placeholder: str) -> None:
    known = names(host("ctl1", "192.0.2.11"), said={"ctl1": ("ctl1", placeholder)})
    assert known.host("ctl1.example.net") == "ctl1"


# people -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("host/CTL1", "host/ctl1"),
        ("container/192.0.2.11/keystone", "container/ctl1/keystone"),
        ("relay/ctl1.example.net", "relay/ctl1"),
        ("cluster/relay", "cluster/relay"),
        ("container/router7/x", "container/router7/x"),
        ("all", "all"),
        ("group/control", "group/control"),
        ("host/", "host/"),
        ("", ""),
    ],
)
def test_a_target_is_written_with_the_inventory_s_own_name(text: str, target: str) -> None:
    assert SHORT.target(text, KINDS) == target


def test_a_person_means_the_host_that_is_written_exactly_so() -> None:
    assert SAME_ADDRESS.exact("ctl1") == "ctl1"
    assert LOCAL.exact("localhost") == "localhost"
    assert SAME_ADDRESS.doubt("host/ctl1") == ""
    assert "CTL1 or ctl1" in SAME_ADDRESS.doubt("host/Ctl1")
    assert SAME_ADDRESS.doubt("host/router7") == ""


# whatever there is --------------------------------------------------------------------------------------------------

labels = st.sampled_from(["ctl1", "ctl2", "node-7", "a", "192", "localhost"])
domains = st.sampled_from(["", "example.net", "az1.example.net", "other.example.org", "localdomain", "novalocal"])
addresses = st.sampled_from(
    ["192.0.2.11", "192.0.2.12", "2001:db8::1", "2001:DB8::0:1", "::ffff:192.0.2.11", "127.0.0.1"]
)
full = st.builds(lambda label, domain: f"{label}.{domain}".strip("."), labels, domains)
texts = st.one_of(full, addresses, st.text(max_size=12))


@st.composite
def worlds(draw: st.DrawFn) -> Names:
    given_names = draw(st.lists(st.one_of(full, addresses), min_size=1, max_size=5, unique=True))
    hosts = [
        Host(
            name=name,
            address=draw(st.one_of(st.just(name), full, addresses)),
            groups=(),
            api_address=draw(st.one_of(st.none(), addresses)),
        )
        for name in given_names
    ]
    of_them = st.sampled_from(given_names)
    return Names(
        {each.name: each for each in hosts},
        draw(st.dictionaries(texts.filter(bool), of_them, max_size=3)),
        draw(st.dictionaries(of_them, st.lists(full, max_size=3).map(tuple), max_size=4)),
    )


def mixed(text: str, flips: int) -> str:
    return "".join(
        letter.swapcase() if letter.isascii() and flips >> at % 16 & 1 else letter for at, letter in enumerate(text)
    )


ON_A_BUSY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""However long a world takes to be made, says nothing about names."""


@ON_A_BUSY_MACHINE
@given(worlds(), texts, st.integers(0, 65535))
def test_neither_case_nor_a_final_dot_changes_what_is_meant(known: Names, name: str, flips: int) -> None:
    meant = known.meant(name)
    assert known.meant(mixed(name, flips)) == meant
    assert name.strip().endswith(".") or known.meant(f"{name.strip()}.") == meant


@ON_A_BUSY_MACHINE
@given(worlds(), texts)
def test_one_or_none_and_always_one_of_ours(known: Names, name: str) -> None:
    meant = known.meant(name)
    assert meant.host is None or (meant.host in known.hosts and not meant.candidates and not meant.ambiguous)
    assert set(meant.candidates) <= set(known.hosts)
    assert len(meant.candidates) != 1 or not meant.ambiguous


@ON_A_BUSY_MACHINE
@given(worlds(), texts)
def test_the_order_of_hosts_and_of_what_they_say_changes_nothing(known: Names, name: str) -> None:
    again = Names(
        dict(reversed(known.hosts.items())), dict(reversed(known.aliases.items())), dict(reversed(known.said.items()))
    )
    keys = [naming.canonical(alias) for alias in known.aliases]
    assert len(set(keys)) < len(keys) or again.meant(name) == known.meant(name)


@ON_A_BUSY_MACHINE
@given(worlds(), texts)
def test_what_hosts_say_takes_no_name_from_another(known: Names, name: str) -> None:
    """Without their words a name means the same host, or none: their words only add, or show that a domain is another
    one's."""
    silent = Names(known.hosts, known.aliases).meant(name)
    meant = known.meant(name)
    assert silent.host is None or meant.host in (silent.host, None)
