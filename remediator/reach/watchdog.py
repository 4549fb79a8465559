"""One thread that ends work which takes too long, because parts of an SSH client wait without a limit of their own.

Invariant: each watched piece of work is ended at its deadline, or left alone when it ended before; never both. The
thread lives only while something is watched, or for a moment after, and `close` ends it.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator


class Watchdog:
    """Calls an `end` function at a deadline unless the work was done before."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, threading.Event, Callable[[], None]]] = []
        self._order = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextlib.contextmanager
    def limit(self, seconds: float, end: Callable[[], None]) -> Iterator[threading.Event]:
        """Call `end` (quick, harmless) if the block still runs after `seconds`; the event says that this happened."""
        late, done = threading.Event(), threading.Event()

        def bite() -> None:
            if not done.is_set():
                late.set()
                end()

        with self._changed:
            heapq.heappush(self._waiting, (time.monotonic() + seconds, next(self._order), done, bite))
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._watch, name="reach-watchdog", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield late
        finally:
            done.set()

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(2.0)

    def _watch(self) -> None:
        while True:
            with self._changed:
                while self._waiting and self._waiting[0][2].is_set():
                    heapq.heappop(self._waiting)
                if self._closed:
                    return
                now_s = time.monotonic()
                if not self._waiting or self._waiting[0][0] > now_s:
                    self._changed.wait(self._waiting[0][0] - now_s if self._waiting else None)
                    continue
                bite = heapq.heappop(self._waiting)[3]
            with contextlib.suppress(Exception):
                bite()
