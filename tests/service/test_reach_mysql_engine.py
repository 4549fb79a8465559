"""A member that lets us in and answers nothing, and rows that are counted: a server's side of the protocol on
loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping

import pytest

from remediator.model.values import Unknown
from remediator.reach import mysql
from tests.service import test_reach_mysql as server

pytestmark = pytest.mark.service

OK = b"\x00\x00\x00\x02\x00\x00\x00"
EOF = b"\xfe\x00\x00\x02\x00"
SYSTEM = (b"SET NAMES", b"SET AUTOCOMMIT")
Answer = Callable[[socket.socket, str], object]


def column(name: str) -> bytes:
    """A column definition of a text result (MariaDB's documentation, result sets)."""
    words = b"".join(bytes([len(word)]) + word for word in (b"def", b"", b"", b"", name.encode(), b""))
    return words + b"\x0c\x21\x00\xff\x00\x00\x00\xfd\x00\x00\x00\x00\x00"


def rows(sock: socket.socket, *found: tuple[str, ...]) -> None:
    names = [f"c{number}" for number in range(len(found[0]))]
    packets = [bytes([len(names)]), *map(column, names), EOF]
    packets += [b"".join(bytes([len(text)]) + text.encode() for text in row) for row in found]
    sock.sendall(b"".join(server.packet(number, body) for number, body in enumerate([*packets, EOF], 1)))


def refuse(code: int) -> Answer:
    return lambda sock, query: sock.sendall(server.error(1, code))


def member(answer: Answer, system: bool = True) -> Callable[[socket.socket], object]:
    """A server that lets everybody in and gives each query to `answer`; `system`: the client's own settings succeed."""

    def talk(sock: socket.socket) -> None:
        sock.sendall(server.packet(0, server.GREETING))
        sock.recv(4096)
        sock.sendall(server.packet(2, OK))
        while data := sock.recv(65536):
            if data[4:5] != b"\x03":
                return
            query = data[5:]
            if system and query.startswith(SYSTEM):
                sock.sendall(server.packet(1, OK))
            else:
                answer(sock, query.decode())

    return talk


@pytest.mark.parametrize("system", [True, False])
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (refuse(1047), "error:1047"),
        (refuse(1030), "error:1030"),
        (lambda sock, query: sock.recv(1), "timeout"),
        (lambda sock, query: sock.shutdown(socket.SHUT_RDWR), "lost"),
    ],
)
def test_a_member_that_lets_us_in_and_answers_no_query_is_not_called_silent(
    answer: Answer, why: str, system: bool
) -> None:
    with server.listening(member(answer, system)) as port:
        assert server.ask(port) == Unknown(f"sql_engine:{why}")


def test_a_member_that_answers_half_is_not_called_down() -> None:
    def answer(sock: socket.socket, query: str) -> None:
        if "STATUS" in query:
            sock.sendall(server.error(1, 1047))
        else:
            rows(sock, ("version", "10.11.19-MariaDB"))

    with server.listening(member(answer)) as port:
        assert server.ask(port) == Unknown("sql_error:1047")


def test_a_member_that_answers_is_heard() -> None:
    def answer(sock: socket.socket, query: str) -> None:
        if "STATUS" in query:
            rows(sock, ("wsrep_cluster_status", "Primary"))
        else:
            rows(
                sock,
                ("version", "10.11.19-MariaDB"),
                ("wsrep_provider_options", "gcache.size = 1M; pc.recovery = true"),
            )

    with server.listening(member(answer)) as port:
        assert server.ask(port) == {
            "version": "10.11.19-MariaDB",
            "wsrep_cluster_status": "Primary",
            "wsrep_provider_options_pc": "pc.recovery = true",
        }


def counts(port: int, *tables: str, timeout_s: float = 1.0) -> Mapping[str, int | Unknown]:
    return mysql.canary_counts("127.0.0.1", port, "monitor", "hush", tables, timeout_s)


def of_tables(sock: socket.socket, query: str) -> None:
    assert query.endswith("LIMIT 100000) AS bounded")
    name = query.split("FROM `")[1].split("` LIMIT")[0]
    answers = {"keystone`.`project": "42", "nova`.`instances": "100000"}
    codes = {"nova`.`secret": 1142, "nova`.`gone": 1146, "gone`.`x": 1049, "shut`.`x": 1044, "cut`.`x": 1047}
    if name in answers:
        rows(sock, (answers[name],))
    else:
        sock.sendall(server.error(1, codes[name]))


def test_rows_are_counted_table_by_table() -> None:
    asked = ["keystone.project", "nova.secret", "nova.gone", "gone.x", "shut.x", "cut.x", "nova.instances"]
    with server.listening(member(of_tables)) as port:
        assert counts(port, *asked) == {
            "keystone.project": 42,
            "nova.secret": Unknown("sql_denied"),
            "nova.gone": Unknown("sql_missing"),
            "gone.x": Unknown("sql_missing"),
            "shut.x": Unknown("sql_denied"),
            "cut.x": Unknown("sql_error:1047"),
            "nova.instances": 100_000,
        }


@pytest.mark.parametrize("name", ["project", "a.b.c", "a.b`; DROP TABLE x", "A.b", "a-b.c", "a.b\n", ""])
def test_a_name_that_could_be_anything_else_is_never_sent(name: str) -> None:
    with server.listening(member(of_tables)) as port:
        assert counts(port, name, "keystone.project") == {name: Unknown("sql_bad_name"), "keystone.project": 42}


def test_only_bad_names_ask_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert counts(port, "x") == {"x": Unknown("sql_bad_name")}
    assert counts(port, "a.b") == {"a.b": Unknown("sql_refused")}


def test_what_was_counted_before_the_member_went_stays_counted() -> None:
    def answer(sock: socket.socket, query: str) -> None:
        if "project" in query:
            rows(sock, ("42",))
        else:
            sock.shutdown(socket.SHUT_RDWR)

    with server.listening(member(answer)) as port:
        found = counts(port, "keystone.project", "a.b", "c.d")
        assert found == {"keystone.project": 42, "a.b": Unknown("sql_lost"), "c.d": Unknown("sql_lost")}


def test_many_slow_tables_end_in_time() -> None:
    def answer(sock: socket.socket, query: str) -> None:
        time.sleep(0.3)
        rows(sock, ("1",))

    began_s = time.monotonic()
    with server.listening(member(answer)) as port:
        found = counts(port, *[f"a.t{number}" for number in range(20)])
        assert time.monotonic() - began_s < 2.0
    assert found["a.t0"] == 1
    assert found["a.t19"] == Unknown("sql_timeout")
