"""uvicorn in a thread of its own: started and stopped by the daemon, deaf to signals, silent about each access.

Invariant: `start` returns only when requests are answered, or raises one sentence that says why not. `stop` always
returns within its limit. The socket is bound here, before the thread starts, so that a taken port is an error of
`start`.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from typing import Final

import uvicorn
from fastapi import FastAPI

from remediator.config import Config
from remediator.model.messages.hooks import EnginePort
from remediator.web import settings
from remediator.web.app import create_app
from remediator.web.connections import BoundedProtocol
from remediator.web.errors import CannotListen, NotStarted, TlsUnusable
from remediator.web.tokens import Ring

START_TIMEOUT_S: Final = 10.0
KEEP_ALIVE_S: Final = 30
BACKLOG: Final = 2048
SEND_BUFFER: Final = 128 * 1024
"""Bytes that the kernel buffers for a peer that does not read. By itself it buffers megabytes, and many such peers
would fill its memory.
"""


class WebServer:
    """Serve `app` as `wanted` says. `address`: where it is really bound, once started."""

    def __init__(self, app: FastAPI, wanted: settings.WebSettings, ring: Ring | None = None) -> None:
        self._wanted = wanted
        self._ring = ring
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                access_log=False,
                log_config=None,
                lifespan="off",
                http=BoundedProtocol,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=5,
                ws="none",
                proxy_headers=bool(wanted.trusted_proxies),
                forwarded_allow_ips=list(wanted.trusted_proxies),
                ssl_certfile=wanted.tls.certificate if wanted.tls else None,
                ssl_keyfile=wanted.tls.key if wanted.tls else None,
            )
        )
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None
        self.address = wanted.bind

    def renew(self, config: Config) -> tuple[dict[str, str], ...]:
        """Read the tokens of `config` anew and return what changed. A token that cannot be read opens nothing from now
        on.
        """
        return self._ring.renew(*settings.readable(config)) if self._ring is not None else ()

    def start(self) -> None:
        """Bind and serve. Raise CannotListen or NotStarted."""
        self._socket = _bound(self._wanted.bind)
        host, port = self._socket.getsockname()[:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="http", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                self.stop(1.0)
                raise NotStarted(self.address, START_TIMEOUT_S)
            time.sleep(0.01)

    def stop(self, timeout_s: float) -> None:
        """Let requests under way end if they end in time, and close the port. Idempotent."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                self._server.force_exit = True
                self._thread.join(1.0)
        if self._socket is not None:
            self._socket.close()


def _bound(address: str) -> socket.socket:
    host, port = settings.split_address(address)
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(
            address, os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        ) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        listening.bind(where)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotListen(address, os.strerror(error.errno or 0)) from None
    listening.setblocking(False)
    return listening


def _usable(tls: settings.Tls) -> None:
    """Raise TlsUnusable with one sentence unless the certificate and its key can be read and fit each other."""
    for key, path in (("http.tls.cert", tls.certificate), ("http.tls.key", tls.key)):
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            raise TlsUnusable(key, path, f"cannot be read: {os.strerror(error.errno or 0)}") from None
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(tls.certificate, tls.key, password="")
    except ssl.SSLError as error:
        if "MISMATCH" in (error.reason or ""):
            raise TlsUnusable(
                "http.tls.key", tls.key, f"does not belong to the certificate {tls.certificate}"
            ) from None
        why = f"and its key {tls.key} are no PEM certificate and key without a password ({error.reason or error})"
        raise TlsUnusable("http.tls.cert", tls.certificate, why) from None


def make_server(port: EnginePort, _reader: object, config: Config) -> WebServer:
    """Return the HTTP door of a daemon, which `cli` hands to `daemon`.

    Raise SecretError if a token cannot be read, and TlsUnusable if the certificate or its key cannot. The reader is for
    the read routes of the API, which do not exist yet.
    """
    wanted = settings.from_config(config)
    if wanted.tls is not None:
        _usable(wanted.tls)
    ring = Ring(wanted.tokens)
    return WebServer(create_app(port, wanted, ring), wanted, ring)
