"""Ask one MySQL server, directly and never through a VIP. The only file that imports pymysql.

Invariant: it reads and never changes anything, ends within about twice the timeout, and never raises. The password
never appears in an error. Each way to get no answer has a reason of its own:

- ``sql_refused``: nobody listens
- ``sql_timeout``: accepted, or dropped, and then silence
- ``sql_unreachable``: no way to the address
- ``sql_denied``: the server runs, and the account may not ask
- ``sql_too_many``: no connection left
- ``sql_lost``, ``sql_error:<number>``: the connection or the query failed
- ``sql_engine:<why>``: the login worked and no query was answered (why: ``timeout``, ``lost``, ``error:<number>``)
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import pymysql
from pymysql.connections import Connection
from pymysql.constants import ER

from remediator.model.hosts import LOCAL
from remediator.model.values import Unknown

DENIED = (
    ER.ACCESS_DENIED_ERROR,
    ER.DBACCESS_DENIED_ERROR,
    ER.TABLEACCESS_DENIED_ERROR,
    ER.HOST_NOT_PRIVILEGED,
    ER.HOST_IS_BLOCKED,
)
MISSING = (ER.BAD_DB_ERROR, ER.NO_SUCH_TABLE)
LOST = (2006, 2013)
TABLE = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
MOST_ROWS = 100_000

Answer = TypeVar("Answer")


def pairs(
    host: str, port: int, user: str, password: str, queries: Sequence[str], timeout_s: float = 3.0
) -> dict[str, str] | Unknown:
    """Return what `queries` say, each row a name and its value, or `Unknown` with the reason.

    A query that fails does not keep the next one from being asked, and leaves nothing known.
    """
    return _asked(host, port, user, password, timeout_s, 2 * timeout_s, lambda server: _pairs(server, queries))


def canary_counts(
    host: str, port: int, user: str, password: str, tables: Sequence[str], timeout_s: float = 5.0
) -> dict[str, int | Unknown]:
    """Return the number of rows of each of `tables` (``schema.table``) at `host`; 100,000 stands for that or more.

    All of it takes about `timeout_s` at most; a table whose turn did not come is UNKNOWN. Reasons besides those
    of the module: ``sql_bad_name`` (other than small letters, digits and underscores; the table is not asked for).
    ``sql_missing``: there is no such schema or table. ``sql_denied`` is also a table that the account may not read.
    """
    named = [table for table in tables if TABLE.fullmatch(table)]
    counts: dict[str, int | Unknown] = {}

    def count(server: _Server) -> None:
        for table in named:
            try:
                counts[table] = _rows(server, table)
            except pymysql.err.MySQLError as error:
                if not server.open:
                    raise
                counts[table] = Unknown(_reason(error))

    failure = _asked(host, port, user, password, timeout_s / 2, timeout_s, count) if named else None
    for table in tables:
        if not TABLE.fullmatch(table):
            counts[table] = Unknown("sql_bad_name")
        elif table not in counts and failure is not None:
            counts[table] = failure
    return counts


class _Server(Connection):
    """Knows whether the server let us in, and whether it then answered: what fails between is its engine's doing."""

    let_in = False
    answered = False

    def set_character_set(self, charset: str, collation: str | None = None) -> None:
        self.let_in = True
        super().set_character_set(charset, collation)

    def rows(self, query: str) -> Sequence[Sequence[Any]]:
        with self.cursor() as cursor:
            cursor.execute(query)
            found = cursor.fetchall()
        self.answered = True
        return found


def _pairs(server: _Server, queries: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    failures: list[pymysql.err.MySQLError] = []
    for query in queries:
        try:
            found.update({str(name): str(value) for name, value in server.rows(query)})
        except pymysql.err.MySQLError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return found


def _rows(server: _Server, table: str) -> int:
    schema, name = table.split(".")
    query = f"SELECT COUNT(*) FROM (SELECT 1 FROM `{schema}`.`{name}` LIMIT {MOST_ROWS}) AS bounded"
    return int(server.rows(query)[0][0])


def _asked(
    host: str,
    port: int,
    user: str,
    password: str,
    timeout_s: float,
    total_s: float,
    ask: Callable[[_Server], Answer],
) -> Answer | Unknown:
    """Return what `ask` makes of the server at `host`, or why there is no answer. `ask` may raise what pymysql
    raises."""
    if host == LOCAL:
        return Unknown("sql_unreachable")  # no address for SQL, and a name server may know a host of that name
    began_s = time.monotonic()
    try:
        sock = socket.create_connection((host, port), timeout=timeout_s)
    except ConnectionRefusedError:
        return Unknown("sql_refused")
    except TimeoutError:
        return Unknown("sql_timeout")
    except OSError:
        return Unknown("sql_unreachable")
    with contextlib.closing(sock), _at_most(sock, total_s - (time.monotonic() - began_s)) as late:
        server = _Server(
            host=host,
            port=port,
            user=user,
            password=password,
            read_timeout=timeout_s,
            write_timeout=timeout_s,
            autocommit=True,
            charset="utf8mb4",
            defer_connect=True,
        )
        try:
            server.connect(sock)
            return ask(server)
        except pymysql.err.MySQLError as error:
            why = "sql_timeout" if late.is_set() else _reason(error)
            engine = server.let_in and not server.answered
            return Unknown(f"sql_engine:{why.removeprefix('sql_')}" if engine else why)
        except (OSError, ValueError, IndexError, KeyError, TypeError) as error:  # what is there does not speak MySQL
            return Unknown("sql_timeout" if late.is_set() else f"sql_error:{type(error).__name__}")
        finally:
            with contextlib.suppress(pymysql.err.MySQLError, OSError):
                server.close()


def _reason(error: pymysql.err.MySQLError) -> str:
    number = error.args[0] if error.args else 0
    if _timed_out(error):
        return "sql_timeout"
    if number in DENIED:
        return "sql_denied"
    if number in MISSING:
        return "sql_missing"
    if number in (ER.CON_COUNT_ERROR, ER.TOO_MANY_USER_CONNECTIONS):
        return "sql_too_many"
    if number in LOST:
        return "sql_lost"
    return f"sql_error:{number}" if isinstance(number, int) else "sql_error:protocol"


def _timed_out(error: BaseException) -> bool:
    """Return whether a limit on the socket is what `error` was raised for: pymysql raises its own while it handles
    that."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, TimeoutError):
        cause = cause.__context__
    return cause is not None


@contextlib.contextmanager
def _at_most(sock: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Shut `sock` after `seconds`, whatever dribbles in; the event says that this happened."""
    late = threading.Event()

    def shut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join(1.0)
