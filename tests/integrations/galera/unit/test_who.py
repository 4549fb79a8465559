"""Who a member is, by what its host says: its own addresses, names and machine, and what the names of its list mean
there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import manifest as galera
from remediator.integrations.galera.membership import addresses, identity
from remediator.integrations.galera.membership.identity import Who
from remediator.model.values import Unknown

pytestmark = pytest.mark.unit

REMOTE: dict[str, Any] = {"__name__": "remote"}
exec(galera.remote_source(), REMOTE)
Run = Callable[..., tuple[int | None, str, str]]

LINKS: list[dict[str, Any]] = [
    {
        "ifname": "lo",
        "addr_info": [
            {"family": "inet", "local": "127.0.0.1", "scope": "host"},
            {"family": "inet6", "local": "::1", "scope": "host"},
        ],
    },
    {
        "ifname": "eth0",
        "addr_info": [
            {"family": "inet", "local": "192.0.2.11", "prefixlen": 24, "scope": "global"},
            {"family": "inet6", "local": "2001:db8::B", "scope": "global"},
            {"family": "inet6", "local": "fe80::1", "scope": "link"},
        ],
    },
    {
        "ifname": "wg0",
        "addr_info": [{"family": "inet", "local": "198.51.100.1", "address": "198.51.100.2", "scope": "global"}],
    },
    {},
]
LINES = """1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.11/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet6 2001:db8::b/64 scope global \\       valid_lft forever preferred_lft forever
2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
3: wg0    inet 198.51.100.1 peer 198.51.100.2/32 scope global wg0\\       valid_lft forever preferred_lft forever
"""
HOSTS = """127.0.0.1 localhost
127.0.1.1 ctl1.example.org ctl1   # as an installer writes it
192.0.2.11 ctl1.example.org ctl1 db-one
192.0.2.12\tCTL2
::1 ip6-localhost ip6-loopback
"""


def host(answers: Mapping[str, tuple[int | None, str]]) -> Run:
    """A host whose tools answer by their first two words; a tool that is not there cannot be started."""

    def run(argv: Sequence[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
        assert 0 < timeout_s <= 1.5
        found = answers.get(" ".join(argv[:2]), answers.get(argv[-1]))
        if found is None:
            raise FileNotFoundError(argv[0])
        return (*found, "")

    return run


def told(
    tmp_path: Path,
    answers: Mapping[str, tuple[int | None, str]],
    text: str = "",
    hosts: str = HOSTS,
    entries: Sequence[str] = (),
) -> dict[str, Any]:
    files = {"hosts_file": hosts, "machine_file": "0123456789abcdef0123456789abcdef\n"}
    for name, body in files.items():
        (tmp_path / name).write_text(body)
    request = {name: str(tmp_path / name) for name in files}
    found = REMOTE["who"](request, host(answers), text, entries)
    return dict(json.loads(json.dumps(found, allow_nan=False)))


def parsed(data: Mapping[str, Any]) -> Who:
    found = identity.parse({"who": dict(data)})
    assert isinstance(found, Who), found
    return found


# The host
# ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        {"ip -j": (0, json.dumps(LINKS))},
        {"ip -j": (255, ""), "ip -o": (0, LINES)},
        {"ip -j": (0, "not json"), "ip -o": (0, LINES)},
        {"ip -j": (None, ""), "ip -o": (0, LINES)},
        {"/usr/sbin/ip -j": (0, json.dumps(LINKS))},
        {"/sbin/ip -j": (1, ""), "/sbin/ip -o": (0, LINES)},
    ],
)
def test_its_own_addresses_are_those_of_its_interfaces_without_loopback_and_link_local(
    tmp_path: Path, answers: dict[str, tuple[int | None, str]]
) -> None:
    assert parsed(told(tmp_path, answers)).addresses == {"192.0.2.11", "2001:db8::b", "198.51.100.1"}


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"ip -j": (1, ""), "ip -o": (1, "")},
        {"ip -j": (0, json.dumps([{"addr_info": [{"family": "inet", "scope": "global"}]}]))},
        {
            "ip -j": (
                0,
                json.dumps(
                    [
                        {
                            "addr_info": [
                                {"family": "inet", "local": f"10.0.{n // 250}.{n % 250}", "scope": "global"}
                                for n in range(513)
                            ]
                        }
                    ]
                ),
            )
        },
    ],
)
def test_a_host_that_does_not_say_has_unknown_addresses_and_not_none(
    tmp_path: Path, answers: dict[str, tuple[int | None, str]]
) -> None:
    assert parsed(told(tmp_path, answers)).addresses == Unknown("addresses_of_host")


def test_the_machine_id_itself_never_leaves_its_host(tmp_path: Path) -> None:
    data = told(tmp_path, {})
    assert len(data["machine"]) == 32
    assert "0123456789abcdef" not in json.dumps(data)
    for text in ("", "uninitialized\n", "0123"):
        (tmp_path / "machine").write_text(text)
        assert REMOTE["_machine"](str(tmp_path / "machine")) is None
    assert REMOTE["_machine"](str(tmp_path / "none")) is None


def test_its_names_are_its_own_and_those_beside_it_in_its_hosts_file(tmp_path: Path) -> None:
    known = REMOTE["_known_names"](HOSTS)
    assert REMOTE["_own_names"]("CTL1", known) == ["ctl1", "ctl1.example.org", "db-one"]
    assert REMOTE["_own_names"]("ctl1.example.org", known) == ["ctl1", "ctl1.example.org", "db-one"]
    assert REMOTE["_own_names"]("ctl9", known) == ["ctl9"]


# galera.cnf
# ------------------------------------------------------------------------

KOLLA_V4 = """[mysqld]
bind-address=192.0.2.11
port=3306
wsrep_cluster_address=gcomm://192.0.2.11:4567,192.0.2.12:4567,192.0.2.13:4567
wsrep_provider_options=gmcast.listen_addr=tcp://192.0.2.11:4567;ist.recv_addr=192.0.2.11:4568;
wsrep_node_address=192.0.2.11:4567
wsrep_sst_receive_address=192.0.2.11:4444
wsrep_sst_auth=root:secret
"""
KOLLA_V6 = """[mysqld]
bind-address=fd00:0:0:2::11
wsrep_cluster_address=gcomm://[fd00:0:0:2::11]:4567,[fd00:0:0:2::12]:4567,[fd00:0:0:2::13]:4567
wsrep_provider_options=gmcast.listen_addr=tcp://[fd00:0:0:2::11]:4567;ist.recv_addr=[fd00:0:0:2::11]:4568;socket.ssl=no
wsrep_node_address=[fd00:0:0:2::11]:4567
"""
QUOTED = """[galera]
bind_address=*
wsrep_cluster_address="gcomm://db-0.internal,db-1.internal,db-2.internal"
wsrep_node_address="2001:db8::a1"
wsrep_sst_receive_address="[2001:db8::a1]:4444"
wsrep_provider_options="gmcast.listen_addr=tcp://[::]:4567;ist.recv_addr=[2001:db8::a1]:4568; socket.ssl=false"
"""
BY_NAME = """[mysqld]
bind-address = ::
wsrep_provider_options = "gmcast.listen_addr=tcp://[::]:4567; ist.recv_addr=Node1.example.org:4568"
wsrep_node_address = node1.example.org   # in DNS
wsrep_node_incoming_address = AUTO
loose-wsrep-cluster-address = 'gcomm://node1.example.org:4567, node2.example.org:4567?pc.wait_prim=no'
"""


@pytest.mark.parametrize(
    ("text", "configured", "binds", "listed", "named"),
    [
        (KOLLA_V4, {"192.0.2.11"}, "192.0.2.11", ["192.0.2.11", "192.0.2.12", "192.0.2.13"], False),
        (KOLLA_V6, {"fd00:0:0:2::11"}, "fd00:0:0:2::11", ["fd00:0:0:2::11", "fd00:0:0:2::12", "fd00:0:0:2::13"], False),
        (QUOTED, {"2001:db8::a1"}, None, ["db-0.internal", "db-1.internal", "db-2.internal"], False),
        (BY_NAME, set(), None, ["node1.example.org", "node2.example.org"], True),
        ("wsrep_cluster_address=gcomm://\n", set(), None, [], False),
        (
            "wsrep_cluster_address=gcomm://\nwsrep_cluster_address=gcomm://192.0.2.1\n",
            set(),
            None,
            ["192.0.2.1"],
            False,
        ),
        ("#wsrep_cluster_address=gcomm://\nbind-address=0.0.0.0\n", set(), None, None, False),
        ("wsrep_cluster_address=dummy://\nbind-address=127.0.0.1\n", {"127.0.0.1"}, None, None, False),
    ],
)
def test_what_galera_cnf_says_of_the_member_and_of_the_others(
    tmp_path: Path, text: str, configured: set[str], binds: str | None, listed: list[str] | None, named: bool
) -> None:
    path = tmp_path / "galera.cnf"
    path.write_text(text)
    assert REMOTE["_config"](str(path))["addresses"] == listed
    found = parsed(told(tmp_path, {}, text=text))
    assert (found.configured, found.binds) == (configured, binds)
    assert ("node1.example.org" in found.names) is named
    assert "secret" not in json.dumps(told(tmp_path, {}, text=text))


# Names
# ------------------------------------------------------------------------


def test_names_are_resolved_on_the_host_by_its_hosts_file_and_then_by_its_resolver(tmp_path: Path) -> None:
    answers = {"ctl3": (0, "192.0.2.13  STREAM ctl3\n192.0.2.13  DGRAM\n2001:db8::d  STREAM\n"), "gone": (2, "")}
    data = told(
        tmp_path, answers, entries=["ctl1", "CTL2.", "ctl3", "gone", "192.0.2.9", "2001:db8::9", "fe80::1%eth0"]
    )
    assert data["resolved"] == {
        "ctl1": ["127.0.1.1", "192.0.2.11"],
        "ctl2": ["192.0.2.12"],
        "ctl3": ["192.0.2.13", "2001:db8::d"],
        "gone": [],
    }


@pytest.mark.parametrize("answer", [(None, ""), (1, "")])
def test_a_resolver_that_gives_no_answer_is_no_name_that_is_not_there(
    tmp_path: Path, answer: tuple[int | None, str]
) -> None:
    assert told(tmp_path, {"ctl3": answer}, entries=["ctl3"])["resolved"] == {"ctl3": None}
    assert told(tmp_path, {}, entries=["ctl3", "--help"])["resolved"] == {"ctl3": None, "--help": None}


# What a host sent
# ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"addresses": ["no address"]}, {"addresses": "192.0.2.1"}, {"machine": 7}, {"names": [1]}, {"resolved": []},
        {"configured": ["192.0.2.1"]}, {"resolved": {"a": "192.0.2.1"}}, {"names": ["n"] * 1025},
        {"addresses": ["192.0.2.1"] * 1025}, {"resolved": {str(n): [] for n in range(1025)}},
    ],
)  # fmt: skip
def test_what_is_not_what_it_should_be_is_unknown(tmp_path: Path, change: dict[str, Any]) -> None:
    found = identity.parse({"who": {**told(tmp_path, {"ip -j": (0, json.dumps(LINKS))}), **change}})
    assert isinstance(found, Unknown)
    assert found.reason.startswith("error:galera.who")


def test_a_section_without_it_leaves_it_unknown() -> None:
    assert identity.parse({"present": True}) == Unknown("not_collected:galera.who")
    assert identity.parse(Unknown("timeout:galera")) == Unknown("timeout:galera")


# One spelling
# ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2001:DB8:0:0:0:0:0:B", "2001:db8::b"),
        ("[2001:db8::b]", "2001:db8::b"),
        ("2001:0db8::000b", "2001:db8::b"),
        ("::ffff:192.0.2.11", "192.0.2.11"),
        ("::FFFF:C000:20B", "192.0.2.11"),
        ("fe80::1%eth0", "fe80::1"),
        (" 192.0.2.11 ", "192.0.2.11"),
        ("192.0.2.011", None),
        ("ctl1", None),
        ("", None),
        ("1" * 500, None),
        ("10", None),
    ],
)
def test_one_address_has_one_spelling_and_a_name_has_none(text: str, canonical: str | None) -> None:
    assert addresses.canonical(text) == canonical


def test_an_ipv6_address_with_a_port_and_without_brackets_may_be_read_in_two_ways() -> None:
    assert addresses.readings("2001:DB8::6:4567") == ("2001:db8::6:4567", "2001:db8::6")
    assert addresses.readings("[2001:db8::6:4567]") == ("2001:db8::6:4567",)
    assert addresses.readings("192.0.2.1") == ("192.0.2.1",)
    assert addresses.readings("2001:db8::beef") == ("2001:db8::beef",)
    assert addresses.readings("ctl1") == ()
