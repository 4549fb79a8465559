"""From what ansible-inventory prints to a snapshot: nested groups, addresses, engines, and nothing secret."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.inventory import InventoryUnreadable
from remediator.inventory.known import Known
from remediator.inventory.kolla import inventory
from remediator.inventory.kolla.globals import Globals

pytestmark = pytest.mark.unit

PODMAN = Globals(folder="/etc/kolla", engine="podman", file="/etc/kolla/globals.yml")
SILENT = Globals(folder="/etc/kolla")
DEPLOYER = "localhost is left out: it deploys, and is in no group of the cloud (group deployment)"


def listing(**hostvars: dict[str, Any]) -> dict[str, Any]:
    return {
        "_meta": {"hostvars": {"localhost": {"ansible_connection": "local"}, **hostvars}},
        "all": {"children": ["ungrouped", "control", "database", "deployment"]},
        "control": {"hosts": ["ctl1", "ctl2"]},
        "compute": {"hosts": ["cmp1"]},
        "database": {"children": ["mariadb"]},
        "mariadb": {"children": ["control"]},
        "deployment": {"hosts": ["localhost"]},
    }


def wrong(body: Any, known: Known | None = None) -> tuple[str, ...]:
    with pytest.raises(InventoryUnreadable) as refused:
        inventory.parse(body, "inv", known)
    return tuple(text.removeprefix("inventory inv: ") for text in refused.value.sentences)


def notes(body: Any, **known: Any) -> tuple[str, ...]:
    return inventory.parse(body, "inv", Known(globals=SILENT, **known)).notes


def test_groups_hold_the_hosts_of_their_children_however_deep() -> None:
    found = inventory.parse(listing(), "inv")
    assert found.group("database") == found.group("mariadb") == found.group("control") == ("ctl1", "ctl2")
    assert found.hosts["cmp1"].groups == ("compute",)


def test_the_deployer_is_no_host_and_that_is_said() -> None:
    assert set(inventory.parse(listing(), "inv").hosts) == {"ctl1", "ctl2", "cmp1"}
    assert notes(listing()) == (DEPLOYER,)


def test_what_is_taken_from_the_variables_and_nothing_secret() -> None:
    variables = {
        "ansible_host": "10.0.0.1",
        "ansible_port": "2222",
        "ansible_password": "hush",
        "ansible_become_password": "hush",
        "kolla_container_engine": "podman",
        "api_interface": "eth1",
        "api_interface_address": "10.1.0.1",
    }
    host = inventory.parse(listing(ctl1=variables), "inv").hosts["ctl1"]
    assert (host.address, host.port, host.user, host.engine, host.api_address) == (
        "10.0.0.1",
        2222,
        None,
        "podman",
        "10.1.0.1",
    )
    assert "hush" not in repr(host)


def test_without_variables_the_name_is_the_address() -> None:
    host = inventory.parse(listing(), "inv", Known(engine="podman")).hosts["ctl2"]
    assert (host.address, host.port, host.user, host.engine, host.api_address) == ("ctl2", None, None, "podman", None)


def test_the_address_of_the_services_is_not_guessed_from_the_one_for_ssh() -> None:
    host = inventory.parse(listing(ctl1={"ansible_host": "10.0.0.1", "api_interface": "bond0.7"}), "inv").hosts["ctl1"]
    assert (host.address, host.api_address) == ("10.0.0.1", None)
    template = {"api_interface_address": "{{ 'api' | kolla_address }}"}
    assert inventory.parse(listing(ctl1=template), "inv").hosts["ctl1"].api_address is None


def test_the_version_is_of_the_hosts_and_not_of_their_order() -> None:
    one, two = inventory.parse(listing(), "a"), inventory.parse(dict(reversed(listing().items())), "b")
    assert one.version == two.version != inventory.parse(listing(ctl1={"ansible_host": "10.9.9.9"}), "a").version


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "another shape"),
        ({}, "another shape"),
        ({"_meta": {"hostvars": {}}}, "it names no host of the cloud"),
        (listing(ctl1={"ansible_host": "{{ x }}"}), "ansible_host of ctl1 is a template ({{ x }})"),
        (listing(ctl1={"ansible_host": {"__ansible_vault": "$ANSIBLE_VAULT;x"}}), "ansible_host of ctl1 is vaulted"),
        (listing(ctl1={"ansible_host": "10.0.0.[1:2]"}), "ansible_host of ctl1: '10.0.0.[1:2]' is neither an address"),
        (listing(ctl1={"ansible_host": ["10.0.0.1"]}), "ansible_host of ctl1 is a list, not text"),
        (listing(ctl1={"ansible_host": "local"}), "the address of ctl1 is local, which means this very machine"),
        (
            listing(ctl1={"kolla_container_engine": "lxc"}),
            "kolla_container_engine of ctl1: 'lxc' is not one of docker, podman",
        ),
        (
            listing(ctl1={"kolla_container_engine": {"__ansible_vault": "x"}}),
            "kolla_container_engine of ctl1 is vaulted",
        ),
        (listing(ctl1={"ansible_port": "ssh"}), "ansible_port of ctl1 is 'ssh', and should be a whole number"),
        (
            listing(ctl1={"ansible_port": 70000}),
            "ansible_port of ctl1 is '70000', and should be less than or equal to 65535",
        ),
        (listing(ctl1={"ansible_port": "{{ p }}"}), "ansible_port of ctl1 is a template"),
        (listing(ctl1={"api_interface": {"__ansible_vault": "x"}}), "api_interface of ctl1 is vaulted"),
        (
            listing(ctl1={"ansible_connection": "podman"}),
            "ansible_connection of ctl1 is podman, and hosts are reached over SSH alone",
        ),
        (listing(ctl1={"ansible_connection": "{{ c }}"}), "ansible_connection of ctl1 is a template"),
        ({**listing(), "extra": {"hosts": ["a b"]}}, "a host is called so: 'a b' is not a name for a host"),
        ({**listing(), "extra": {"hosts": ["-x"]}}, "a host is called so: '-x'"),
    ],
)
def test_what_is_not_usable_says_why_and_what_to_do(body: Any, words: str) -> None:
    with pytest.raises(InventoryUnreadable) as refused:
        inventory.parse(body, "inv")
    assert words in str(refused.value)
    assert refused.value.remedy


def test_every_wrong_host_is_named_and_those_of_one_kind_share_a_sentence() -> None:
    bad = {"ansible_host": "10.0.0.[1:3]"}
    body = listing(ctl1=bad, ctl2=bad, cmp1={"ansible_port": 0})
    body["compute"]["hosts"] += ["cmp2", "cmp3", "cmp4"]
    for name in ("cmp2", "cmp3", "cmp4"):
        body["_meta"]["hostvars"][name] = bad
    assert wrong(body) == (
        "ansible_port of cmp1 is '0', and should be greater than or equal to 1; write the value that "
        "holds for this host",
        "ansible_host of cmp2, cmp3, cmp4 and 2 more: '10.0.0.[1:3]' is neither an address nor the name of a host;"
        " write the value that holds for this host",
    )
    with pytest.raises(InventoryUnreadable, match=r"\(and 1 more: remediator validate\)$"):
        inventory.parse(body, "inv")


def test_what_ansible_marks_as_no_template_is_a_plain_value() -> None:
    found = inventory.parse(listing(ctl1={"ansible_host": {"__ansible_unsafe": "10.0.0.1"}}), "inv")
    assert found.hosts["ctl1"].address == "10.0.0.1"


def test_groups_that_contain_each_other_do_not_hang() -> None:
    body = listing()
    body["control"]["children"] = ["mariadb"]
    assert inventory.parse(body, "inv").group("mariadb") == ("ctl1", "ctl2")


VAULT = {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\n61"}


def test_our_account_goes_before_the_one_that_deploys_and_that_is_said() -> None:
    body = listing(ctl1={"ansible_user": "kolla"}, ctl2={"ansible_ssh_user": "{{ me }}"}, cmp1={"ansible_user": VAULT})
    found = inventory.parse(body, "inv", Known(user="watch", globals=SILENT))
    assert {host.user for host in found.hosts.values()} == {None}
    assert found.notes[1:] == (
        "3 hosts are logged in to as watch (ssh.user), and not as the inventory's ansible_user:"
        " a template (1), kolla (1), vaulted (1)",
    )
    assert notes(listing(ctl1={"ansible_user": "kolla"}), user="kolla") == (DEPLOYER,)


def test_a_way_through_another_host_is_said_unless_ours_has_one() -> None:
    body = listing(ctl1={"ansible_ssh_common_args": "-o ProxyJump=gate@192.0.2.1"})
    assert notes(body)[1:] == (
        "ctl1: the inventory goes through another host, and its arguments for ssh are not read; set ssh.jump",
    )
    assert notes(body, jump=True) == (DEPLOYER,)
    assert notes(listing(ctl1={"ansible_ssh_common_args": "-o StrictHostKeyChecking=no"})) == (DEPLOYER,)


def test_the_engine_of_the_globals_goes_before_that_of_a_host_as_kolla_has_it() -> None:
    found = inventory.parse(listing(ctl1={"kolla_container_engine": "docker"}), "inv", Known(globals=PODMAN))
    assert {host.engine for host in found.hosts.values()} == {"podman"}
    assert found.notes[1:] == (
        "kolla_container_engine of ctl1 in the inventory is not used: /etc/kolla/globals.yml says "
        "podman, and kolla lets that go"
        " before",
    )


def test_a_host_s_own_engine_goes_before_ours_and_both_before_the_default() -> None:
    found = inventory.parse(listing(ctl1={"kolla_container_engine": "docker"}), "inv", Known(engine="podman"))
    assert {name: host.engine for name, host in found.hosts.items()} == {
        "ctl1": "docker",
        "ctl2": "podman",
        "cmp1": "podman",
    }
    assert found.notes == (DEPLOYER,)


def test_an_engine_that_nobody_named_is_said() -> None:
    found = inventory.parse(listing(), "inv")
    assert {host.engine for host in found.hosts.values()} == {"docker"}
    assert found.notes[1].startswith(
        "cmp1, ctl1, ctl2 are taken to run docker, kolla's default: there is no globals.yml"
    )
