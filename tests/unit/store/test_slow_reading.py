"""The slow reading says what is wrong and where; a whole store shows nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from remediator.model.records.records import GroupKept
from remediator.store.audit import digests
from remediator.store.audit.slow_reading import Found, SlowReading
from remediator.store.database import Database
from remediator.store.journal import Journal
from tests.builders import mutes
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

ENTRIES = 1200
"""Above two batches."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "remediator.db"
    database = Database(f"sqlite:///{path}")
    database.open()
    with database.transaction() as connection:
        journal = Journal(connection, at(1))
        for n in range(ENTRIES):
            journal.audit("intent", "remediator", {"n": n})
        mutes.pause(journal, "a change", "alice")
        journal.group("relay", GroupKept(members=frozenset({"ctl1"})))
        state = digests.State.of(connection)
        journal.audit(digests.KIND, "remediator", digests.body(state, {}, "", tuple(digests.SUBJECTS)))
    database.close()
    return path


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "remediator.db"
    copy.write_bytes(whole.read_bytes())
    return copy


def read(store: Path) -> list[Found]:
    """Read to the end, or to what was found."""
    reading, found = SlowReading(f"sqlite:///{store}"), []
    while not found or not found[-1].ended:
        found.append(reading.read_on())
        assert len(found) < 100
    return found


def flip(store: Path, statement: str) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute(statement)
    connection.close()


def test_a_whole_store_shows_nothing_and_is_read_in_batches(store: Path) -> None:
    found = read(store)
    assert not [each for each in found if each.differs or each.damaged]
    assert len(found) > 4
    assert [each.whole for each in found][-1] is True


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET body = replace(body, '7', '8') WHERE seq = 778", "entry 778 of the audit log: edited"),
        ("UPDATE audit SET prev = hash WHERE seq = 5", "entry 5 of the audit log: edited"),
        ("DELETE FROM audit WHERE seq = 600", "entry 600 of the audit log: missing"),
        ("UPDATE groups SET body = replace(body, '[', '(')", "row relay of the table groups cannot be read"),
        ("UPDATE groups SET body = CAST(x'7b22ff223a317d' AS TEXT)", "row relay of the table groups cannot be read"),
    ],
)
def test_what_was_flipped_is_named(store: Path, statement: str, said: str) -> None:
    if statement.startswith("DELETE"):
        with sqlite3.connect(store) as connection:
            connection.execute("DROP TRIGGER audit_no_delete")
        connection.close()
    flip(store, statement)
    found = read(store)
    assert [each.damaged for each in found if each.damaged] == [f"{said}; look: remediator audit verify"]
    assert [each for each in found if each.whole] == []


def test_a_row_that_decides_is_compared_too(store: Path) -> None:
    flip(store, "DELETE FROM pauses")
    differs = [each.differs for each in read(store) if each.differs]
    assert len(differs) == 1
    assert "pauses is not as the log has it" in differs[0]


def test_a_page_that_is_ruined_is_told(store: Path) -> None:
    raw = bytearray(store.read_bytes())
    page = 4096 * 30
    raw[page : page + 200] = bytes(200)
    store.write_bytes(bytes(raw))
    assert [each for each in read(store) if each.damaged]
