"""Bounds on connections: so many for a peer and in all, and an end to each that neither sends nor reads in time.

uvicorn bounds only the pause between two requests. Whoever reaches the port could keep a descriptor for ever, and the
connections to our hosts need descriptors. This is the one file that knows uvicorn's protocol class.

Invariant: where places are short, the peer with most connections loses its oldest one without a request under way. A
head has HEAD_TIMEOUT_S as a whole. An answer that is not read, or a body that nobody reads, ends its connection at the
second look.
"""

from __future__ import annotations

import asyncio
import collections
import functools
import ipaddress
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_AT_ONCE: Final = 512
MAX_A_PEER: Final = 128
"""Most connections of a peer: an IPv4 address, or a network /64 of IPv6. A trusted proxy is many peers, and has all
places.
"""
HEAD_TIMEOUT_S: Final = 10.0
LOOK_S: Final = 10.0
"""Seconds between two looks at each connection. A connection that is stuck at two looks ends, so after 10 to 20 s."""


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 with a bound on connections, and on the time until each head is complete and each answer is read."""

    peer: str = ""
    waits_since_s: float = 0.0
    """Since when the connection has waited for a head, by the loop's clock."""
    _head_timer: asyncio.TimerHandle | None = None
    _look_timer: asyncio.TimerHandle | None = None
    _was_stuck = False
    _half_closed = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.peer, self.waits_since_s = peer(self.client[0] if self.client else ""), self.loop.time()
        if not self._has_place():
            transport.abort()
            return
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._too_late)
        self._look_timer = self.loop.call_later(LOOK_S, self._look)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._too_late)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """A sender that has shut its own side after a whole request still gets its answer. One that left in the middle
        does not.
        """
        waits = self.cycle is not None and not self.cycle.response_complete
        if not waits or self.conn.their_state is h11.SEND_BODY or self.scheme == "https":
            return None
        self._half_closed = True
        return True

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.waits_since_s = self.loop.time()
        if self._half_closed and self.cycle.response_complete and not self.transport.is_closing():
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        if self._look_timer is not None:
            self._look_timer.cancel()
            self._look_timer = None
        super().connection_lost(exc)

    @property
    def may_go(self) -> bool:
        """Whether no request of the connection is worked on here: it waits for a head, for a body that nobody reads, or
        for its reader.
        """
        return self.cycle is None or self.cycle.response_complete or self.flow.write_paused

    def _has_place(self) -> bool:
        """Return whether there is a place for us, if need be that of a connection that has not earned its own."""
        others = [one for one in self.connections if isinstance(one, BoundedProtocol) and one is not self]
        mine = [one for one in others if one.peer == self.peer]
        if not self._is_proxy() and len(mine) >= MAX_A_PEER:
            return _give_up_one(mine)
        if len(others) < MAX_AT_ONCE:
            return True
        [(most, count)] = collections.Counter(one.peer for one in others).most_common(1)
        return _give_up_one(mine if count <= len(mine) else [one for one in others if one.peer == most])

    def _is_proxy(self) -> bool:
        trusted = self.config.forwarded_allow_ips
        proxies = tuple(trusted) if isinstance(trusted, list) else ()
        return bool(self.config.proxy_headers and proxies) and _is_in(self.client[0] if self.client else "", proxies)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_late(self) -> None:
        self._head_timer = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()

    def _look(self) -> None:
        """End what was stuck at the look before and still is: an answer that is not read, a body that nobody waits
        for."""
        unread = self.transport.get_write_buffer_size() > 0
        answered = self.cycle is not None and self.cycle.response_complete
        stuck = unread or (answered and self.conn.their_state is h11.SEND_BODY)
        if stuck and self._was_stuck:
            self.transport.abort()
            return
        self._was_stuck = stuck
        self._look_timer = self.loop.call_later(LOOK_S, self._look)


def peer(address: str) -> str:
    """Return the peer whose places a connection from `address` takes."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found) >> 64 << 64, 64)))


def _give_up_one(connections: list[BoundedProtocol]) -> bool:
    """End the oldest of `connections` that may go; return whether there was one."""
    idle = [one for one in connections if one.may_go and not one.transport.is_closing()]
    if not idle:
        return False
    oldest = min(idle, key=lambda one: one.waits_since_s)
    oldest.connections.discard(oldest)
    oldest.transport.abort()
    return True


@functools.lru_cache(maxsize=256)
def _is_in(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
        return any(found in ipaddress.ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False
