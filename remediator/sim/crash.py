"""The daemon killed at a point: before or after any commit of its store, any effect on a host, any write of its
checkpoint file.

Invariant: a point is named by what was about to happen, so that "all points" can be counted first and died at one by
one. A death leaves what SIGKILL leaves: a commit is there whole or not at all, and nobody is told anything.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


class Killed(BaseException):
    """The daemon's process is gone. Nothing but the simulation may catch this."""


class Dying:
    """Counts the points that are passed while `open`, and dies at number `at` (from 1); 0 never dies."""

    def __init__(self) -> None:
        self.open = False
        self.at = 0
        self.passed: list[str] = []
        self.checkpoints = ""
        """The checkpoint file; a write to it is a point as well."""

    def arm(self, at: int) -> None:
        """Count from now on, and die at the point number `at`."""
        self.open, self.at, self.passed = True, at, []

    def point(self, name: str) -> None:
        """Pass the point `name`. Raise Killed when it is the point to die at."""
        if not self.open:
            return
        self.passed.append(name)
        if len(self.passed) == self.at:
            self.open = False
            raise Killed(name)

    def point_before(self, what: str) -> None:
        self.point(f"before {what}")

    def point_after(self, what: str) -> None:
        self.point(f"after {what}")


_WATCHING: list[Dying] = []
"""The simulation that hears of commits and checkpoint writes: at most one of a process at a time."""


@contextmanager
def watching(dying: Dying) -> Iterator[None]:
    """Tell `dying` about every commit and every checkpoint write of this process."""
    _install()
    _WATCHING.append(dying)
    try:
        yield
    finally:
        _WATCHING.remove(dying)


def _before(
    connection: sa.Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
) -> None:
    if statement == "COMMIT" and _WATCHING and _wrote(connection):
        _WATCHING[-1].point("before commit")


def _after(
    connection: sa.Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
) -> None:
    if statement == "COMMIT" and _WATCHING and connection.info.pop("wrote", False):
        _WATCHING[-1].point("after commit")


def _wrote(connection: sa.Connection) -> bool:
    """Return whether the transaction under way has added to the journal: an idle turn is no point."""
    if not _WATCHING[-1].open:
        return False
    raw: Any = connection.connection.dbapi_connection
    newest = raw.execute("SELECT max(seq) FROM audit").fetchone()[0]
    wrote: bool = newest != connection.info.get("newest")
    connection.info["newest"] = newest
    connection.info["wrote"] = wrote
    return wrote


def _opened(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _WATCHING and _WATCHING[-1].open:
        path, flags = arguments[0], arguments[2]
        if flags & os.O_ACCMODE != os.O_RDONLY and str(path) == _WATCHING[-1].checkpoints:
            _WATCHING[-1].point("before checkpoint")


_INSTALLED: list[bool] = []


def _install() -> None:
    """Hook in once per process: neither hook can be taken out again, and both are silent while nobody watches."""
    if not _INSTALLED:
        _INSTALLED.append(True)
        sa.event.listen(sa.Engine, "before_cursor_execute", _before)
        sa.event.listen(sa.Engine, "after_cursor_execute", _after)
        sys.addaudithook(_opened)
