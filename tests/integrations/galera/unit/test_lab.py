"""What the lab's Galera promises without being up: its faults and their usage, its config, its workload's records, who
may read what."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lab import cli
from lab.cloud import config, services, topology
from lab.errors import UsageError
from lab.galera import bare, mariadb, passwords, schema, server_config, workload
from lab.galera.disk import NO_UUID, Position
from lab.galera.faults import FAULTS
from remediator.inventory.kolla import inventory
from tests.unit.lab.conftest import Be

pytestmark = pytest.mark.unit

PROMISED = {
    "galera-member-failed": "cured",
    "galera-partition": "escalated",
    "galera-all-killed": "cured",
    "galera-all-non-primary": "escalated",
    "galera-staggered-kill": "cured",
    "galera-member-lost": "escalated",
    "galera-stale-ahead": "escalated",
    "galera-empty-flagged": "escalated",
    "galera-two-uuids": "escalated",
    "galera-sst-cut": "escalated",
    "galera-prepared-xa": "escalated",
}
NEED_TWO = {
    "galera-partition",
    "galera-all-non-primary",
    "galera-staggered-kill",
    "galera-shut-down",
    "galera-member-lost",
    "galera-stale-ahead",
    "galera-sst-cut",
}


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    assert cli.main(["faults", "--format", "json"]) == 0
    return {fault["name"]: fault for fault in json.loads(capsys.readouterr().out)}


def test_the_promised_faults_are_there_with_their_outcomes(be: Be, capsys: pytest.CaptureFixture[str]) -> None:
    be("default")
    found = listed(capsys)
    assert {name: found[name]["expected"]["outcome"] for name in PROMISED} == PROMISED  # type: ignore[index]
    assert {found[fault.name]["technology"] for fault in FAULTS} == {"galera"}


@pytest.mark.parametrize(
    "line",
    [
        ["break", "unhealthy", "cmp1", "--container", "mariadb"],
        ["break", "galera-partition", "cmp1"],
        ["break", "galera-all-non-primary", "ctl1", "--network", "half"],
        ["break", "galera-member-lost", "cmp1"],
        ["break", "galera-sst-cut", "ctl3", "--all", "yes", "no"],
    ],
)
def test_bad_usage_is_64_and_one_line(line: list[str], be: Be, capsys: pytest.CaptureFixture[str]) -> None:
    be("default")
    assert cli.main(line) == 64
    assert re.fullmatch(r"lab: [^\n]+\n", capsys.readouterr().err)


def test_a_fault_is_listed_where_the_shape_has_enough_members(be: Be, capsys: pytest.CaptureFixture[str]) -> None:
    be("default")
    everywhere = listed(capsys)
    be("one-controller")
    assert everywhere.keys() - listed(capsys).keys() == NEED_TWO


def test_a_fault_that_needs_more_members_is_bad_usage(be: Be, capsys: pytest.CaptureFixture[str]) -> None:
    be("one-controller")
    assert cli.main(["break", "galera-partition"]) == 64
    assert capsys.readouterr().err == "lab: galera-partition needs 2 Galera members; the shape one-controller has 1\n"


def test_a_daemon_reads_the_members_where_it_watches_one(be: Be, tmp_path: Path) -> None:
    be("addresses")
    with_one = config.write(tmp_path / "a", hosts=["ctl2", "cmp1"], http_port=8099).config.read_text()
    assert "\n  galera: {group: mariadb, port: 3306, user: monitor, password: {file: " in with_one
    assert "    ctl2: {address: 10.77.0.12, groups: [control, mariadb, memcached, loadbalancer]," in with_one
    without = config.write(tmp_path / "b", hosts=["cmp1"], http_port=8099).config.read_text()
    assert "galera:" not in without
    assert "integrations: {}\n" in without


def test_the_members_are_the_group_of_the_inventory(be: Be, tmp_path: Path) -> None:
    be("default")
    written = config.write(tmp_path / "d", http_port=8099)
    found = inventory.load(written.config.parent / "kolla/multinode")
    assert set(found.group("mariadb")) == {h.name for h in mariadb.HOSTS} == {"ctl1", "ctl2", "ctl3"}


def test_the_members_are_started_by_their_own_up_and_by_nothing_else() -> None:
    assert [name for name, service in services.all_of_them().items() if service.clustered] == ["mariadb"]


@pytest.mark.parametrize(
    ("shape", "members"), [("default", "10.77.0.11,10.77.0.12,10.77.0.13"), ("one-controller", "")]
)
def test_of_a_group_of_one_kolla_names_no_member(shape: str, members: str, be: Be) -> None:
    be(shape)
    lines = server_config.text(topology.host("ctl1")).splitlines()
    assert f"wsrep_cluster_address = gcomm://{members}" in lines
    assert "wsrep_node_address = 10.77.0.11" in lines, "the database stays on the service network"


def test_the_records_count_whole_lines_only(tmp_path: Path) -> None:
    (tmp_path / "acknowledged.0").write_text("1\n4\n7\n1")  # killed while it wrote 10
    (tmp_path / "acknowledged.1").write_text("2\n5\n")
    (tmp_path / "unknown.0").write_text("10\n")
    assert workload.summary(tmp_path) == workload.Summary(acknowledged=5, unknown=1)


def test_a_workload_does_not_mix_its_records_with_anothers(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("0123456789abcdef")
    with pytest.raises(UsageError, match="another workload"):
        workload.start(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("setting", [{"clients": 0}, {"per_second": 0}, {"members": ()}])
def test_an_impossible_workload_is_refused_and_leaves_nothing(setting: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        workload.start(tmp_path / "new", **setting)  # type: ignore[arg-type]
    assert not (tmp_path / "new").exists()


def test_monitor_may_read_the_canaries_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ROOT", "MONITOR", "WORKLOAD"):
        (tmp_path / name).write_text(f"secret-of-{name}\n")
        monkeypatch.setattr(passwords, name, tmp_path / name)
    lines = schema.text().splitlines()
    granted = {line.split(" ON ")[1].split()[0] for line in lines if line.startswith("GRANT") and "'monitor'" in line}
    assert granted == set(schema.CANARIES)
    for table in schema.CANARIES:
        assert any(line.startswith(f"CREATE TABLE {table} ") for line in lines)
        assert any(line.startswith(f"INSERT INTO {table} ") for line in lines)
    assert lines[-1].startswith("ALTER USER 'root'"), (
        "root's password comes last: what stands before it runs without one"
    )


def test_a_position_without_a_history_is_not_usable() -> None:
    uuid = "220dcdcb-1629-11e4-add3-aec059ad3734"
    assert Position(uuid=uuid, seqno=0, prepared=False).usable
    for void in (("", 5), (NO_UUID, 5), (uuid, -1)):
        assert not Position(uuid=void[0], seqno=void[1], prepared=False).usable


@pytest.mark.parametrize("value", [-1, 3])
def test_an_unknown_flush_is_refused(value: int) -> None:
    with pytest.raises(UsageError, match="innodb_flush_log_at_trx_commit"):
        mariadb.set_flush(value)


def test_the_bare_time_is_the_sum_of_its_phases() -> None:
    took = bare.Took(positions_s=1, flag_s=2, bootstrap_s=3, joiners_s=(4, 5), handback_s=6)
    assert took.total_s == 21
