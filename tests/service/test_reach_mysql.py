"""SQL to a member that refuses, hangs, denies, dribbles or is no database at all: one word each, in time."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from remediator.integrations.galera import sql
from remediator.model.values import Unknown
from remediator.reach import mysql

pytestmark = pytest.mark.service

GREETING = (
    b"\x0a10.11.19-MariaDB\x00\x01\x00\x00\x00abcdefgh\x00\xfe\xf7\x2d\x02\x00\xff\x81\x15"
    + b"\x00" * 6
    + b"\x1d\x00\x00\x00"
    + b"abcdefghijkl\x00mysql_native_password\x00"
)
"""MariaDB's protocol 10 greeting, as documented in its knowledge base (Connection Phase)."""


def packet(number: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def error(number: int, code: int, text: bytes = b"no") -> bytes:
    return packet(number, b"\xff" + code.to_bytes(2, "little") + b"#28000" + text)


@contextlib.contextmanager
def listening(talk: Callable[[socket.socket], object]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            with contextlib.suppress(OSError):
                sock, _ = listener.accept()
                sock.settimeout(5)
                with sock:
                    talk(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.close()
            thread.join(10)


def ask(port: int) -> object:
    return sql.wsrep_status("127.0.0.1", port, "monitor", "hush", timeout_s=0.5)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert ask(port) == Unknown("sql_refused")


@pytest.mark.parametrize(
    ("talk", "word"),
    [
        (lambda sock: sock.recv(1), "sql_timeout"),
        (lambda sock: (sock.sendall(packet(0, GREETING)), sock.recv(4096), sock.recv(1)), "sql_timeout"),
        (lambda sock: None, "sql_lost"),
        (lambda sock: sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9), "sql_error:protocol"),
        (lambda sock: sock.sendall(error(0, 1040)), "sql_too_many"),
        (lambda sock: sock.sendall(error(0, 1130)), "sql_denied"),
        (lambda sock: (sock.sendall(packet(0, GREETING)), sock.recv(4096), sock.sendall(error(2, 1045))), "sql_denied"),
        (
            lambda sock: (sock.sendall(packet(0, GREETING)), sock.recv(4096), sock.sendall(error(2, 1927))),
            "sql_error:1927",
        ),
    ],
)
def test_each_way_to_get_no_answer_has_its_word(talk: Callable[[socket.socket], object], word: str) -> None:
    with listening(talk) as port:
        assert ask(port) == Unknown(word)


def test_what_dribbles_in_is_cut_off() -> None:
    def dribble(sock: socket.socket) -> None:
        for byte in packet(0, GREETING) * 9:
            sock.sendall(bytes([byte]))
            time.sleep(0.1)

    began_s = time.monotonic()
    with listening(dribble) as port:
        assert ask(port) == Unknown("sql_timeout")
        assert time.monotonic() - began_s < 2.5


def test_no_thread_is_left() -> None:
    before = set(threading.enumerate())  # those of other tests may still be ending
    with listening(lambda sock: sock.recv(1)) as port:
        ask(port)
    assert set(threading.enumerate()) <= before


def test_this_very_machine_has_no_address_until_its_host_says_one() -> None:
    assert sql.wsrep_status("local", 1, "u", "p") == Unknown("sql_unreachable")
    assert mysql.canary_counts("local", 1, "u", "p", ["a.b"]) == {"a.b": Unknown("sql_unreachable")}
