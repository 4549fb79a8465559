"""`POST /hooks/nagios` over a real socket: who may, what is read, when it is 202 and when it is not."""

from __future__ import annotations

import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator

import pytest

from remediator.web import connections, rate
from remediator.web.hooks import nagios
from tests.service.hook_server import FORM, INGEST, PROBLEM, READ, Door, door

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def shared() -> Iterator[Door]:
    with door() as running:
        yield running


def unique(**fields: str) -> dict[str, str]:
    return {**PROBLEM, "event_id": str(time.monotonic_ns()), **fields}


def until(true: Callable[[], bool], limit_s: float = 10.0) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_taken_once_and_again_as_a_duplicate(shared: Door) -> None:
    body = unique()
    first, second = shared.post(body), shared.post(body)
    assert (first.status, first.json["duplicate"]) == (202, False)
    assert (second.status, second.json) == (202, {"event": first.json["event"], "duplicate": True})


def test_a_given_key_wins_over_the_macros(shared: Door) -> None:
    key = {"Idempotency_Key": f"k{time.monotonic_ns()}"}
    first = shared.post(unique(), **key)
    again = shared.post(unique(host="other"), **key)
    assert again.json == {"event": first.json["event"], "duplicate": True}
    assert shared.post(unique(), Idempotency_Key="k" * 256).status == 400


def test_a_form_says_the_same_as_json(shared: Door) -> None:
    body = unique(output='it said "no"\\nand a second line')
    assert shared.post(urllib.parse.urlencode(body), content_type=FORM).status == 202
    assert shared.post(body).json["duplicate"] is True
    assert shared.loop.taken[-1].output == 'it said "no"\nand a second line'


def test_json_sent_by_curl_as_a_form_is_json(shared: Door) -> None:
    assert shared.post(unique(), content_type=FORM).status == 202


@pytest.mark.parametrize(
    ("token", "path", "status"),
    [
        (None, "/hooks/nagios", 401),
        ("wrong", "/hooks/nagios", 401),
        ("", "/hooks/nagios", 401),
        (READ, "/hooks/nagios", 403),
        (INGEST, "/metrics", 403),
        (None, "/metrics", 401),
        (None, "/readyz", 401),
        (None, "/no/such/path", 401),
        (None, "/openapi.json", 401),
        (READ, "/no/such/path", 404),
        (READ, "/readyz/", 404),
        (READ, "/healthz/../metrics", 404),
    ],
)
def test_every_path_needs_the_right_token(shared: Door, token: str | None, path: str, status: int) -> None:
    method = "POST" if path == "/hooks/nagios" else "GET"
    answer = shared.ask(method, path, b"{}" if method == "POST" else None, token)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "detail"}
    assert answer.json["status"] == status


def test_only_post_is_a_hook(shared: Door) -> None:
    answer = shared.ask("GET", "/hooks/nagios")
    assert (answer.status, answer.json["title"]) == (405, "Method Not Allowed")


def test_refusals_never_repeat_the_token(shared: Door) -> None:
    secret = "guessed-secret-value"
    assert secret not in shared.post(unique(), token=secret).body.decode()


@pytest.mark.parametrize(
    ("body", "byte"),
    [
        (b'{"host": "a", }', 14),
        (b'{"host": "\xc3\xa4", "output": "C:\\dir"}', 28),
        (b'{"host": "a"', 12),
        (b"", 0),
        (b"[1]", 0),
        (b'{"host": NaN}', 9),
        (rb'{"HOSTNAME":"zz\ud800","HOSTSTATE":"DOWN"}', 15),
        (b'{"host": "\xff"}', 10),
        (b"[" * 100_000, 32),
    ],
)
def test_bad_json_names_the_byte(shared: Door, body: bytes, byte: int) -> None:
    answer = shared.post(body)
    assert (answer.status, answer.json["byte"]) == (400, byte)
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_no_call_of_nagios_is_refused_with_the_reason(shared: Door) -> None:
    assert "no host" in shared.post({}).json["detail"]
    assert "downtime_depth is 'soon'" in shared.post(unique(downtime_depth="soon")).json["detail"]
    assert shared.post("<x/>", content_type="application/xml").status == 415
    assert shared.post("a=1&b", content_type=FORM).status == 400


def test_a_large_body_is_refused_before_it_is_read(shared: Door) -> None:
    host, port = shared.address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as peer:
        head = (
            f"POST /hooks/nagios HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {INGEST}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {1024 * 1024 + 1}\r\n\r\n"
        )
        peer.sendall(head.encode())
        reply = peer.recv(4096)
    assert b" 413 " in reply.splitlines()[0]
    assert b"connection: close" in reply.lower()


def test_a_large_body_of_unknown_length_is_refused(shared: Door) -> None:
    host, port = shared.address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as peer:
        head = (
            f"POST /hooks/nagios HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            f"{INGEST}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        peer.sendall(head.encode())
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        peer.sendall(chunk * 16)
        peer.sendall(b"1\r\n \r\n")
        reply = peer.recv(4096)
    assert b" 413 " in reply.splitlines()[0]


def test_a_head_that_does_not_arrive_ends_the_connection(shared: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_TIMEOUT_S", 0.4)
    host, port = shared.address.split(":")
    for sent in (b"", b"POST /hooks/nag"):
        with socket.create_connection((host, int(port)), timeout=5) as peer:
            peer.sendall(sent)
            assert peer.recv(100) == b"", "it should close without a word"


def test_a_kept_connection_serves_again_and_a_second_slow_head_ends_it(
    shared: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_TIMEOUT_S", 0.4)
    host, port = shared.address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as peer:
        for _ in range(2):
            peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            reply = b""
            while not reply.endswith(b"}"):
                reply += peer.recv(4096)
            time.sleep(0.6)
        peer.sendall(b"GET /heal")
        assert peer.recv(100) == b""


def test_a_body_at_the_limit_is_read(shared: Door) -> None:
    body = unique(output="x")
    padding = "x" * (1024 * 1024 - 2000)
    assert shared.post({**body, "long_output": padding}).status == 202


def test_too_fast_is_refused_before_the_body_and_comes_back() -> None:
    with door(rate.Rate(per_s=5, burst=3)) as slow:
        answers = [slow.post(unique()) for _ in range(6)]
        refused = next(answer for answer in answers if answer.status == 429)
        assert int(refused.headers["retry-after"]) >= 1
        assert [answer.status for answer in answers[:3]] == [202, 202, 202]
        assert slow.ask("GET", "/healthz", token=None).status == 200
        until(lambda: slow.post(unique()).status == 202)


def test_a_store_that_refuses_is_503_with_retry_after() -> None:
    with door(behaviour="broken") as broken:
        answer = broken.post(unique())
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert "nothing was taken" in answer.json["detail"]
        broken.loop.behaviour = "well"
        assert broken.post(unique()).status == 202


def test_a_turn_that_is_undone_is_503_and_the_store_is_not_blamed() -> None:
    with door(behaviour="undone") as undone:
        answer = undone.post(unique())
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert answer.json["detail"] == "nothing was taken: a turn failed and was undone"


def test_no_commit_in_time_is_503_and_the_queue_fills() -> None:
    with door(behaviour="silent", room=1) as silent:
        before = time.monotonic()
        answer = silent.post(unique())
        took = time.monotonic() - before
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert nagios.COMMIT_TIMEOUT_S <= took < nagios.COMMIT_TIMEOUT_S + 3


def test_a_full_queue_is_503_at_once() -> None:
    with door(room=1, slow=True) as full:
        posts = [threading.Thread(target=full.post, args=(unique(),)) for _ in range(2)]
        posts[0].start()
        assert full.loop.committing.wait(5)
        posts[1].start()
        until(full.loop.full)
        answer = full.post(unique())
        full.loop.go_on.set()
        for post in posts:
            post.join(10)
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert "too many hints" in answer.json["detail"]
        assert len(full.loop.taken) == 2


def test_healthz_is_open_and_turns_503_when_the_loop_stands() -> None:
    with door() as running:
        assert running.ask("GET", "/healthz", token=None).json == {"loop_age_s": 0.2}
        running.loop.age_s = 31.0
        assert running.ask("GET", "/healthz", token=None).status == 503


def test_readyz_counts_database_lease_and_audit_but_not_a_pause() -> None:
    with door() as running:
        running.loop.ready_now = {"database": True, "lease": True, "paused": True, "audit": True}
        answer = running.ask("GET", "/readyz", token=READ)
        assert (answer.status, answer.json["paused"]) == (200, True)
        running.loop.ready_now = {"database": True, "lease": True, "paused": False, "audit": False}
        assert running.ask("GET", "/readyz", token=READ).status == 503


def test_metrics_are_those_of_the_contract() -> None:
    with door() as running:
        running.loop.samples = {
            "remediator_incidents_open": [({"check": "container-state"}, 2.0)],
            "remediator_runs_total": [({"runbook": "container-start", "outcome": "succeeded"}, 3.0)],
            "remediator_paused": [({}, 0.0)],
        }
        text = running.ask("GET", "/metrics", token=READ).body.decode()
        assert 'remediator_incidents_open{check="container-state"} 2.0' in text
        assert 'remediator_runs_total{outcome="succeeded",runbook="container-start"} 3.0' in text
        assert "# TYPE remediator_runs_total counter" in text
        assert "remediator_paused 0.0" in text


def test_a_taken_port_is_one_clear_error() -> None:
    from remediator.web import app, errors, server, settings

    with door() as running:
        wanted = settings.WebSettings(bind=running.address)
        second = server.WebServer(app.create_app(running.loop, wanted), wanted)
        with pytest.raises(errors.CannotListen, match=rf"cannot listen on {running.address}: Address already in use"):
            second.start()


def test_stop_frees_the_port_and_returns_in_time() -> None:
    with door() as running:
        address = running.address
        assert running.post(unique()).status == 202
    host, port = address.split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=2)
