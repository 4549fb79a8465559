"""A store of an older release is brought up whole, or left as it was. A newer store is left alone.

What was wrong before the upgrade stays told after it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from remediator.store import errors, revision, tables, upgrade
from remediator.store.audit import digests, verify
from remediator.store.database import Database, url_of
from remediator.store.migrations import first_form
from remediator.store.stored import loading
from tests.golden.places import STORES
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit
RECORDED = STORES / "2026-11" / "bootstrap-joining.sql"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the store of an older release, with runs, debts, decisions, locks, signs."""
    os.chmod(tmp_path, 0o700)
    made = tmp_path / "remediator.db"
    with edited(made) as store:
        store.executescript(RECORDED.read_text("utf-8"))
    return made


@contextlib.contextmanager
def edited(path: Path) -> Iterator[sqlite3.Connection]:
    store = sqlite3.connect(path)
    with contextlib.closing(store), store:
        yield store


def dump(path: Path) -> list[str]:
    with edited(path) as store:
        return list(store.iterdump())


def opened(path: Path) -> Database:
    database = Database(url_of(path.parent, None))
    database.open(lambda: at(900))
    return database


def upgraded(path: Path) -> dict[str, Any]:
    """Bring the store up; return what the log says of it."""
    database = opened(path)
    with database.transaction() as connection:
        bodies = sa.select(tables.audit.c.body).where(tables.audit.c.kind == "store_upgraded")
        (body,) = connection.execute(bodies).scalars()
    database.close()
    return dict(json.loads(body))


def differs(path: Path) -> str | None:
    database = opened(path)
    with database.transaction() as connection:
        found = verify.rows_differ(connection)
    database.close()
    return found


def test_the_revisions_are_those_of_the_scripts_and_the_newest_is_ours() -> None:
    scripts = ScriptDirectory(str(upgrade.SCRIPTS))
    assert tuple(each.revision for each in scripts.walk_revisions())[::-1] == revision.REVISIONS
    assert scripts.get_heads() == [revision.HEAD]


def test_a_new_store_has_the_tables_that_the_revisions_make(tmp_path: Path) -> None:
    def shape(connection: sa.Connection) -> dict[str, Any]:
        inspector = sa.inspect(connection)
        names = inspector.get_table_names()
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        return {
            "triggers": sorted(triggers),
            **{
                name: (
                    [(each["name"], str(each["type"]), each["nullable"]) for each in inspector.get_columns(name)],
                    sorted((each["name"], each["column_names"]) for each in inspector.get_indexes(name)),
                    inspector.get_pk_constraint(name)["constrained_columns"],
                )
                for name in names
            },
        }

    os.chmod(tmp_path, 0o700)
    database = Database(url_of(tmp_path, None))
    database.open()
    with database.transaction() as connection:
        new = shape(connection)
        assert revision.revision(connection) == revision.HEAD
    database.close()
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade.migrate(connection, at(0))
        assert revision.revision(connection) == revision.HEAD
        assert shape(connection) == new
    engine.dispose()


def test_a_store_is_brought_up_noted_in_the_log_and_copied_before(path: Path) -> None:
    before = dump(path)
    told = upgraded(path)
    assert told["unreadable"] == []
    assert told["rows"]["debts"] > 0
    assert told["rows"]["signs"] > 0
    assert differs(path) is None
    copy = path.with_name("remediator.db.before-0002")
    assert dump(copy) == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with edited(path) as store:
        assert store.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() == ("2",), "older ones refuse it"


def test_it_is_brought_up_once(path: Path) -> None:
    upgraded(path)
    after = dump(path)
    opened(path).close()
    assert dump(path) == after


def test_a_store_that_has_lost_its_number_is_no_new_one(path: Path) -> None:
    with edited(path) as store:
        store.execute("DELETE FROM meta WHERE key = 'schema'")
    assert upgraded(path)["unreadable"] == []
    assert differs(path) is None


def test_a_store_that_lacks_tables_of_later_releases_gets_them(path: Path) -> None:
    with edited(path) as store:
        for table in ("said_names", "foreign_names"):
            store.execute(f"DROP TABLE {table}")
    upgraded(path)
    database = opened(path)
    with database.transaction() as connection:
        assert loading.load(connection, 0.0).foreign == ()
    database.close()


@pytest.mark.parametrize("table", first_form.FORMS)
def test_a_row_that_cannot_be_read_is_named_and_left_as_it_is(path: Path, table: str) -> None:
    with edited(path) as store:
        if table == "downtimes":
            store.execute("INSERT INTO downtimes VALUES ('ctl1', '', '{}')")
        row = store.execute(f"SELECT min(rowid) FROM {table}").fetchone()[0]
        store.execute(f"UPDATE {table} SET body = '{{\"steps\": 3' WHERE rowid = ?", (row,))
    told = upgraded(path)
    assert told["unreadable"] == [f"row {row} of {table} (JSONDecodeError)"]
    with edited(path) as store:
        assert store.execute(f"SELECT body FROM {table} WHERE rowid = ?", (row,)).fetchone() == ('{"steps": 3',)


@pytest.mark.parametrize("edit", ["UPDATE runs SET body = replace(body, 'ctl2', 'ctl9')", "DELETE FROM locks"])
def test_what_a_stranger_changed_before_is_still_told_after(path: Path, edit: str) -> None:
    with edited(path) as store:
        store.execute(edit)
    upgraded(path)
    found = differs(path)
    assert found is not None
    assert "is not as the log has it" in found
    with edited(path) as store:
        store.execute("UPDATE debts SET body = replace(body, 'a', 'b')")
    assert "debts" in str(differs(path)), "what is changed after it shows as ever"


def test_a_store_whose_rows_no_entry_covers_is_left_to_the_daemon(path: Path) -> None:
    with edited(path) as store:
        store.execute("DROP TRIGGER audit_no_update")
        store.execute("UPDATE audit SET kind = 'other' WHERE kind = 'rows'")
    upgraded(path)
    database = opened(path)
    with database.transaction() as connection:
        compared = digests.compare(connection, digests.State.of(connection))
    database.close()
    assert compared.uncovered == tuple(digests.SUBJECTS)


def test_an_upgrade_that_fails_leaves_the_store_as_it_was_and_says_so(path: Path) -> None:
    with edited(path) as store:
        store.execute("CREATE TRIGGER no BEFORE UPDATE ON signs BEGIN SELECT RAISE(ABORT, 'not this one'); END")
    before = dump(path)
    with pytest.raises(errors.NotUpgraded) as refused:
        opened(path)
    assert "it was not upgraded from revision 0000 to 0002: not this one; it is left as it was" in str(refused.value)
    assert dump(path) == before
    assert [each.name for each in path.parent.glob("*.before-*")] == []


def test_without_room_for_a_copy_nothing_is_begun(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(path)
    monkeypatch.setattr(upgrade, "ROOM", 2**60)
    with pytest.raises(errors.NotUpgraded, match=r"it needs \d+ MiB free in .*, which has \d+ MiB: make room"):
        opened(path)
    assert dump(path) == before


def test_only_the_newest_copy_is_kept(path: Path) -> None:
    old = path.with_name("remediator.db.before-0001")
    old.write_bytes(b"")
    upgraded(path)
    assert [each.name for each in path.parent.glob("*.before-*")] == ["remediator.db.before-0002"]


KILLED = """
import os, sys
from pathlib import Path
from remediator.store import upgrade
from remediator.store.database import Database, url_of
from remediator.store.migrations import first_form
first_form.FORMS = {**first_form.FORMS, "downtimes": lambda _: os._exit(9)}
with __import__("sqlite3").connect(sys.argv[1] + "/remediator.db") as store:
    store.execute("INSERT INTO downtimes VALUES ('ctl1', '', '{}')")
store.close()
Database(url_of(Path(sys.argv[1]), None)).open()
"""


def test_an_upgrade_that_is_killed_is_begun_anew_by_the_next_start(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(path.parent)], check=False, timeout=120)
    assert done.returncode == 9
    with edited(path) as store:
        assert store.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None
        store.execute("DELETE FROM downtimes")
    assert upgraded(path)["unreadable"] == []
    assert differs(path) is None


READ_BACK = """
import json, sys
from pathlib import Path
from remediator.store.database import Database, url_of
from remediator.store.stored import loading, meta
database = Database(url_of(Path(sys.argv[1]), None))
database.open()
with database.transaction() as connection:
    stored = loading.load(connection, 0.0)
database.close()
runs = {run.id: [[step.id, step.action, step.params] for step in run.plan.steps] for run in stored.runs.values()}
debts = {debt.id: [debt.action, debt.host, dict(debt.mark)] for debt in stored.debts}
print(json.dumps([runs, debts, stored.meta.family(meta.MARKS)]))
sys.exit(any(name.startswith("remediator.integrations") for name in sys.modules))
"""


def test_a_store_is_brought_up_and_read_whole_without_any_technology(path: Path) -> None:
    """Whose package was taken away meanwhile has runs, debts and marks in it: they stay, and what they mean is nobody's
    in the store."""
    with edited(path) as store:
        runs = [json.loads(body) for (body,) in store.execute("SELECT body FROM runs WHERE live")]
        debts = [json.loads(body) for (body,) in store.execute("SELECT body FROM debts WHERE open")]
        marks = store.execute("SELECT key, value FROM meta WHERE key LIKE 'mark:%'").fetchall()
    assert runs
    assert debts
    assert marks
    done = subprocess.run(
        [sys.executable, "-c", READ_BACK, str(path.parent)], check=False, timeout=120, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        {run["id"]: [[step["id"], step["action"], step["params"]] for step in run["plan"]["steps"]] for run in runs},
        {debt["id"]: [debt["action"], debt["host"], debt["mark"]] for debt in debts},
        {key.removeprefix("mark:"): json.loads(value) for key, value in marks},
    ]


@pytest.mark.parametrize("newer", ["0003", "9f3c"])
def test_a_newer_store_is_refused_and_left_alone(path: Path, newer: str) -> None:
    upgraded(path)
    with edited(path) as store:
        store.execute("UPDATE alembic_version SET version_num = ?", (newer,))
    before = dump(path)
    with pytest.raises(errors.StoreNewer, match=f"a newer release wrote it .revision {newer}, this release knows 0002"):
        opened(path)
    assert dump(path) == before


def test_a_store_of_ours_is_opened_without_alembic(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from remediator.store.database import Database, url_of;"
        "one = Database(url_of(Path(sys.argv[1]), None)); one.open(); one.close();"
        "import remediator.store.reader, remediator.cli.look.status, remediator.daemon.assembly;"
        "sys.exit('alembic' in sys.modules or 'mako' in sys.modules)"
    )
    os.chmod(tmp_path, 0o700)
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, timeout=120).returncode == 0
