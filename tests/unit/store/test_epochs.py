"""A later start always has the higher epoch, on the same store and on a new one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from remediator.store import epochs
from remediator.store.database import Database, url_of

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def test_a_later_start_has_the_higher_epoch_even_when_the_clock_went_back(tmp_path: Path) -> None:
    database = Database(url_of(tmp_path, None))
    database.open()
    first = epochs.take(database, NOW)
    assert first == int(NOW.timestamp())
    assert epochs.take(database, NOW - timedelta(days=3)) == first + 1
    database.close()
    other = tmp_path / "new"
    other.mkdir()
    database = Database(url_of(other, None))
    database.open()
    assert epochs.take(database, NOW + timedelta(seconds=5)) > first + 1
    database.close()
