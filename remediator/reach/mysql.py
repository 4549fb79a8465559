"""Ask one MariaDB member for its wsrep state, directly and never through a VIP. The only file that imports pymysql.

Invariant: it reads and never changes anything, ends within about twice the timeout, never raises, and tells apart the ways
to get no answer: ``sql_refused`` (nobody listens), ``sql_timeout`` (accepted, or dropped, and silent), ``sql_unreachable``,
``sql_denied`` (it runs, and we may not ask), ``sql_too_many`` (no connection left), ``sql_lost``, ``sql_error:<number>``.
The password never appears in an error.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping

import pymysql
from pymysql.constants import ER

from remediator.model.values import Unknown

STATUS = "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'"
VARIABLES = (
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_cluster_address', 'wsrep_cluster_name', 'wsrep_node_name',"
    " 'wsrep_provider_options', 'wsrep_on', 'wsrep_desync', 'read_only', 'version')"
)
DENIED = (ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR, ER.HOST_NOT_PRIVILEGED, ER.HOST_IS_BLOCKED)
LOST = (2006, 2013)


def wsrep_status(host: str, port: int, user: str, password: str, timeout_s: float = 3.0) -> Mapping[str, str] | Unknown:
    """Return ``wsrep_*`` status variables and a few global ones of the member at `host`, or `Unknown` with the reason.

    Of ``wsrep_provider_options`` only the ``pc.*`` part is kept.
    """
    try:
        sock = socket.create_connection((host, port), timeout=timeout_s)
    except ConnectionRefusedError:
        return Unknown("sql_refused")
    except TimeoutError:
        return Unknown("sql_timeout")
    except OSError:
        return Unknown("sql_unreachable")
    with contextlib.closing(sock), _at_most(sock, 2 * timeout_s) as late:
        try:
            return _ask(sock, host, port, user, password, timeout_s)
        except pymysql.err.MySQLError as error:
            return Unknown("sql_timeout" if late.is_set() else _reason(error))
        except (OSError, ValueError, IndexError, KeyError, TypeError) as error:  # what is there does not speak MySQL
            return Unknown("sql_timeout" if late.is_set() else f"sql_error:{type(error).__name__}")


def _ask(sock: socket.socket, host: str, port: int, user: str, password: str, timeout_s: float) -> Mapping[str, str]:
    connection = pymysql.connect(
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
    connection.connect(sock)
    with contextlib.closing(connection), connection.cursor() as cursor:
        found: dict[str, str] = {}
        for query in (VARIABLES, STATUS):
            cursor.execute(query)
            found.update({str(name): str(value) for name, value in cursor.fetchall()})
    options = (part.strip() for part in found.pop("wsrep_provider_options", "").split(";"))
    return {**found, "wsrep_provider_options_pc": "; ".join(part for part in options if part.startswith("pc."))}


def _reason(error: pymysql.err.MySQLError) -> str:
    number = error.args[0] if error.args else 0
    if "timed out" in str(error):
        return "sql_timeout"
    if number in DENIED:
        return "sql_denied"
    if number in (ER.CON_COUNT_ERROR, ER.TOO_MANY_USER_CONNECTIONS):
        return "sql_too_many"
    if number in LOST:
        return "sql_lost"
    return f"sql_error:{number}" if isinstance(number, int) else "sql_error:protocol"


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
