"""What a client writes into the control socket is read strictly: nothing that cannot be stored reaches the loop."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.socket.control import ControlSocket
from remediator.model.messages.control import Actor, Answer

pytestmark = pytest.mark.service


@pytest.mark.parametrize(
    "request_line",
    [
        rb'{"op":"pause","args":{"reason":"\ud800"}}',
        rb'{"op":"silence-add","args":{"matchers":["host=\udfff"]}}',
        b'{"op":"downtime-add","args":{"for_s":1e999}}',
        b'{"op":"pause","args":{"reason":NaN}}',
        b"[" * 60_000,
        b"[]",
        b"5",
    ],
    ids=lambda line: ascii(line)[:40],
)
def test_a_request_that_cannot_be_stored_is_refused_as_such(tmp_path: Path, request_line: bytes) -> None:
    asked: list[str] = []

    def ask(op: str, _args: Mapping[str, Any], _actor: Actor) -> Future[Answer]:
        asked.append(op)
        done: Future[Answer] = Future()
        done.set_result(Answer(exit=0))
        return done

    server = ControlSocket(tmp_path / "control.sock", ask)
    server.start()
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(tmp_path / "control.sock"))
            client.sendall(request_line + b"\n")
            answer = json.loads(client.makefile().readline())
    finally:
        server.stop()
    assert answer["exit"] == 64
    assert "not a request" in answer["error"]
    assert asked == []
