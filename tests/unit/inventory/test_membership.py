"""Who is a host of the cloud, and where: localhost, the deployer, Windows, and connections other than SSH."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.inventory import InventoryUnreadable
from remediator.inventory.known import Known
from remediator.inventory.kolla import inventory, this_machine
from remediator.model.hosts import Inventory

pytestmark = pytest.mark.unit

LOCAL = {"ansible_connection": "local"}


def listing(**hostvars: dict[str, Any]) -> dict[str, Any]:
    """Return a cloud of three controllers of which the first deploys, as kolla's own groups nest."""
    return {
        "_meta": {"hostvars": {"localhost": LOCAL, **hostvars}},
        "all": {"children": ["ungrouped", "control", "mariadb", "deployment", "bifrost"]},
        "control": {"hosts": ["localhost", "ctl2", "ctl3"]},
        "mariadb": {"children": ["control"]},
        "deployment": {"hosts": ["localhost"]},
        "bifrost": {"children": ["deployment"]},
    }


def parse(body: Any, here: bool | str = False, hostname: str = "ctl1") -> Inventory:
    return inventory.parse(body, "inv", Known(engine="docker", here=here, hostname=hostname))


def refused(body: Any, here: bool | str = False, hostname: str = "ctl1") -> str:
    with pytest.raises(InventoryUnreadable) as found:
        parse(body, here, hostname)
    return str(found.value)


def test_a_localhost_that_is_a_controller_is_this_machine_where_kolla_runs_on_it() -> None:
    found = parse(listing(), here=True)
    assert found.group("mariadb") == ("ctl2", "ctl3", "localhost")
    assert found.hosts["localhost"].address == "local"
    assert found.notes == (
        "localhost (groups control, mariadb) is taken for this very machine and reached without SSH; "
        "if it is another one,"
        " give its line in the inventory ansible_host=ADDRESS",
    )


@pytest.mark.parametrize(
    ("here", "hostname", "doubt"),
    [
        (False, "watcher", "kolla does not run on this machine"),
        (
            "whether kolla runs on this machine is not known: /etc/kolla cannot be read: Permission denied",
            "watcher",
            "not known: /etc/kolla",
        ),
        (True, "CTL2.example.org", "this machine is ctl2 of the same inventory"),
    ],
)
def test_anywhere_else_it_is_refused_and_not_taken_for_a_machine_that_it_is_not(
    here: bool | str, hostname: str, doubt: str
) -> None:
    said = refused(listing(), here, hostname)
    assert "localhost is a host of the cloud (groups control, mariadb)" in said
    assert doubt in said
    assert "ansible_host=ADDRESS" in said


def test_the_remedy_works_as_printed() -> None:
    found = parse(listing(localhost={**LOCAL, "ansible_host": "192.0.2.11"}))
    assert found.group("mariadb") == ("ctl2", "ctl3", "localhost")
    assert found.hosts["localhost"].address == "192.0.2.11"
    assert found.notes == ("localhost has ansible_connection=local; it is reached over SSH at 192.0.2.11",)


def test_an_address_that_is_only_a_loop_is_no_address() -> None:
    assert "no address" in refused(listing(localhost={**LOCAL, "ansible_host": "127.0.0.1"}))


def test_all_in_one() -> None:
    body = {name: {"hosts": ["localhost"]} for name in ("control", "compute", "network", "deployment")}
    body |= {"_meta": {"hostvars": {"localhost": LOCAL}}, "mariadb": {"children": ["control"]}}
    assert parse(body, here=True).group("mariadb") == ("localhost",)
    assert "localhost is a host of the cloud (groups compute, control, network, mariadb)" in refused(body)


def test_a_host_that_only_deploys_is_left_out_by_whatever_name() -> None:
    body = listing()
    body["control"]["hosts"] = ["ctl2"]
    body["deployment"]["hosts"] = ["localhost", "deploy1"]
    body["_meta"]["hostvars"]["deploy1"] = LOCAL
    found = parse(body)
    assert set(found.hosts) == {"ctl2"}
    assert found.notes == (
        "deploy1 is left out: it deploys, and is in no group of the cloud (groups bifrost, deployment)",
        "localhost is left out: it deploys, and is in no group of the cloud (groups bifrost, deployment)",
    )


def test_a_named_host_with_a_local_connection_is_reached_by_its_name() -> None:
    body = listing(ctl2=LOCAL, localhost={**LOCAL, "ansible_host": "192.0.2.11"})
    found = parse(body, here=True)
    assert found.hosts["ctl2"].address == "ctl2"
    assert found.notes[0] == "ctl2 has ansible_connection=local; it is reached over SSH at ctl2"


def test_a_windows_host_is_left_out_with_its_groups() -> None:
    body = listing(hv1={"ansible_connection": "winrm"}, localhost={**LOCAL, "ansible_host": "192.0.2.11"})
    body["hyperv"] = {"hosts": ["hv1"]}
    found = parse(body)
    assert "hv1" not in found.hosts
    assert found.notes[0] == "hv1 is left out: it is a Windows host (winrm; group hyperv)"


@pytest.mark.parametrize("connection", ["ssh", "smart", "paramiko", "ansible.builtin.ssh", "ansible.netcommon.libssh"])
def test_whatever_speaks_ssh_is_ssh(connection: str) -> None:
    body = listing(ctl2={"ansible_connection": connection}, localhost={**LOCAL, "ansible_host": "192.0.2.11"})
    assert parse(body).hosts["ctl2"].address == "ctl2"


def test_this_machine_by_its_own_name() -> None:
    assert this_machine.known_as(["ctl1.example.org", "ctl2"], "CTL2.other.org") == "ctl2"
    assert this_machine.known_as(["ctl1"], "") is None
