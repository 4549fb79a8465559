"""The control socket: one request a connection, the actor taken from the kernel's word about the peer."""

from __future__ import annotations

import grp
import json
import os
import pwd
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

import structlog

from remediator.model.control import Actor, Answer

GROUP = "remediator"
APPROVERS = "remediator-approve"
"""Who may approve, beside root."""
REQUEST_LIMIT = 65536
READ_S = 5.0
ANSWER_S = 60.0
AT_ONCE = 32

log = structlog.get_logger("remediator")


def actor_of(connection: socket.socket) -> Actor:
    """Return who is at the other end: uid by SO_PEERCRED, login uid of that process, the account's name."""
    pid, uid, _gid = struct.unpack(
        "3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    )
    login_uid: int | None = None
    try:
        text = Path(f"/proc/{pid}/loginuid").read_text().strip()
        login_uid = int(text) if int(text) != 0xFFFFFFFF else None
    except (OSError, ValueError):
        login_uid = None
    name = _name(login_uid if login_uid is not None else uid)
    return Actor(name=name, uid=uid, login_uid=login_uid, may_approve=_in_group(uid, APPROVERS))


def _in_group(uid: int, group: str) -> bool:
    """Return whether the account of `uid` is in `group`; False when either does not exist."""
    try:
        account, wanted = pwd.getpwuid(uid), grp.getgrnam(group)
    except KeyError:
        return False
    return account.pw_gid == wanted.gr_gid or account.pw_name in wanted.gr_mem


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


class ControlSocket:
    """Listens on `path` (0660, group remediator where there is one) until stopped."""

    def __init__(self, path: Path, ask: Callable[[str, Mapping[str, Any], Actor], Future[Answer]]) -> None:
        self._path = path
        self._ask = ask
        self._places = threading.BoundedSemaphore(AT_ONCE)
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
        try:
            os.chown(making, -1, grp.getgrnam(GROUP).gr_gid)
        except (KeyError, PermissionError):
            log.debug("control_group", reason=f"no group {GROUP}: only the socket's owner and root reach it")
        self._listener.listen(AT_ONCE)
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
            except OSError:
                return
            if not self._places.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._one, args=(connection,), name="control-one", daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        try:
            with connection:
                connection.settimeout(READ_S)
                answer = self._answer(connection)
                body = {"exit": answer.exit, "data": answer.data, "error": answer.error}
                connection.sendall(json.dumps(body, ensure_ascii=False).encode() + b"\n")
        except OSError as error:
            log.debug("control_lost", reason=str(error))
        finally:
            self._places.release()

    def _answer(self, connection: socket.socket) -> Answer:
        received = b""
        while not received.endswith(b"\n") and len(received) < REQUEST_LIMIT:
            piece = connection.recv(8192)
            if not piece:
                break
            received += piece
        try:
            request = json.loads(received)
            op, args = str(request["op"]), dict(request.get("args") or {})
        except (ValueError, KeyError, TypeError):
            return Answer(exit=64, error="not a request: one JSON object a line, with op and args")
        future = self._ask(op, args, actor_of(connection))
        try:
            return future.result(timeout=ANSWER_S)
        except FutureTimeout:
            return Answer(exit=1, error=f"the daemon did not answer {op} within {ANSWER_S:.0f} s; see its log")
        except Exception as error:  # noqa: BLE001 - the asker must hear why, whatever it was
            return Answer(exit=1, error=str(error))
