"""The control socket from the outside: one request, one answer, everything bounded (protocol:
model/messages/control.py).

Invariant: nothing in this room changes the cloud or the store; it asks the daemon, which knows by the socket who asks.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from remediator.cli.errors import FAILED, UNREACHABLE, USAGE, CliError
from remediator.model.messages import control
from remediator.model.messages.control import OPS, Answer

CONNECT_TIMEOUT_S: Final = 2.0
ANSWER_TIMEOUT_S: Final = 30.0
MAX_ANSWER: Final = 32 * 1024 * 1024
SOCKET: Final = "control.sock"


class Unreachable(CliError):
    """No daemon answers on the control socket. `denied`: a daemon may run, but this account may not ask it."""

    def __init__(self, path: Path, why: str, *, denied: bool = False, member: bool = False) -> None:
        self.denied = denied
        if member:
            remedy = "start it with `systemctl start remediator`; without a daemon only root reads, plans and executes"
        elif denied:
            remedy = "ask as root or as a member of the group remediator"
        else:
            remedy = "start it with `systemctl start remediator` or `remediator daemon`"
        super().__init__(f"daemon not reachable on {path}: {why}; {remedy}", UNREACHABLE)


def request(state_dir: str, op: str, args: Mapping[str, Any], *, timeout_s: float = ANSWER_TIMEOUT_S) -> Answer:
    """Ask the daemon of `state_dir` for `op`. Return its answer. Raise Unreachable, or CliError when it does not
    answer."""
    if op not in OPS:
        raise CliError(f"unknown request {op!r}", USAGE)
    deadline = time.monotonic() + timeout_s
    path, peer = _reached(state_dir)
    with peer:
        try:
            peer.settimeout(timeout_s)
            with contextlib.suppress(BrokenPipeError):  # a daemon that is busy answers before it has read, and closes
                peer.sendall(json.dumps({"op": op, "args": dict(args)}).encode() + b"\n")
            reply = _line(peer, deadline)
        except TimeoutError:
            raise CliError(f"the daemon did not answer {op!r} within {timeout_s:.0f} s; see its log", FAILED) from None
        except OSError as error:
            raise Unreachable(path, os.strerror(error.errno or 0)) from None
    return _answer(reply, op)


def demand(state_dir: str, op: str, args: Mapping[str, Any], *, timeout_s: float = ANSWER_TIMEOUT_S) -> Any:
    """As `request`, and return the data. Raise CliError with the daemon's own sentence when it did not do it."""
    answer = request(state_dir, op, args, timeout_s=timeout_s)
    if answer.exit:
        raise CliError(answer.error or f"the daemon refused {op!r} without a reason", answer.exit)
    return answer.data


def _reached(state_dir: str) -> tuple[Path, socket.socket]:
    """Return the daemon's own socket, else the one for members of the group, connected. Raise Unreachable."""
    path = Path(state_dir) / SOCKET
    try:
        return path, _connected(path)
    except Unreachable as unreachable:
        if not unreachable.denied:
            raise
    door = Path(control.door(state_dir))
    try:
        return door, _connected(door)
    except Unreachable as other:
        if other.denied or not os.path.isdir(control.DOORS):
            raise
    raise Unreachable(door, "no daemon listens there", denied=True, member=True)


def _connected(path: Path) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(CONNECT_TIMEOUT_S)
    try:
        _connect(peer, path)
    except PermissionError:
        peer.close()
        raise Unreachable(path, "permission denied", denied=True) from None
    except OSError as error:
        peer.close()
        why = (
            "no answer" if isinstance(error, TimeoutError) else os.strerror(error.errno) if error.errno else str(error)
        )
        raise Unreachable(path, why) from None
    return peer


def _connect(peer: socket.socket, path: Path) -> None:
    """Connect, and wait for a place in the kernel's queue: for who has a time limit it says at once that there is
    none."""
    ends_s = time.monotonic() + CONNECT_TIMEOUT_S
    while True:
        try:
            peer.connect(str(path))
            return
        except BlockingIOError:
            if time.monotonic() >= ends_s:
                raise
            time.sleep(0.05)


def _line(peer: socket.socket, deadline: float) -> bytes:
    parts = bytearray()
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        peer.settimeout(left_s)
        chunk = peer.recv(65536)
        parts += chunk
        if not chunk or chunk.endswith(b"\n"):
            return bytes(parts)
        if len(parts) > MAX_ANSWER:
            raise CliError("the daemon's answer is larger than 32 MiB; narrow the request", FAILED)


def _answer(reply: bytes, op: str) -> Answer:
    try:
        body = json.loads(reply)
        return Answer(exit=int(body["exit"]), data=body.get("data"), error=str(body.get("error") or ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CliError(f"the daemon's answer to {op!r} was cut or is not JSON; see its log", FAILED) from None
