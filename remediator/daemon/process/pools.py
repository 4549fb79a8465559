"""Where blocking calls are made: three bounded pools of threads, so that a slow notifier never keeps an action waiting.

Invariant: what a call returns becomes an input of the loop, and nothing else does; a call never decides anything.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from remediator.collect import places
from remediator.daemon.state.wire import Input


class Kind(enum.Enum):
    """What a call is for; each kind has places of its own."""

    COLLECT = 2 * places.MOST
    """More than are ever asked at once: threads are made when they are needed, and the engine holds back (places)."""
    ACT = 8
    DELIVER = 2
    CLAIM = 6


Put = Callable[[Input], None]


class Pools(Protocol):
    """The simulator brings its own, which answers on virtual time."""

    def submit(self, kind: Kind, call: Callable[[], Input], put: Put) -> None:
        """Make `call` as soon as there is room for its kind, and hand what it returns to `put`."""

    def stop(self) -> None:
        """Start nothing more; calls under way are not waited for."""


class Threads:
    """The daemon's pools."""

    def __init__(self) -> None:
        self._pools = {kind: ThreadPoolExecutor(kind.value, thread_name_prefix=kind.name.lower()) for kind in Kind}

    def submit(self, kind: Kind, call: Callable[[], Input], put: Put) -> None:
        self._pools[kind].submit(lambda: put(call()))

    def stop(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
