"""What can go wrong with the store; every one of them stops all acting until it is gone."""

from __future__ import annotations

import enum
import sqlite3


class Failure(enum.Enum):
    """What failed in the database, by the code of its error and never by its words."""

    FULL = "full"
    LOCKED = "locked"
    CONSTRAINT = "constraint"
    INTERRUPTED = "interrupted"
    """The time of a reader was over."""
    OTHER = "other"
    """It may be damaged."""


_BY_CODE = {
    sqlite3.SQLITE_FULL: Failure.FULL,
    sqlite3.SQLITE_BUSY: Failure.LOCKED,
    sqlite3.SQLITE_LOCKED: Failure.LOCKED,
    sqlite3.SQLITE_CONSTRAINT: Failure.CONSTRAINT,
    sqlite3.SQLITE_INTERRUPT: Failure.INTERRUPTED,
}
_PRIMARY = 0xFF
"""The bits of an extended code of SQLite that say what its primary code is."""


def failure_of(error: BaseException) -> Failure:
    """Return what `error`, which SQLite or SQLAlchemy raised, says has failed."""
    if isinstance(error, StoreUnavailable):
        return error.failure
    code = getattr(getattr(error, "orig", None) or error, "sqlite_errorcode", None)
    return _BY_CODE.get(code & _PRIMARY, Failure.OTHER) if isinstance(code, int) else Failure.OTHER


ROOM = "check that its directory is writable and not full"
"""What to do about a store of which no more is known; a reason that has its own remedy needs none."""


class StoreError(Exception):
    """Root of the package's errors."""


class StoreUnavailable(StoreError):
    """The database cannot be opened, read or written."""

    def __init__(self, where: str, why: str, failure: Failure = Failure.OTHER, *, remedy: str = ROOM) -> None:
        self.where = where
        self.why = why
        self.failure = failure
        until = f"nothing is done until it can{': ' if remedy else ''}{remedy}"
        super().__init__(f"the store {where} cannot be used: {why}; {until}")


class StoreOlder(StoreError):
    """An older release wrote the store, and no daemon of this one has upgraded it yet."""

    def __init__(self, where: str, found: str, head: str) -> None:
        super().__init__(
            f"the store {where} was written by an older release (revision {found}, this release reads "
            f"{head}): start the daemon,"
            " which upgrades it and keeps a copy; `remediator audit verify` can be asked before"
        )


class StoreNewer(StoreUnavailable):
    """A newer release wrote the store: to use it would lose what this one does not know."""

    def __init__(self, where: str, found: str, head: str) -> None:
        super().__init__(where, "")
        self.why = f"a newer release wrote it (revision {found}, this release knows {head})"
        self.args = (
            f"the store {where} cannot be used: {self.why}; nothing is done, and it is left as it is: "
            f"install that release again, or"
            " put back the copy of the store from before it",
        )


class NotUpgraded(StoreUnavailable):
    """The store could not be brought from the form of an older release to this one's. The store is as it was."""

    def __init__(self, where: str, found: str, head: str, why: str) -> None:
        super().__init__(where, "")
        self.why = f"it was not upgraded from revision {found} to {head}: {why}"
        self.args = (
            f"the store {where} cannot be used: {self.why}; it is left as it was, and nothing is done: "
            f"mend that and start the daemon"
            " again, or install the release before",
        )


class StateLocked(StoreError):
    """Another process has locked the state directory."""

    def __init__(self, state_dir: str, pid: str) -> None:
        self.pid = pid
        super().__init__(
            f"{state_dir} is in use by the daemon with pid {pid}: one process acts; stop it first or "
            f"use its control socket"
        )


class KeyUnusable(StoreError):
    """The audit key cannot be read or made."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"the audit key {path} cannot be used: {why}; without it no checkpoint can be signed, so nothing is done"
        )


class RecordUnreadable(StoreError):
    """A stored record is not what this release reads. `row` names it, `why` says what is wrong and where."""

    def __init__(self, row: str, why: str, newer: bool = False) -> None:
        self.row = row
        self.why = why
        self.newer = newer
        remedy = (
            "a newer release wrote it, and this one would lose what it says: install that release again"
            if newer
            else "look: remediator audit verify, and put a copy of the store back"
        )
        super().__init__(f"the stored {row} cannot be read: {why}; {remedy}")
