"""What becomes of the files of the daemon's store, for as long as a test wants: each fault returns what mends it.

Invariant: they are done to the real files, or to the daemon's own connection; the watch knows that the store is broken
meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from remediator.sim.simulation import Simulation
from remediator.store.database import Database
from remediator.store.errors import StoreUnavailable

Mend = Callable[[], None]
MANY_PAGES = 1 << 30
FILLER_BYTES = 100


def full(simulation: Simulation) -> Mend:
    """The disk runs full: the store may grow by no page. Its daemon must be up, and still be up at the mend."""
    assert simulation.daemon is not None
    database = simulation.daemon.database
    _limit(database, 1)
    return simulation.broken_store(lambda: _limit(database, MANY_PAGES))


def filled(simulation: Simulation) -> Mend:
    """The disk runs full, and no free page is left in the store either."""
    assert simulation.daemon is not None
    database = simulation.daemon.database
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE filler (x)")
    mend = full(simulation)
    with contextlib.suppress(StoreUnavailable):
        while True:
            with database.transaction() as connection:
                connection.exec_driver_sql(f"INSERT INTO filler VALUES (zeroblob({FILLER_BYTES}))")
    return mend


def locked(simulation: Simulation) -> Mend:
    """Another process has begun to write, and does not end."""
    other = sqlite3.connect(database_of(simulation), timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return simulation.broken_store(other.close)


def moved_away(simulation: Simulation) -> Mend:
    """Somebody moves the database, with its log, to another directory."""
    state, aside = database_of(simulation).parent, simulation.directory / "aside"
    aside.mkdir()
    for path in state.glob("remediator.db*"):
        path.rename(aside / path.name)

    def mend() -> None:
        for path in aside.glob("remediator.db*"):
            path.rename(state / path.name)
        aside.rmdir()

    return simulation.broken_store(mend)


def unmounted(simulation: Simulation) -> Mend:
    """The whole state directory is gone."""
    state, aside = database_of(simulation).parent, simulation.directory / "unmounted"
    state.rename(aside)
    return simulation.broken_store(lambda: _rename(aside, state))


def overwritten(simulation: Simulation) -> Mend:
    """A failing disk, or a stray dd: every byte of the database and of its log is another one. The mend puts them back
    under a new daemon."""
    database = database_of(simulation)
    good = {path: path.read_bytes() for path in (database, database.with_name("remediator.db-wal"))}
    for path, content in good.items():
        with path.open("r+b") as file:
            file.write(os.urandom(len(content)))

    def mend() -> None:
        simulation.kill("it is stopped")
        for path, content in good.items():
            path.write_bytes(content)
        database.with_name("remediator.db-shm").unlink(missing_ok=True)
        simulation.revive()

    return simulation.broken_store(mend)


def database_of(simulation: Simulation) -> Path:
    """Return the file of the store."""
    return Path(simulation.config.state_dir) / "remediator.db"


def _limit(database: Database, pages: int) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def _rename(aside: Path, state: Path) -> None:
    aside.rename(state)
