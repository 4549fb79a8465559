"""Stores of one process share what was compiled, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from remediator.store import compiled, database, tables

pytestmark = pytest.mark.unit


def test_a_second_store_compiles_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = sa.select(tables.meta.c.value).where(tables.meta.c.key == sa.bindparam("wanted"))
    found: list[str] = []
    made: list[object] = []
    compile_ = sa.Select._compiler

    def counted(self: sa.Select[tuple[str]], *args: object, **options: object) -> object:
        made.append(self)
        return compile_(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(sa.Select, "_compiler", counted)
    for name in ("one", "other"):
        made.clear()
        store = database.Database(f"sqlite:///{tmp_path}/{name}.db")
        store.open()
        with store.transaction() as connection:
            connection.execute(tables.meta.insert().values(key="whose", value=name))
            found.append(connection.execute(rows, {"wanted": "whose"}).scalar_one())
        store.close()
    assert found == ["one", "other"]
    assert made == []


def test_the_path_of_a_store_is_the_one_in_its_url(tmp_path: Path) -> None:
    with compiled.connector(f"sqlite:///{tmp_path}/a.db")() as connection:
        connection.execute("create table t (n)")
    connection.close()
    assert (tmp_path / "a.db").exists()
