"""Rows that decide, changed by anyone but a transaction of ours, are seen and named. Database in memory, no engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from remediator.model.records.mutes import OwnDowntime, Unacked
from remediator.safety.case import Downtime
from remediator.store import tables
from remediator.store.audit import digests
from remediator.store.journal import Journal
from remediator.store.stored import meta
from tests.builders import mutes
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        tables.metadata.create_all(opened)
        yield opened
    engine.dispose()


def downtime(host: str) -> Downtime:
    return Downtime(source="nagios", host=host, service=None, depth=1, seen_at=at(2).wall, until=at(90).wall)


def write(connection: sa.Connection) -> digests.State:
    """Make some rows in two transactions, each with its entry, as the engine does."""
    state = digests.State.of(connection)
    first = Journal(connection, at(1))
    first.audit(digests.KIND, "remediator", digests.body(state, {}, "", tuple(digests.SUBJECTS)))
    journal = Journal(connection, at(2))
    mutes.pause(journal, "a change of the network", "alice")
    journal.lock("host/ctl1", "run-1")
    journal.downtime(downtime("ctl1"))
    journal.keep(meta.STORM_LATCHED, "since 10:00")
    state, changed = state.after(connection, journal.touched)
    journal.audit(digests.KIND, "remediator", digests.body(state, changed))
    journal = Journal(connection, at(3))
    mutes.pause(journal, "another", "bob")
    journal.unacked(Unacked(target="container/ctl1/nova_api", incident="inc-1", at=at(3).wall, why="not cured"))
    until = at(3).wall + timedelta(hours=1)
    journal.own_downtime(
        OwnDowntime(id="dt-1", target="host/ctl1", author="bob", reason="disk", created_at=at(3).wall, until=until)
    )
    state, changed = state.after(connection, journal.touched)
    journal.audit(digests.KIND, "remediator", digests.body(state, changed))
    return state


def differs(connection: sa.Connection) -> str:
    return digests.compare(connection, digests.State.of(connection)).differs


def test_rows_that_only_we_changed_are_as_the_log_has_them(connection: sa.Connection) -> None:
    kept = write(connection)
    assert kept == digests.State.of(connection), "counted up, it is what a whole reading gives"
    assert differs(connection) == ""


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "DELETE FROM pauses WHERE n = 1",
            "the table pauses is not as the log has it (2 rows in the log, 1 in the store: pause-1 gone)",
        ),
        (
            "DELETE FROM pauses",
            "pauses is not as the log has it (2 rows in the log, 0 in the store: pause-1, pause-2 gone)",
        ),
        ("UPDATE pauses SET author = 'root' WHERE n = 2", "pauses is not as the log has it (2 rows: pause-2 changed)"),
        ("DELETE FROM locks", "locks is not as the log has it (1 rows in the log, 0 in the store: host/ctl1 gone)"),
        (
            "INSERT INTO locks VALUES ('host/x', 'run-9')",
            "locks is not as the log has it (1 rows in the log, 2 in the store: host/x put in)",
        ),
        (
            "UPDATE downtimes SET body = replace(body, '1', '0')",
            "downtimes is not as the log has it (1 rows: ctl1/ changed)",
        ),
        (
            "UPDATE own_downtimes SET body = replace(body, 'disk', 'disc')",
            "own_downtimes is not as the log has it (1 rows: dt-1 changed)",
        ),
        (
            "UPDATE own_downtimes SET until_s = until_s + 1",
            "own_downtimes is not as the log has it (1 rows: dt-1 changed)",
        ),
        (
            "UPDATE unacked SET body = CAST(x'7bff7d' AS TEXT)",
            "unacked is not as the log has it (1 rows: container/ctl1/nova_api changed)",
        ),
        (
            "DELETE FROM meta WHERE key = 'storm_latched'",
            "brakes is not as the log has it (1 rows in the log, 0 in the store: storm_latched gone)",
        ),
    ],
)
def test_a_row_changed_by_another_hand_is_named(connection: sa.Connection, statement: str, said: str) -> None:
    write(connection)
    connection.exec_driver_sql(statement)
    assert said in differs(connection)


def test_rows_swapped_between_keys_are_seen(connection: sa.Connection) -> None:
    write(connection)
    connection.exec_driver_sql("UPDATE pauses SET n = n + 10")
    connection.exec_driver_sql("UPDATE pauses SET n = 13 - n")
    assert "pauses is not as the log has it" in differs(connection)


def test_the_newest_entry_about_rows_cannot_be_edited_to_fit(connection: sa.Connection) -> None:
    write(connection)
    connection.exec_driver_sql("DELETE FROM locks")
    connection.exec_driver_sql("""UPDATE audit SET body = replace(body, '"locks":[1,', '"locks":[0,')""")
    assert "was edited" in differs(connection)


def test_a_difference_that_was_told_stands_in_later_entries(connection: sa.Connection) -> None:
    write(connection)
    connection.exec_driver_sql("DELETE FROM locks")
    told, state = differs(connection), digests.State.of(connection)
    journal = Journal(connection, at(4))
    mutes.pause(journal, "later", "carol")
    state, changed = state.after(connection, journal.touched)
    journal.audit(digests.KIND, "remediator", digests.body(state, changed, told))
    assert differs(connection) == told


def test_a_store_of_the_release_before_is_not_covered_and_not_suspect(connection: sa.Connection) -> None:
    mutes.pause(Journal(connection, at(1)), "old", "alice")
    compared = digests.compare(connection, digests.State.of(connection))
    assert compared == digests.Compared(differs="", uncovered=tuple(digests.SUBJECTS))


def test_only_what_was_touched_is_read(connection: sa.Connection) -> None:
    """A transaction that touches one row of a big table must not read the others."""
    state = write(connection)
    for n in range(3000):
        Journal(connection, at(4)).downtime(downtime(f"h{n}"))
    journal, read = Journal(connection, at(5)), []
    journal.lock("host/h1", "run-2")
    sa.event.listen(connection, "before_cursor_execute", lambda *seen: read.append(seen[2]))
    after, changed = state.after(connection, journal.touched)
    assert changed == {"locks": {"host/h1": after.rows["locks"]["host/h1"].hex()[: digests.HASH_CHARS]}}
    assert len(read) == 1
    assert "locks" in read[0]


def test_a_number_of_a_pause_is_never_given_again(connection: sa.Connection) -> None:
    names = []
    for n in range(3):
        journal = Journal(connection, at(n))
        names.append(mutes.pause(journal, "again", "alice"))
        journal.end_pause(names[-1])
    assert names == ["pause-1", "pause-2", "pause-3"]


def test_pauses_of_the_release_before_keep_their_numbers(connection: sa.Connection) -> None:
    connection.execute(tables.pauses.insert().values(n=2, reason="r", author="a", at="t"))
    Journal(connection, at(1)).audit("pause", "alice", {"pause": "pause-7", "reason": "lifted since"})
    assert mutes.pause(Journal(connection, at(2)), "next", "alice") == "pause-8"
