"""Brings a store of an older release to the form of this one, with Alembic. A copy of it is kept beside it.

Invariant: one transaction, so an upgrade that fails, or is killed, leaves the store as it was. Only the holder of the
state directory's lock upgrades. Alembic is imported here alone, and this module only when there is something to
upgrade.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from remediator.model.times import Instant
from remediator.store import errors, revision
from remediator.store.files import custody

SCRIPTS = Path(__file__).parent / "migrations"
ROOM = 256 * 2**20
"""What must stay free on the disk beside the copy and what the transaction writes, which is at most as large as the
store. With less than 200 MiB the daemon pauses itself."""
COPIED_AT_ONCE = 2_000
"""Pages, some megabytes."""
COPY = ".before-"
"""How the ending of a copy's name begins; the revision of the store that it was made for follows."""

Transaction = Callable[[], contextlib.AbstractContextManager[sa.Connection]]


def upgrade(
    where: str,
    path: Path | None,
    found: str,
    transaction: Transaction,
    at: Instant,
    progress: Callable[[], None],
) -> None:
    """Bring the store at `path` from revision `found` to this release's. Raise NotUpgraded, and leave it as it is.

    `progress` is called again and again: an upgrade of a large store takes minutes.
    """
    copy = None
    progress()
    try:
        copy = copied(path, progress) if path is not None else None
        with transaction() as connection:
            migrate(connection, at, progress)
    except Exception as error:
        if copy is not None:
            copy.unlink(missing_ok=True)
        raise errors.NotUpgraded(where, found, revision.HEAD, _why(error)) from error
    if copy is not None:
        for other in copy.parent.glob(f"{copy.name.partition(COPY)[0]}{COPY}*"):
            if other != copy:
                other.unlink(missing_ok=True)


def migrate(connection: sa.Connection, at: Instant, progress: Callable[[], None] = lambda: None) -> None:
    """Run every revision that is missing, inside the caller's transaction."""
    command.upgrade(alembic_config(connection=connection, at=at, progress=progress), "head")


def alembic_config(**attributes: object) -> Config:
    """Return how Alembic is called; the scripts find `attributes` in ``context.config``."""
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def copied(path: Path, progress: Callable[[], None]) -> Path:
    """Return a copy of the store, made beside it for this account alone. Raise OSError without the room for it, and
    sqlite3.Error."""
    wal = path.with_name(f"{path.name}-wal")
    size = path.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
    disk = os.statvfs(path.parent)
    free, needed = disk.f_bavail * disk.f_frsize, 2 * size + ROOM
    if free < needed:
        raise OSError(f"it needs {_mib(needed)} free in {path.parent}, which has {_mib(free)}: make room")
    copy = path.with_name(f"{path.name}{COPY}{revision.HEAD}")
    copy.unlink(missing_ok=True)
    try:
        custody.lay(copy)
        with contextlib.closing(sqlite3.connect(path)) as store, contextlib.closing(sqlite3.connect(copy)) as target:
            store.backup(target, pages=COPIED_AT_ONCE, progress=lambda *_: progress())
        _synced(copy)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _synced(path: Path) -> None:
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mib(size: int) -> str:
    return f"{-(-size // 2**20)} MiB"


def _why(error: Exception) -> str:
    if isinstance(error, errors.StoreUnavailable):
        return error.why
    text = str(getattr(error, "orig", None) or error)
    return text.splitlines()[0] if text else type(error).__name__
