"""A burst of posts on a few connections: every one is answered 202, stored once, and the rate is printed."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest

from tests.service.hook_server import INGEST, PROBLEM, door

pytestmark = pytest.mark.service
POSTS = 2_000
CONNECTIONS = 8


def test_a_burst_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with door() as running:
        host, port = running.address.split(":")
        refused: list[bytes] = []

        def client(number: int) -> None:
            with socket.create_connection((host, int(port)), timeout=30) as peer:
                for index in range(POSTS // CONNECTIONS):
                    body = json.dumps({**PROBLEM, "event_id": f"{number}-{index}"}).encode()
                    peer.sendall(
                        b"POST /hooks/nagios HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (INGEST.encode(), len(body), body)
                    )
                    reply = b""
                    while not reply.endswith(b"}"):
                        reply += peer.recv(4096)
                    if b" 202 " not in reply.splitlines()[0]:
                        refused.append(reply)

        began = time.monotonic()
        clients = [threading.Thread(target=client, args=(number,)) for number in range(CONNECTIONS)]
        for each in clients:
            each.start()
        for each in clients:
            each.join(60)
        took_s = time.monotonic() - began
        assert refused == []
        assert len(running.loop.taken) == POSTS
    with capsys.disabled():
        print(f"\n{POSTS} posts in {took_s:.2f} s: {POSTS / took_s:.0f}/s (client and server on the same cores)")
