"""A store keeps its id; every start on it has a nonce of its own, and the store knows those before it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from remediator.model import identity
from remediator.store import identities
from remediator.store.database import Database, url_of

pytestmark = pytest.mark.unit
NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def opened(directory: Path) -> Database:
    database = Database(url_of(directory, None))
    database.open()
    return database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = opened(tmp_path)
    yield made
    made.close()


def test_the_id_stays_and_the_nonce_does_not(database: Database) -> None:
    first = identities.begin(database, "prod", NOW)
    second = identities.begin(database, "prod", NOW)
    third = identities.begin(database, "prod", NOW)
    assert first.store == second.store == third.store
    assert re.fullmatch(identity.ID, first.store)
    assert re.fullmatch(identity.ID, first.instance)
    assert third.former == {first.instance, second.instance}
    assert first.former == frozenset()
    assert len({first.instance, second.instance, third.instance}) == 3
    assert first.epoch < second.epoch < third.epoch


def test_two_stores_have_different_ids_and_two_copies_of_one_are_told_apart_by_their_starts(
    database: Database, tmp_path: Path
) -> None:
    first = identities.begin(database, "prod", NOW)
    (tmp_path / "copy").mkdir()
    database.close()
    shutil.copy(tmp_path / "remediator.db", tmp_path / "copy" / "remediator.db")
    (tmp_path / "new").mkdir()
    copy, new = opened(tmp_path / "copy"), opened(tmp_path / "new")
    copied, other = identities.begin(copy, "prod", NOW), identities.begin(new, "prod", NOW)
    copy.close()
    new.close()
    assert copied.store == first.store
    assert copied.instance != first.instance
    assert copied.former == {first.instance}
    assert other.store != first.store


def test_only_the_newest_nonces_are_kept(database: Database) -> None:
    numbers = iter(range(1000))
    for _ in range(identities.MOST_KEPT + 10):
        newest = identities.begin(database, "prod", NOW, lambda: f"{next(numbers):016x}")
    assert len(newest.former) == identities.MOST_KEPT
