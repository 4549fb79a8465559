"""Virtual time: two clocks that can be set apart, and what is to happen when. Nothing here waits.

Invariant: happenings of the same moment come in the order in which they were planned, so that a story repeats exactly.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from remediator.daemon.process.pools import Kind, Put
from remediator.daemon.state.wire import Input
from remediator.model.times import Instant

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
STARTS_S = 0.01
"""How long it takes a call to get going."""

UP_S = 5000.0
"""How long the daemon's machine is up when a story begins."""


class VirtualClock:
    """The clock of the daemon's machine. `elapsed_s` is the true time; the wall clock may be wrong by
    `wall_offset_s`."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.wall_offset_s = 0.0
        self.lag_s = 0.0
        """How far a blocking call under way is ahead of the loop."""
        self._booted_s = -UP_S
        self._boots = 0

    def now(self) -> Instant:
        true_s = self.elapsed_s + self.lag_s
        wall = START + timedelta(seconds=true_s + self.wall_offset_s)
        return Instant(wall, true_s - self._booted_s, f"boot-daemon-{self._boots}")

    def true(self) -> datetime:
        """Return the time by the hosts' clocks, which are right unless a fault says otherwise."""
        return START + timedelta(seconds=self.elapsed_s + self.lag_s)

    def reboot(self) -> None:
        """The daemon's machine boots: CLOCK_BOOTTIME begins anew."""
        self._booted_s, self._boots = self.elapsed_s - 30.0, self._boots + 1


class Timeline:
    """What is to happen, in order of time."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self._planned: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        """Plan `happen` for `seconds` from now, seen from the call under way."""
        at = self.clock.elapsed_s + self.clock.lag_s + max(0.0, seconds)
        heapq.heappush(self._planned, (at, next(self._numbers), happen))

    @property
    def next_s(self) -> float:
        """The time of the next happening; infinity without one."""
        return self._planned[0][0] if self._planned else float("inf")

    def happen_until(self, limit_s: float) -> None:
        """Let everything happen that is due at `limit_s` or before."""
        while self._planned and self._planned[0][0] <= limit_s:
            at, _, happen = heapq.heappop(self._planned)
            self.clock.elapsed_s = max(self.clock.elapsed_s, at)
            happen()


class VirtualPools:
    """Makes blocking calls and brings what they return when their time has passed; nothing after `stop`. There are as
    many threads as in the real pools: a call beyond them waits until a thread comes back.
    """

    def __init__(self, timeline: Timeline, seen: Callable[[Input], None]) -> None:
        self._timeline = timeline
        self._seen = seen
        self._stopped = False
        self._waiting: dict[Kind, deque[Callable[[], None]]] = {kind: deque() for kind in Kind}
        self._frozen: list[Callable[[], None]] | None = None
        """While the process stands still: what it will go on with; None: it runs."""
        self.under_way: Counter[Kind] = Counter()
        self.most: Counter[Kind] = Counter()
        """The most calls that were under way at once."""
        self.waited: Counter[Kind] = Counter()
        """How many calls found no thread."""

    def submit(self, kind: Kind, call: Callable[[], Input], put: Put) -> None:
        make = partial(self._make, kind, call, put)
        if self.under_way[kind] >= kind.value:
            self.waited[kind] += 1
            self._waiting[kind].append(make)
        else:
            self._start(kind, make)

    def _start(self, kind: Kind, make: Callable[[], None]) -> None:
        self.under_way[kind] += 1
        self.most[kind] = max(self.most[kind], self.under_way[kind])
        self._timeline.after(STARTS_S, partial(self._unless_frozen, make))

    def _unless_frozen(self, go_on: Callable[[], None]) -> None:
        if self._frozen is not None:
            self._frozen.append(go_on)
        elif not self._stopped:
            go_on()

    def freeze(self) -> None:
        """Every thread of the process stands still, wherever it is, as SIGSTOP does it."""
        self._frozen = []

    def thaw(self) -> None:
        """Every thread goes on where it stood still."""
        waiting, self._frozen = self._frozen or [], None
        for go_on in waiting:
            self._timeline.after(STARTS_S, partial(self._unless_frozen, go_on))

    def _make(self, kind: Kind, call: Callable[[], Input], put: Put) -> None:
        clock = self._timeline.clock
        clock.lag_s = 0.0
        try:
            item = call()
            took_s = clock.lag_s
        finally:
            clock.lag_s = 0.0

        def bring() -> None:
            self.under_way[kind] -= 1
            if self._waiting[kind]:
                self._start(kind, self._waiting[kind].popleft())
            self._seen(item)
            put(item)

        self._timeline.after(took_s, partial(self._unless_frozen, bring))

    def stop(self) -> None:
        self._stopped = True
