"""A control socket of a daemon's shape that answers from a table: real sockets, real lines, and every way to
misbehave."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

Reply = Callable[[str, Mapping[str, Any]], bytes]


def answers(**by_op: Mapping[str, Any]) -> Reply:
    """Return a reply that gives each op (with `_` for `-`) its answer."""

    def reply(op: str, _args: Mapping[str, Any]) -> bytes:
        answer = by_op.get(op.replace("-", "_"), {"exit": 64, "data": None, "error": f"no {op} here"})
        return json.dumps({"exit": 0, "data": None, "error": "", **answer}).encode() + b"\n"

    return reply


class ControlServer:
    """Listens on ``state_dir/control.sock`` for the time of a block; `asked` is what it was asked."""

    def __init__(self, state_dir: Path, reply: Reply) -> None:
        self._path = state_dir / "control.sock"
        self._reply = reply
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def __enter__(self) -> Self:
        self._listener.bind(str(self._path))
        self._listener.listen(8)
        self._listener.settimeout(0.1)
        self._stop = threading.Event()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                peer, _ = self._listener.accept()
            except TimeoutError:
                continue
            with peer:
                peer.settimeout(5)
                received = b""
                while not received.endswith(b"\n"):
                    piece = peer.recv(65536)
                    if not piece:
                        break
                    received += piece
                if received:
                    request = json.loads(received)
                    self.asked.append((request["op"], request["args"]))
                    reply = self._reply(request["op"], request["args"])
                    with contextlib.suppress(ConnectionError):  # who asked may be gone by now
                        peer.sendall(reply)
