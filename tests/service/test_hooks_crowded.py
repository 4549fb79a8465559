"""The HTTP door under many connections, and under clients that send or read in their own way."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from remediator.web import connections
from tests.service.hook_server import INGEST, PROBLEM, READ, Door, door

pytestmark = [pytest.mark.service, pytest.mark.timeout(60)]
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(connections, "HEAD_TIMEOUT_S", 5.0)
    with door() as made:
        yield made


def dial(door: Door, source: str = "127.0.0.1") -> socket.socket:
    host, port = door.address.split(":")
    return socket.create_connection((host, int(port)), timeout=5, source_address=(source, 0))


def gone(peer: socket.socket, within_s: float = 2.0) -> bool:
    """Return whether the other side ends the connection; without a word, or after what it had to say."""
    ends_s = time.monotonic() + within_s
    while (left_s := ends_s - time.monotonic()) > 0:
        if select.select([peer], [], [], left_s)[0]:
            try:
                if not peer.recv(65536):
                    return True
            except ConnectionError:
                return True
    return False


def eventually(true: Callable[[], bool], within_s: float = 5.0) -> bool:
    ends_s = time.monotonic() + within_s
    while time.monotonic() < ends_s:
        if true():
            return True
        time.sleep(0.05)
    return False


def reply(peer: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        while piece := peer.recv(65536):
            received += piece
    return received


def post(body: bytes, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"POST /hooks/nagios HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{lines}\r\n".encode() + body


# places
# ------------------------------------------------------------------------------------------------------------------


def test_half_sent_heads_of_one_peer_take_no_place_of_another(crowded: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_A_PEER", 6)
    monkeypatch.setattr(connections, "MAX_AT_ONCE", 8)
    rude = [dial(crowded, "127.0.0.2") for _ in range(20)]
    try:
        for _ in range(5):
            with dial(crowded) as honest:
                honest.sendall(HEALTH)
                assert b" 200 " in honest.recv(4096)
        assert sum(gone(peer, 0.1) for peer in rude) == 14
    finally:
        for peer in rude:
            peer.close()


def test_a_peer_that_is_at_its_limit_loses_its_oldest_that_has_said_nothing(
    crowded: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a sender on the machine of a rude one, whose address is the same, gets in."""
    monkeypatch.setattr(connections, "MAX_A_PEER", 4)
    rude = [dial(crowded) for _ in range(4)]
    with dial(crowded) as honest:
        honest.sendall(HEALTH)
        assert b" 200 " in honest.recv(4096)
        assert gone(rude[0])
        assert not any(gone(peer, 0.1) for peer in rude[1:])
    for peer in rude:
        peer.close()


def test_bodies_that_nobody_waits_for_take_no_place_either(crowded: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_A_PEER", 4)
    rude = [dial(crowded) for _ in range(4)]
    for peer in rude:
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        assert b" 200 " in peer.recv(4096)
    with dial(crowded) as honest:
        honest.sendall(HEALTH)
        assert b" 200 " in honest.recv(4096)
    for peer in rude:
        peer.close()


def test_in_all_it_is_the_peer_with_most_that_loses(crowded: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_AT_ONCE", 5)
    rude = [dial(crowded, "127.0.0.2") for _ in range(3)]
    quiet = [dial(crowded, "127.0.0.3") for _ in range(2)]
    with dial(crowded) as honest:
        honest.sendall(HEALTH)
        assert b" 200 " in honest.recv(4096)
    assert gone(rude[0])
    assert not any(gone(peer, 0.1) for peer in quiet)
    for peer in (*rude, *quiet):
        peer.close()


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_whose_places_an_address_takes(address: str, peer: str) -> None:
    assert connections.peer(address) == peer


# whole reads and writes
# --------------------------------------------------------------------------------------------------


def test_who_asks_again_and_again_and_never_reads_is_dropped(crowded: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_S", 0.5)
    with dial(crowded) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.settimeout(0.2)
        began = time.monotonic()
        dropped = False
        while not dropped and time.monotonic() < began + 20:
            try:
                deaf.sendall(HEALTH * 200)
            except TimeoutError:
                continue
            except ConnectionError:
                dropped = True
        assert dropped


def test_a_body_that_drips_after_its_answer_ends_the_connection(crowded: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_S", 0.4)
    with dial(crowded) as peer:
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        assert b" 200 " in peer.recv(4096)
        dropped = False
        for _ in range(60):
            try:
                peer.sendall(b"x")
            except ConnectionError:
                dropped = True
                break
            time.sleep(0.1)
        assert dropped


def test_who_keeps_a_connection_and_reads_is_left_alone(crowded: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_S", 0.1)
    with dial(crowded) as peer:
        for _ in range(8):
            peer.sendall(HEALTH)
            answer = b""
            while not answer.endswith(b"}"):
                answer += peer.recv(4096)
            assert b" 200 " in answer.splitlines()[0]
            time.sleep(0.1)


@pytest.mark.parametrize("times", [1, 3])
def test_a_half_closed_client_hears_what_became_of_its_hints(crowded: Door, times: int) -> None:
    sent = b""
    for n in range(times):
        body = json.dumps({**PROBLEM, "problem_id": f"half-{times}-{n}", "event_id": f"half-{times}-{n}"}).encode()
        sent += post(body, f"Authorization: Bearer {INGEST}", f"Content-Length: {len(body)}")
    with dial(crowded) as peer:
        peer.sendall(sent)
        peer.shutdown(socket.SHUT_WR)
        assert reply(peer).count(b" 202 ") == times


def test_who_leaves_in_the_middle_of_a_body_is_let_go(crowded: Door) -> None:
    with dial(crowded) as peer:
        peer.sendall(post(b"{", f"Authorization: Bearer {INGEST}", "Content-Length: 100"))
        peer.shutdown(socket.SHUT_WR)
        assert gone(peer)
    assert eventually(lambda: crowded.ask("GET", "/healthz", token=None).status == 200)


# heads that can be read in two ways
# --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        (
            (f"Authorization: Bearer {INGEST}", f"Authorization: Bearer {READ}", "Content-Length: 2"),
            "authorization twice",
        ),
        (
            (f"Authorization: Bearer {READ}", f"Authorization: Bearer {INGEST}", "Content-Length: 2"),
            "authorization twice",
        ),
        (
            (f"Authorization: Bearer {INGEST}", f"authorization: Bearer {INGEST}", "Content-Length: 2"),
            "authorization twice",
        ),
        (
            (f"Authorization: Bearer {INGEST}", "Content-Length: 2", "Transfer-Encoding: chunked"),
            "content-length and transfer-encoding",
        ),
        (
            (f"Authorization: Bearer {INGEST}", "Transfer-Encoding: chunked", "Content-Length: 0"),
            "content-length and transfer-encoding",
        ),
        ((f"Authorization: Bearer {INGEST}", "Content-Length: 2", "Content-Type: text/plain"), "content-type twice"),
        (
            (f"Authorization: Bearer {INGEST}", "Content-Length: 2", "Idempotency-Key: a", "Idempotency-Key: b"),
            "idempotency-key twice",
        ),
    ],
)
def test_a_head_that_can_be_read_in_two_ways_is_refused(crowded: Door, headers: tuple[str, ...], why: str) -> None:
    body = b"2\r\n{}\r\n0\r\n\r\n" if any("chunked" in header for header in headers) else b"{}"
    with dial(crowded) as peer:
        peer.sendall(post(body, *headers))
        answer = reply(peer)
    assert b" 400 " in answer.splitlines()[0]
    assert why in answer.decode()
    assert b"connection: close" in answer.lower()
    assert INGEST.encode() not in answer
