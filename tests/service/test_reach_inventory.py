"""Kolla's inventory through the real ansible-inventory, and each way in which that fails."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from remediator.inventory import InventoryUnreadable, kolla

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
    (tmp_path / "globals.yml").write_text("kolla_container_engine: podman\n")
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "ctl1.yml").write_text("ansible_host: 10.0.0.11\nkolla_container_engine: docker\n")
    found = kolla.load(tmp_path / "multinode")
    assert {name: (host.address, host.engine, host.user) for name, host in found.hosts.items()} == {
        "ctl1": ("10.0.0.11", "docker", "kolla"),
        "ctl2": ("ctl2", "podman", "kolla"),
        "cmp1": ("10.0.0.21", "podman", None),
    }
    assert found.group("mariadb") == ("ctl1", "ctl2")
    assert found.hosts["ctl1"].vars == {"kolla_container_engine": "docker", "api_interface": "eth1"}
    assert "hush" not in repr(found)


def test_a_file_that_is_no_inventory_says_where_and_how_to_check(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("[control\nctl1 ansible_host=\n")
    with pytest.raises(
        InventoryUnreadable, match=r"ansible-inventory ended with \d+: .*; check it with: ansible-inventory"
    ):
        kolla.load(tmp_path / "broken")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InventoryUnreadable, match=r"no such file; see inventory\.kolla"):
        kolla.load(tmp_path / "gone")


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
        kolla.load(
            tmp_path / "inventory",
            timeout_s=1.0,
            tool=tool(tmp_path / "tool", f"exec {text}" if "sleep" in text else text),
        )


def test_a_tool_that_cannot_be_run_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "inventory").write_text("ctl1\n")
    with pytest.raises(InventoryUnreadable, match="install ansible-core"):
        kolla.load(tmp_path / "inventory", tool=str(tmp_path / "none"))
