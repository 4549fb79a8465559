"""The control socket: one request a connection, the actor taken from the kernel's word about the peer.

Invariant: a connection keeps its place for at most READ_S for the whole request, and ANSWER_S and WRITE_S for the whole
answer. An account has no more than its places (`seats.py`). Whatever is sent, the outcome is an answer or a closed
connection, never an exception of the daemon.
"""

from __future__ import annotations

import contextlib
import grp
import json
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

import structlog

from remediator.daemon.socket import requests
from remediator.daemon.socket.peers import actor_of, peer_of
from remediator.daemon.socket.seats import Seats
from remediator.model.messages.control import Actor, Answer

GROUP = "remediator"
READ_S = 5.0
"""For the whole request, however it drips."""
ANSWER_S = 60.0
WRITE_S = 10.0
"""For the whole answer, however slowly it is read."""
AGAIN_S = 0.5
"""After a connection could not be taken the next one is tried so much later."""
BACKLOG = 1024
"""Who waits to be taken costs no thread; where this is full the kernel turns the next one away, whoever it is."""

log = structlog.get_logger("remediator")


class ControlSocket:
    """Listens on `path` (0660, group remediator where there is one) until stopped."""

    def __init__(self, path: Path, ask: Callable[[str, Mapping[str, Any], Actor], Future[Answer]]) -> None:
        self._path = path
        self._ask = ask
        self._seats = Seats()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def start(self) -> None:
        """Bind and serve. Raise OSError when the socket cannot be made. Once it can be seen it takes connections."""
        self._path.unlink(missing_ok=True)
        making = self._path.with_suffix(".new")
        making.unlink(missing_ok=True)
        before = os.umask(0o117)
        try:
            self._listener.bind(str(making))
        finally:
            os.umask(before)
        _give_to_group(making)
        self._listener.listen(BACKLOG)
        self._listener.settimeout(0.5)
        making.rename(self._path)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError as error:  # no descriptor is free just now: the door stays
                if not self._stop.is_set():
                    log.error("control_not_taken", reason=error.strerror or str(error))
                    self._stop.wait(AGAIN_S)
                continue
            try:
                _, uid = peer_of(connection)
            except OSError:
                connection.close()
                continue
            full = self._seats.take(uid)
            if full is not None:
                log.debug("control_full", uid=uid, reason=full)
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(0)  # the line fits the kernel's buffer
                    connection.sendall(_line(Answer(exit=1, error=f"the daemon is busy: {full}")))
                continue
            try:
                threading.Thread(target=self._one, args=(connection, uid), name="control-one", daemon=True).start()
            except RuntimeError as error:  # no thread is free just now
                log.error("control_not_taken", uid=uid, reason=str(error))
                self._seats.give(uid)
                connection.close()

    def _one(self, connection: socket.socket, uid: int) -> None:
        try:
            with connection:
                line = _line(self._answer(connection))
                connection.settimeout(WRITE_S)  # of sendall, this is the limit for all of it
                connection.sendall(line)
        except OSError as error:
            log.debug("control_lost", uid=uid, reason=str(error))
        except Exception as error:  # noqa: BLE001 - one request costs itself alone
            log.error("control_failed", uid=uid, reason=f"{type(error).__name__}: {error}"[:200])
        finally:
            self._seats.give(uid)

    def _answer(self, connection: socket.socket) -> Answer:
        try:
            request = requests.parse(_received(connection))
        except requests.NotARequest as refused:
            return Answer(exit=64, error=str(refused))
        future = self._ask(request.op, request.args, actor_of(connection))
        try:
            return future.result(timeout=ANSWER_S)
        except FutureTimeout:
            return Answer(exit=1, error=f"the daemon did not answer {request.op} within {ANSWER_S:.0f} s; see its log")
        except Exception as error:  # noqa: BLE001 - the asker must hear why, whatever it was
            return Answer(exit=1, error=str(error))


def _received(connection: socket.socket) -> bytes:
    """Return the request: up to its line end, the end of what the other side sends, or one byte too many. Raise
    TimeoutError."""
    ends_s = time.monotonic() + READ_S
    received = bytearray()
    while not received.endswith(b"\n") and len(received) <= requests.LIMIT:
        left_s = ends_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError(f"the request was not there within {READ_S:.0f} s")
        connection.settimeout(left_s)
        piece = connection.recv(8192)
        if not piece:
            break
        received += piece
    return bytes(received)


def _line(answer: Answer) -> bytes:
    body = {"exit": answer.exit, "data": answer.data, "error": answer.error}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _give_to_group(path: Path) -> None:
    """Let the group reach the socket. In a directory that is set-group-ID it has the group already, and the unit
    forbids chown."""
    try:
        group = grp.getgrnam(GROUP).gr_gid
    except KeyError:
        log.debug("control_group", reason=f"there is no group {GROUP}: only the socket's owner and root reach it")
        return
    if path.stat().st_gid == group:
        return
    try:
        os.chown(path, -1, group)
    except OSError as error:
        if path.parent.stat().st_mode & stat.S_IXGRP:
            remedy = "install packaging/remediator.tmpfiles and run systemd-tmpfiles --create"
            why = f"{path.parent} cannot be given to it: {error.strerror}"
            log.warning(
                "control_group", reason=f"members of the group {GROUP} reach nobody: a socket in {why}; {remedy}"
            )
