"""An append workload on the Galera cluster, and the count of what was acknowledged and is not there any more.

Each client inserts strictly increasing ids, one transaction each, at whatever member accepts them. An id is written to
`acknowledged` only after the member said that it is committed. It is written to `unknown` when the connection broke
before an answer, and to neither file when the member refused. An id is never tried twice, so that a row that is there
was asked for once. The password is read from its private file and is in no command line.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pymysql

from lab.cloud.topology import Host
from lab.errors import LabError, UsageError
from lab.galera import mariadb, passwords

_PORT = 3306
_CONNECT_S, _ANSWER_S, _CAUGHT_UP_S = 2, 3, 30
_REFUSED = frozenset({1047, 1205, 1213, 1290})
"""Not prepared, lock wait, deadlock, read-only: the row is not there. After any other error nobody knows."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many ids were acknowledged, and of how many the outcome is not known."""

    acknowledged: int
    unknown: int


class Handle:
    """A workload that runs; `stop` ends it."""

    def __init__(self, folder: Path, members: Sequence[Host], clients: int, per_second: float, seconds: float) -> None:
        self._folder = folder
        self._ended = threading.Event()
        run, end_s = (folder / "run").read_text(), time.monotonic() + seconds
        self._clients = [
            _Client(folder, run, n, clients, members, clients / per_second, end_s, self._ended) for n in range(clients)
        ]
        for client in self._clients:
            client.start()

    def stop(self) -> Summary:
        """End the clients, each after the answer that it waits for, and return what they recorded."""
        self._ended.set()
        for client in self._clients:
            client.join(timeout=30)
            if client.is_alive():
                raise LabError("a client of the workload does not end")
        return summary(self._folder)


def start(
    folder: Path,
    *,
    members: Sequence[Host] = mariadb.HOSTS,
    clients: int = 3,
    per_second: float = 50,
    seconds: float = 900,
) -> Handle:
    """Start the workload with its records in a new `folder`: at most `per_second` inserts in all, for at most
    `seconds`."""
    if clients < 1 or per_second <= 0 or not members:
        raise UsageError("a workload needs a client, a rate above zero and a member")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / "run").open("x") as run:
            run.write(secrets.token_hex(8))
    except FileExistsError:
        raise UsageError(f"{folder} holds the records of another workload; name a new folder") from None
    return Handle(folder, members, clients, per_second, seconds)


def summary(folder: Path) -> Summary:
    """Return what the records in `folder` count, also while the workload runs or after its process was killed."""
    return Summary(acknowledged=len(_ids(folder, "acknowledged")), unknown=len(_ids(folder, "unknown")))


def lost(folder: Path, host: Host) -> set[int]:
    """Return the ids that were acknowledged and are not in the table of this member. Raise LabError when it does not
    answer.

    The read is causal (`wsrep_sync_wait`): what another member acknowledged a moment ago may still be in this one's
    queue.
    """
    run = (folder / "run").read_text()
    acknowledged = _ids(folder, "acknowledged")
    try:
        with _connect(host, _CAUGHT_UP_S) as connection, connection.cursor() as cursor:
            cursor.execute("SET SESSION wsrep_sync_wait = 1")
            cursor.execute("SELECT id FROM workload.acts WHERE run = %s", (run,))
            there = {int(row[0]) for row in cursor.fetchall()}
    except pymysql.Error as error:
        raise LabError(f"{host.name} does not say which rows it has: {error}") from None
    return acknowledged - there


class _Client(threading.Thread):
    def __init__(
        self,
        folder: Path,
        run: str,
        number: int,
        step: int,
        members: Sequence[Host],
        every_s: float,
        end_s: float,
        ended: threading.Event,
    ) -> None:
        super().__init__(daemon=True, name=f"workload-{number}")
        self._run, self._ids = run, itertools.count(number + 1, step)
        self._members = itertools.cycle([*members[number % len(members) :], *members[: number % len(members)]])
        self._every_s, self._end_s, self._ended = every_s, end_s, ended
        self._folder, self._number = folder, number

    def run(self) -> None:
        with (
            open(self._folder / f"acknowledged.{self._number}", "a") as done,
            open(self._folder / f"unknown.{self._number}", "a") as unknown,
        ):
            while not self._over():
                self._at(next(self._members), done, unknown)

    def _over(self) -> bool:
        return self._ended.is_set() or time.monotonic() > self._end_s

    def _at(self, host: Host, done: TextIO, unknown: TextIO) -> None:
        """Insert at one member for as long as it takes what is sent."""
        try:
            connection = _connect(host)
        except (pymysql.Error, OSError):
            self._ended.wait(0.2)
            return
        try:
            while not self._over():
                started_s, number = time.monotonic(), next(self._ids)
                outcome = self._insert(connection, number)
                if outcome is not None:
                    _note(done if outcome else unknown, number)
                if not outcome:
                    self._ended.wait(0.2)
                    return
                self._ended.wait(max(0.0, self._every_s - (time.monotonic() - started_s)))
        finally:
            with contextlib.suppress(pymysql.Error, OSError):
                connection.close()

    def _insert(self, connection: pymysql.Connection[pymysql.cursors.Cursor], number: int) -> bool | None:
        """Return True when it was acknowledged, False when nobody knows, None when the member refused it."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO workload.acts (run, id) VALUES (%s, %s)", (self._run, number))
        except pymysql.Error as error:
            return None if error.args and error.args[0] in _REFUSED else False
        except OSError:
            return False
        return True


def _connect(host: Host, answer_s: int = _ANSWER_S) -> pymysql.Connection[pymysql.cursors.Cursor]:
    return pymysql.connect(
        host=host.address, port=_PORT, user="workload", password=passwords.WORKLOAD.read_text().strip(),
        connect_timeout=_CONNECT_S, read_timeout=answer_s, write_timeout=_ANSWER_S, autocommit=True,
    )  # fmt: skip


def _note(record: TextIO, number: int) -> None:
    record.write(f"{number}\n")
    record.flush()


def _ids(folder: Path, kind: str) -> set[int]:
    """Return the ids of a kind of record; a last line that was cut is none."""
    found: set[int] = set()
    for file in folder.glob(f"{kind}.*"):
        found.update(int(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("\n"))
    return found
