"""A few rounds of kill -9 under full ingest; `python -m tests.service.burst --rounds 100` is the long form of it.

The ledger that says "nothing is lost" is itself shown a store with a loss, a double and a changed entry: it must say
so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from remediator.model.times import Instant
from remediator.store.database import Database
from remediator.store.journal import Journal
from tests.service import burst
from tests.service.burst_ledger import Ledger
from tests.service.burst_sender import body

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

ROUNDS = 3
NOW = Instant(wall=datetime(2026, 3, 1, tzinfo=UTC), boot_s=1.0, boot_id="one")


def test_nothing_that_was_answered_202_is_lost() -> None:
    with burst.on_disk() as directory:
        result = burst.Burst(directory, seed=20).run(ROUNDS)
        print(result.as_json())
        assert result.wrong == []
        assert result.good, result.as_json()
        assert result.rounds == ROUNDS == result.in_the_middle
        assert result.answered_202 >= 50 * ROUNDS


def ledger_of(directory: Path, edit: str, after_first_look: bool) -> Ledger:
    """Return the ledger over a store with posts 1 to 5, all answered; `edit` is what went wrong in it, and when."""
    database = Database(f"sqlite:///{directory / 'remediator.db'}")
    database.open()
    for number in range(1, 6):
        with database.transaction() as connection:
            journal = Journal(connection, NOW)
            raw = json.loads(body(number))
            journal.hint(f"key-{number}", f"ev-{number}", "nagios", "host/h1", {"raw": raw})
            journal.audit("downtime", "nagios", {"depth": number})
    database.close()
    ledger = Ledger(directory)
    answered = ledger.note((number, f"ev-{number}") for number in range(1, 6))
    if after_first_look:
        ledger.compare(answered)
        assert (ledger.lost, ledger.twice, ledger.audit_wrong) == ({}, {}, None)
    behind_its_back = sqlite3.connect(directory / "remediator.db")
    behind_its_back.executescript(edit)
    behind_its_back.close()
    if after_first_look:
        ledger.compare_all()
    else:
        ledger.compare(answered)
    return ledger


COPY = (
    "INSERT INTO events SELECT 'ev-9', 9, at, source, check_name, target, incident, body FROM events WHERE id = 'ev-2'"
)


@pytest.mark.parametrize("after_first_look", [False, True])
@pytest.mark.parametrize(
    ("edit", "found"),
    [
        ("SELECT 1", lambda ledger: not ledger.lost and not ledger.twice and ledger.audit_wrong is None),
        ("DELETE FROM events WHERE id = 'ev-4'", lambda ledger: 4 in ledger.lost),
        ("UPDATE events SET id = 'ev-8' WHERE id = 'ev-4'", lambda ledger: 4 in ledger.lost),
        (COPY, lambda ledger: 2 in ledger.twice),
        (
            "DROP TRIGGER audit_no_update; UPDATE audit SET body = '{}' WHERE seq = 3",
            lambda ledger: "entry 3" in ledger.audit_wrong,
        ),
        (
            "DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq = 5",
            lambda ledger: "the head" in ledger.audit_wrong,
        ),
    ],
    ids=["whole", "lost", "other-event", "twice", "edited", "cut"],
)
def test_the_ledger_sees_what_is_wrong(
    tmp_path: Path, edit: str, found: Callable[[Ledger], bool], after_first_look: bool
) -> None:
    assert found(ledger_of(tmp_path, edit, after_first_look))


def test_the_ledger_sees_half_of_a_post(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert ledger_of(tmp_path / "a", "DELETE FROM hints WHERE event = 'ev-3'", True).twice
    assert ledger_of(tmp_path / "b", "DELETE FROM events WHERE id = 'ev-3'", True).lost


def test_a_post_answered_with_two_events_is_there_twice(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.note([(1, "ev-1")])
    ledger.note([(1, "ev-1"), (2, "ev-2")])
    assert not ledger.twice
    ledger.note([(1, "ev-3")])
    assert 1 in ledger.twice


@pytest.mark.parametrize("directory", ["/dev/shm"])
def test_a_store_in_memory_is_refused(directory: str) -> None:
    if burst.file_system(Path(directory)) not in burst.IN_MEMORY:
        pytest.skip(f"{directory} is not in memory here")
    with pytest.raises(burst.BurstFailed, match="--directory"), burst.on_disk(Path(directory)):
        pass
