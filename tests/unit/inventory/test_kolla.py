"""From what ansible-inventory prints to a snapshot: nested groups, addresses, engines, and nothing secret."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.inventory import InventoryUnreadable, kolla

pytestmark = pytest.mark.unit


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


def test_groups_hold_the_hosts_of_their_children_however_deep() -> None:
    found = kolla.parse(listing(), "inv")
    assert found.group("database") == found.group("mariadb") == found.group("control") == ("ctl1", "ctl2")
    assert found.hosts["cmp1"].groups == ("compute",)


def test_the_deployer_is_no_host() -> None:
    assert set(kolla.parse(listing(), "inv").hosts) == {"ctl1", "ctl2", "cmp1"}


def test_what_is_taken_from_the_variables_and_nothing_secret() -> None:
    variables = {
        "ansible_host": "10.0.0.1",
        "ansible_port": "2222",
        "ansible_user": "kolla",
        "ansible_password": "hush",
        "ansible_become_password": "hush",
        "kolla_container_engine": "podman",
        "api_interface": "eth1",
        "api_interface_address": "10.1.0.1",
    }
    host = kolla.parse(listing(ctl1=variables), "inv").hosts["ctl1"]
    assert (host.address, host.port, host.user, host.engine, host.api_address) == (
        "10.0.0.1",
        2222,
        "kolla",
        "podman",
        "10.1.0.1",
    )
    assert "hush" not in repr(host)


def test_without_variables_the_name_is_the_address() -> None:
    host = kolla.parse(listing(), "inv", default_engine="podman").hosts["ctl2"]
    assert (host.address, host.port, host.user, host.engine, host.api_address) == ("ctl2", None, None, "podman", None)


def test_the_version_is_of_the_hosts_and_not_of_their_order() -> None:
    one, two = kolla.parse(listing(), "a"), kolla.parse(dict(reversed(listing().items())), "b")
    assert one.version == two.version != kolla.parse(listing(ctl1={"ansible_host": "10.9.9.9"}), "a").version


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "another shape"),
        ({}, "another shape"),
        ({"_meta": {"hostvars": {}}}, "no host but the local one"),
        (listing(ctl1={"ansible_host": "{{ x }}"}), "ansible_host of ctl1 is a template"),
        (listing(ctl1={"kolla_container_engine": "lxc"}), "must be docker or podman"),
        (listing(ctl1={"ansible_port": "ssh"}), "must be a number"),
    ],
)
def test_what_is_not_usable_says_why_and_what_to_do(body: Any, words: str) -> None:
    with pytest.raises(InventoryUnreadable) as refused:
        kolla.parse(body, "inv")
    assert words in str(refused.value)
    assert refused.value.remedy


def test_groups_that_contain_each_other_do_not_hang() -> None:
    body = listing()
    body["control"]["children"] = ["mariadb"]
    assert kolla.parse(body, "inv").group("mariadb") == ("ctl1", "ctl2")
