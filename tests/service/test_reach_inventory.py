"""Kolla's inventory through the real ansible-inventory, and each way in which that fails."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from remediator.content import validate
from remediator.inventory import InventoryUnreadable
from remediator.inventory.known import Known
from remediator.inventory.kolla import inventory

pytestmark = pytest.mark.service

MULTINODE = """
[control]
ctl[1:2] ansible_user=kolla

[compute]
cmp1 ansible_host=10.0.0.21 ansible_password=hush

[mariadb:children]
control

[deployment]
localhost ansible_connection=local

[control:vars]
api_interface=eth1
"""


def test_a_multinode_inventory_with_variables_beside_it(tmp_path: Path) -> None:
    (tmp_path / "multinode").write_text(MULTINODE)
    (tmp_path / "globals.d").mkdir()
    (tmp_path / "globals.d" / "engine.yml").write_text("kolla_container_engine: podman\n")
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "ctl1.yml").write_text("ansible_host: 10.0.0.11\nansible_port: 2222\n")
    found = inventory.load(tmp_path / "multinode")
    assert {name: (host.address, host.engine, host.port) for name, host in found.hosts.items()} == {
        "ctl1": ("10.0.0.11", "podman", 2222),
        "ctl2": ("ctl2", "podman", None),
        "cmp1": ("10.0.0.21", "podman", None),
    }
    assert found.group("mariadb") == ("ctl1", "ctl2")
    assert found.hosts["ctl1"].vars == {"api_interface": "eth1"}
    assert found.notes == (
        "localhost is left out: it deploys, and is in no group of the cloud (group deployment)",
        "2 hosts are logged in to as remediator (ssh.user), and not as the inventory's ansible_user: kolla (2)",
    )
    assert "hush" not in repr(found)


def test_a_file_that_is_no_inventory_says_where_and_how_to_check(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("[control\nctl1 ansible_host=\n")
    with pytest.raises(
        InventoryUnreadable, match=r"ansible-inventory ended with \d+: .*; check it with: ansible-inventory"
    ):
        inventory.load(tmp_path / "broken")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InventoryUnreadable, match=r"no such file; see inventory\.kolla"):
        inventory.load(tmp_path / "gone")


def tool(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sleep 30", "did not end within"),
        ("echo '<html>'", "did not print JSON"),
        ("echo oops >&2; exit 4", "ended with 4: oops"),
        ("echo '[]'", "another shape"),
    ],
)
def test_a_tool_that_misbehaves_gives_one_sentence_in_time(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "inventory").write_text("ctl1\n")
    with pytest.raises(InventoryUnreadable, match=words):
        inventory.load(
            tmp_path / "inventory",
            timeout_s=1.0,
            tool=tool(tmp_path / "tool", f"exec {text}" if "sleep" in text else text),
        )


def test_a_tool_that_cannot_be_run_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "inventory").write_text("ctl1\n")
    with pytest.raises(InventoryUnreadable, match="install ansible-core"):
        inventory.load(tmp_path / "inventory", tool=str(tmp_path / "none"))


def test_without_a_home_that_can_be_written_it_works_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inventory").write_text("[control]\nctl1\n")
    (tmp_path / "room").mkdir()
    monkeypatch.setenv("HOME", "/dev/null/nobody")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "room"))
    assert set(inventory.load(tmp_path / "inventory").hosts) == {"ctl1"}
    assert list((tmp_path / "room").iterdir()) == []


def test_vaulted_variables_are_read_with_the_remedy_that_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inventory").write_text("[control]\nctl1\n")
    (tmp_path / "group_vars").mkdir()
    vaulted, secret = tmp_path / "group_vars" / "control.yml", tmp_path / "secret"
    vaulted.write_text("ansible_port: 2222\n")
    secret.write_text("open\n")
    tool = Path(sys.executable).with_name("ansible-vault")
    subprocess.run(
        [tool, "encrypt", "--vault-password-file", secret, vaulted], check=True, capture_output=True, timeout=60
    )
    with pytest.raises(
        InventoryUnreadable, match=r"no vault secrets found\.; name the file with the vault's password in"
    ) as bad:
        inventory.load(tmp_path / "inventory")
    assert "ANSIBLE_VAULT_PASSWORD_FILE" in bad.value.remedy
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(secret))
    assert inventory.load(tmp_path / "inventory").hosts["ctl1"].port == 2222


def test_a_vaulted_value_of_one_host_is_named_with_its_variable(tmp_path: Path) -> None:
    (tmp_path / "inventory.yml").write_text(
        "control: {hosts: {ctl1: {ansible_user: !vault x, ansible_host: !vault x, ansible_port: !unsafe 2222}}}\n"
    )
    with pytest.raises(
        InventoryUnreadable, match="ansible_host of ctl1 is vaulted, and ansible-inventory prints it encrypted"
    ):
        inventory.load(tmp_path / "inventory.yml")


PUBLIC = {
    "one controller, its account for all of them, a group that is empty": (
        "[all:vars]\nansible_user=ubuntu\n[control]\nctl1\n[storage]\n[compute]\ncmp1\n[mariadb:children]\ncontrol\n",
        {"ctl1": "ctl1", "cmp1": "cmp1"},
        "not as the inventory's ansible_user: ubuntu (2)",
    ),
    "a range of addresses as names": (
        "[control]\n192.0.2.[11:13] ansible_user=deploy ansible_ssh_private_key_file=/k\n[mariadb:children]\ncontrol\n",
        {"192.0.2.11": "192.0.2.11", "192.0.2.12": "192.0.2.12", "192.0.2.13": "192.0.2.13"},
        "deploy (3)",
    ),
    "a range inside of full names": (
        "[control]\nnode[01:02].os.example.org\n[mariadb:children]\ncontrol\n",
        {"node01.os.example.org": "node01.os.example.org", "node02.os.example.org": "node02.os.example.org"},
        "",
    ),
    "hosts before any group, an account and a network for each": (
        "a ansible_host=192.0.2.11 ansible_user=one api_interface=eno3\nb ansible_host=192.0.2.12 ansible_user=two\n"
        "[control]\na\nb\n[mariadb:children]\ncontrol\n",
        {"a": "192.0.2.11", "b": "192.0.2.12"},
        "one (1), two (1)",
    ),
    "a deployer with variables, and groups that contain it": (
        "[control]\nctl1\n[deployment]\nlocalhost ansible_connection=local docker_registry='192.0.2.9:5001'\n"
        "[bifrost:children]\ndeployment\n[mariadb:children]\ncontrol\n",
        {"ctl1": "ctl1"},
        "localhost is left out: it deploys, and is in no group of the cloud (groups bifrost, deployment)",
    ),
    "through a jump host, at a port of its own": (
        "[control]\nctl1 ansible_port=2222\n[mariadb:children]\ncontrol\n"
        "[all:vars]\nansible_ssh_common_args='-o ProxyJump=gate@192.0.2.1'\n",
        {"ctl1": "ctl1"},
        "set ssh.jump",
    ),
    "IPv6 in brackets with a port": (
        "[control]\n[2001:db8::11]:2222\n[mariadb:children]\ncontrol\n",
        {"2001:db8::11": "2001:db8::11"},
        "",
    ),
}
"""Shapes of inventories that people have published, in our own words."""


@pytest.mark.parametrize(("text", "addresses", "note"), PUBLIC.values(), ids=PUBLIC.keys())
def test_inventories_as_people_write_them(tmp_path: Path, text: str, addresses: dict[str, str], note: str) -> None:
    (tmp_path / "multinode").write_text(text)
    found = inventory.load(tmp_path / "multinode", Known(engine="docker"))
    assert {name: host.address for name, host in found.hosts.items()} == addresses
    assert any(note in said for said in found.notes) if note else found.notes == ()
    assert found.group("mariadb")


def test_validate_has_a_mistake_for_each_thing_that_is_wrong_and_a_note_for_what_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "multinode").write_text(
        "[control]\nctl[1:3] ansible_host=10.0.0.[1:3]\ncmp1 ansible_port=0\n[mariadb:children]\ncontrol\n"
    )
    config = tmp_path / "config.yaml"
    config.write_text(f"cloud: t\ninventory: {{kolla: {tmp_path}/multinode, engine: docker}}\n")
    config.chmod(0o600)
    found = validate.examine(str(config), {})
    assert [(one.line, one.path, one.message.partition("multinode: ")[2]) for one in found.mistakes] == [
        (
            2,
            "inventory.kolla",
            "ansible_host of ctl1, ctl2, ctl3: '10.0.0.[1:3]' is neither an address nor the name of a host;"
            " write the value that holds for this host",
        ),
        (
            2,
            "inventory.kolla",
            "ansible_port of cmp1 is '0', and should be greater than or equal to 1;"
            " write the value that holds for this host",
        ),
    ]
    (tmp_path / "multinode").write_text("[control]\nctl1 ansible_user=kolla\n")
    found = validate.examine(str(config), {})
    assert found.mistakes == []
    assert (found.notes[0].path, found.notes[0].code) == ("inventory.kolla", "note")
    assert "ansible_user: kolla (1)" in found.notes[0].message
