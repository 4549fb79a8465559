"""What the lab's Galera parts promise without being up: records of the workload, who may read what, and impossible settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import paths
from lab.errors import UsageError
from lab.galera import bare, mariadb, schema, workload
from lab.galera.disk import NO_UUID, Position

pytestmark = pytest.mark.unit


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
    for name in ("ROOT_PASSWORD", "MONITOR_PASSWORD", "WORKLOAD_PASSWORD"):
        (tmp_path / name).write_text(f"secret-of-{name}\n")
        monkeypatch.setattr(paths, name, tmp_path / name)
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
