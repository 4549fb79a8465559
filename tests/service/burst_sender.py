"""One connection that posts Nagios notifications as fast as they are answered, until the daemon behind it is gone.

Invariant: a post counts as answered only when its whole 202 was read. A post whose answer was cut is `unanswered`,
whatever the daemon did with it. The body is a pure function of the number, so that the same number is the same post,
sent again.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterable

TOKEN = "burst-token"
CONNECTIONS = 16
BLOCK = 10_000
"""Numbers of one connection in one round: more than it can send before the kill."""
DOWNTIMES_EVERY = 20
"""One post of so many starts or ends a downtime, and so writes an entry into the audit chain beside the event."""
TIMEOUT_S = 10.0


def numbers(round_: int, connection: int) -> range:
    """Return the numbers that `connection` may post in `round_`; no two connections or rounds share one."""
    first = (round_ * CONNECTIONS + connection) * BLOCK
    return range(first, first + BLOCK)


def body(number: int) -> bytes:
    """Return the notification `number` as Nagios would send it: problems and recoveries, and now and then a
    downtime."""
    turn = number % (2 * DOWNTIMES_EVERY)
    kind = "PROBLEM" if number % 2 == 0 else "RECOVERY"
    if turn == DOWNTIMES_EVERY - 1:
        kind = "DOWNTIMESTART"
    elif turn == 2 * DOWNTIMES_EVERY - 1:
        kind = "DOWNTIMEEND"
    sent = {
        "type": kind,
        "host": "h1",
        "service": f"memcached-{number // BLOCK % CONNECTIONS}",
        "state": "CRITICAL" if kind == "PROBLEM" else "OK",
        "state_type": "HARD",
        "attempt": "3/3",
        "output": "CRITICAL - not running",
        "event_id": str(number),
        "notification_id": str(number),
        "downtime_depth": "0",
    }
    return json.dumps(sent).encode()


def post(connection: socket.socket, number: int) -> tuple[int, bytes]:
    """Post `number` and return status and body of the answer. Raise OSError when the connection ends before it is
    whole."""
    data = body(number)
    connection.sendall(
        b"POST /hooks/nagios HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (TOKEN.encode(), len(data), data)
    )
    reply = b""
    while not reply.endswith(b"}"):
        part = connection.recv(4096)
        if not part:
            raise ConnectionResetError("the answer was cut")
        reply += part
    head, _, answer = reply.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), answer


class Sender(threading.Thread):
    """Posts `first`, then its own numbers, one after the other, and ends with its connection."""

    def __init__(self, port: int, first: Iterable[int], then: Iterable[int]) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._first, self._then = tuple(first), tuple(then)
        self.answered: list[tuple[int, str]] = []
        """(number, event) of every 202."""
        self.unanswered: list[int] = list(self._first)
        """What was posted, or was to be posted again, and has no 202."""
        self.posted = 0
        self.refused: list[int] = []
        """The statuses that were not 202."""
        self.first_202_at: float | None = None
        self.cut = False
        """Whether the connection ended while posts were still to be sent."""

    def run(self) -> None:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT_S) as connection:
                for number in self._first:
                    self._send(connection, number)
                for number in self._then:
                    self.unanswered.append(number)
                    self._send(connection, number)
        except OSError:
            self.cut = True

    def _send(self, connection: socket.socket, number: int) -> None:
        self.posted += 1
        status, answer = post(connection, number)
        if status != 202:
            self.refused.append(status)
            return
        self.answered.append((number, str(json.loads(answer)["event"])))
        self.unanswered.remove(number)
        if self.first_202_at is None:
            self.first_202_at = time.monotonic()
