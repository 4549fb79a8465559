"""A connection has to earn its place: at most so many at once, and a head that does not arrive in time ends it.

uvicorn bounds only the pause between two requests, so whoever reaches the port could hold a descriptor for ever, and
descriptors are what the connections to our hosts need. This is the one file that knows uvicorn's protocol class.
"""

from __future__ import annotations

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_AT_ONCE: Final = 512
HEAD_TIMEOUT_S: Final = 10.0


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 with a bound on connections, and on the time until the head of each request is complete."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MAX_AT_ONCE:
            transport.abort()
            return
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._too_late)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_late(self) -> None:
        self._head_timer = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()
