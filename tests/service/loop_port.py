"""A loop in memory for tests of the HTTP door: a real thread behind a real queue that commits hints into a dictionary.

The loop is no mock. It keeps the whole contract of `EnginePort`: thread-safe, returns at once, the future resolves
after the commit. A test can tell it to be full, unable to store, or silent, as the real loop can become.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from remediator.model.messages.hooks import CannotStore, Hint, NotTaken, QueueFull, Taken


@dataclass
class MemoryLoop:
    """`behaviour` is ``well``, ``broken`` (every commit fails), ``undone`` (every turn) or ``silent`` (nothing is ever
    committed)."""

    behaviour: str = "well"
    room: int = 10_000
    age_s: float = 0.2
    ready_now: dict[str, bool] = field(
        default_factory=lambda: {"database": True, "lease": True, "paused": False, "audit": True}
    )
    samples: dict[str, list[tuple[Mapping[str, str], float]]] = field(default_factory=dict)
    taken: list[Hint] = field(default_factory=list)
    slow: bool = False
    """Wait in the first commit until `go_on` is set."""

    def __post_init__(self) -> None:
        self._queue: queue.Queue[tuple[Hint, Future[Taken]] | None] = queue.Queue(self.room)
        self.committing, self.go_on = threading.Event(), threading.Event()
        self._events: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def submit(self, hint: Hint) -> Future[Taken]:
        answer: Future[Taken] = Future()
        try:
            self._queue.put_nowait((hint, answer))
        except queue.Full:
            raise QueueFull from None
        return answer

    def loop_age_s(self) -> float:
        return self.age_s

    def ready(self) -> Mapping[str, bool]:
        return self.ready_now

    def metrics(self) -> Mapping[str, list[tuple[Mapping[str, str], float]]]:
        return self.samples

    def full(self) -> bool:
        return self._queue.full()

    def close(self) -> None:
        self.behaviour = "well"
        self.go_on.set()
        self._queue.put(None)
        self._thread.join(5)

    def _run(self) -> None:
        while (item := self._queue.get(timeout=120)) is not None:
            hint, answer = item
            self.committing.set()
            if self.slow:
                self.go_on.wait(30)
            if self.behaviour == "broken":
                answer.set_exception(CannotStore())
            elif self.behaviour == "undone":
                answer.set_exception(NotTaken("a turn failed and was undone"))
            elif self.behaviour == "well":
                duplicate = hint.key in self._events
                event = self._events.setdefault(hint.key, f"ev-{len(self._events) + 1}")
                if not duplicate:
                    self.taken.append(hint)
                answer.set_result(Taken(event, duplicate))
