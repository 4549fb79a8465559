"""The shapes of the lab without the lab: what each says of its hosts, its inventory as ansible reads it, its faults,
its names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab import api, cli
from lab.cloud import config, shapes, topology
from lab.errors import LabError
from lab.outer import names
from remediator.inventory.kolla import inventory
from tests.unit.lab.conftest import Be

pytestmark = pytest.mark.unit


def test_a_shape_is_chosen_once_and_kept_until_the_lab_is_gone(be: Be) -> None:
    assert shapes.choose(None).name == "default"
    assert shapes.choose("one-controller").name == "one-controller"
    be("one-controller")
    assert shapes.choose(None).name == "one-controller"
    with pytest.raises(LabError, match="in the shape one-controller; take it away first: python -m lab down"):
        shapes.choose("addresses")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shape", "podman"], "the shape podman is not built yet; shapes are default, "),
        (["--shape=cephadm"], "the shape cephadm is not built yet; shapes are default, "),
        (["--shape", "round"], "unknown shape 'round'; shapes are default, "),
        (["--shape"], "up takes --shape SHAPE and --only HOST,HOST"),
        (
            ["--shape", "one-controller", "--only", "ctl1,ctl2"],
            "the shape one-controller has no host ctl2; it has ctl1, cmp1",
        ),
    ],
)
def test_a_shape_that_is_not_there_is_bad_usage(
    words: list[str], said: str, be: Be, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["up", *words]) == 64
    assert capsys.readouterr().err.startswith(f"lab: {said}")


def test_the_inventory_of_names_is_read_as_kolla_reads_it(be: Be, tmp_path: Path) -> None:
    be("default")
    written = config.write(tmp_path / "d", http_port=8099)
    multinode = written.config.parent / "kolla/multinode"
    assert f"inventory:\n  kolla: {multinode}\n" in written.config.read_text()
    assert "10.77." not in multinode.read_text(), "names, and no address"
    found = inventory.load(multinode)
    assert sorted(found.hosts) == sorted(topology.NAMES)
    assert set(found.group("loadbalancer")) == set(topology.CONTROL)
    assert set(found.group("memcached")) == set(topology.NAMES)
    assert {name: host.engine for name, host in found.hosts.items() if host.engine != "docker"} == {"cmp2": "podman"}
    assert {host.address for host in found.hosts.values()} == set(topology.NAMES)


def test_an_inventory_for_some_hosts_names_no_other(be: Be, tmp_path: Path) -> None:
    be("default")
    written = config.write(tmp_path / "d", hosts=["cmp1"], http_port=8099)
    found = inventory.load(written.config.parent / "kolla/multinode")
    assert list(found.hosts) == ["cmp1"]


def test_hosts_by_address_stand_in_the_config_itself(be: Be, tmp_path: Path) -> None:
    be("addresses")
    written = config.write(tmp_path / "a", http_port=8099)
    assert "    cmp1: {address: 10.77.0.21, groups: [compute, memcached]," in written.config.read_text()
    assert not (written.config.parent / "kolla").exists()


def test_ssh_goes_over_the_management_network_where_there_is_one() -> None:
    host = topology.host("cmp2")
    assert shapes.find("default").address(host) == "10.77.1.22"
    assert shapes.find("addresses").address(host) == "10.77.0.22"


def test_a_fault_is_listed_with_the_hosts_of_the_shape(be: Be, capsys: pytest.CaptureFixture[str]) -> None:
    for shape in ("default", "one-controller"):
        be(shape)
        assert cli.main(["faults", "--format", "json"]) == 0
        listed = {fault["name"]: fault for fault in json.loads(capsys.readouterr().out)}
        assert "host-off" in listed
        for fault in listed.values():
            assert fault["shape"] == shape
            assert fault["default_host"] in fault["hosts"]
            assert set(fault["hosts"]) <= set(shapes.find(shape).hosts)


def test_a_fault_on_a_host_that_the_shape_has_not_is_bad_usage(be: Be, capsys: pytest.CaptureFixture[str]) -> None:
    be("one-controller")
    assert cli.main(["break", "host-off", "ctl2"]) == 64
    assert capsys.readouterr().err == "lab: host-off can be on ctl1, cmp1, not on ctl2\n"


HOSTS = "127.0.0.1 localhost\n192.0.2.1 ctl1 # of somebody else\n"


def test_our_names_come_before_others_and_go_without_a_trace() -> None:
    text = names.with_names(HOSTS, [("ctl1", "10.77.1.11"), ("cmp1", "10.77.1.21")])
    assert text.index("10.77.1.11 ctl1\n") < text.index("192.0.2.1 ctl1")
    assert names.without_names(text) == HOSTS
    assert names.without_names(text + "192.0.2.9 added\n") == HOSTS + "192.0.2.9 added\n"
    assert names.without_names(HOSTS) == HOSTS


@pytest.mark.parametrize(
    ("line", "ours"),
    [
        ("36 24 0:5 /remediator-lab/etc-hosts /etc/hosts rw - tmpfs run rw", True),
        ("36 24 254:0 /run/remediator-lab/etc-hosts /etc/hosts rw shared:1 - ext4 /dev/vda rw", True),
        ("36 24 0:5 /remediator-lab/etc-hosts//deleted /etc/hosts rw - tmpfs run rw", True),
        ("36 24 0:5 /remediator-lab-second/etc-hosts /etc/hosts rw - tmpfs run rw", False),
        ("36 24 254:0 /var/lib/docker/containers/0123/hosts /etc/hosts rw - ext4 /dev/vda rw", False),
        ("36 24 0:5 /remediator-lab/etc-hosts /mnt/hosts rw - tmpfs run rw", False),
    ],
)
def test_a_mount_over_the_hosts_file_is_ours_by_where_it_lies(line: str, ours: bool) -> None:
    assert names.mounted(f"24 1 254:0 / / rw - ext4 /dev/vda rw\n{line}\n") is ours


def test_of_two_mounts_over_the_hosts_file_the_last_one_counts() -> None:
    lines = [
        "36 24 0:5 /remediator-lab/etc-hosts /etc/hosts rw - tmpfs run rw",
        "37 36 0:6 /other /etc/hosts rw - tmpfs run rw",
    ]
    assert not names.mounted("\n".join(lines))
    assert names.mounted("\n".join(reversed(lines)))


def test_the_inventory_of_a_deployer_on_a_controller_calls_it_localhost(be: Be, tmp_path: Path) -> None:
    be("deployer-is-controller")
    written = config.write(tmp_path / "d", http_port=8099)
    lines = (written.config.parent / "kolla/multinode").read_text().splitlines()
    assert lines[lines.index("[control]") :][:4] == ["[control]", "localhost ansible_connection=local", "ctl2", "ctl3"]
    assert "ctl1" not in lines


def test_what_is_run_with_the_daemon_is_run_on_its_host(be: Be) -> None:
    assert api.daemon_argv(["id"]) == ["id"]
    be("deployer-is-controller")
    assert api.daemon_argv(["id", "-u"])[-4:] == ["exec", "lab-ctl1", "id", "-u"]
