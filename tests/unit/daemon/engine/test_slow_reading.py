"""The loop lets its store be read slowly: in quiet moments only, one piece at a time.

What the reading found comes back as an input.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from remediator.daemon.engine.engine import Engine
from remediator.daemon.loop import READ_AGAIN_S, READ_ON_S, Hands, Loop
from remediator.daemon.process.pools import Kind
from remediator.daemon.state.durable import Durable
from remediator.daemon.state.wire import Input, StoreRead
from remediator.model.times import Instant
from remediator.store.audit.slow_reading import Found
from tests.unit.runs.test_claims import at

pytestmark = pytest.mark.unit


@dataclass
class Ground:
    """Clock, pools and reader in one: calls wait until `work` makes them."""

    now_s: float = 0.0
    calls: list[tuple[Callable[[], Input], Callable[[Input], None]]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    def now(self) -> Instant:
        return at(self.now_s)

    def submit(self, _kind: Kind, call: Callable[[], Input], put: Callable[[Input], None]) -> None:
        self.calls.append((call, put))

    def stop(self) -> None:
        pass

    def read_on(self) -> Found:
        if not self.found:
            raise RuntimeError("the disk is gone")
        return self.found.pop(0)

    def work(self) -> None:
        call, put = self.calls.pop()
        put(call())


def a_loop(ground: Ground, **durable: Any) -> tuple[Loop, SimpleNamespace]:
    known = SimpleNamespace(loaded=SimpleNamespace(config=SimpleNamespace(cloud="lab")), durable=Durable(**durable))
    engine = SimpleNamespace(world=known, store_error=None, audit_seq=0)
    hands = cast(Hands, SimpleNamespace(actor=None, redact=str, read_on=ground.read_on))
    return Loop(cast(Engine, engine), ground, hands, ground, None, lambda: None, lambda _why: None), engine


def later(loop: Loop, ground: Ground, seconds: float) -> int:
    """Let time pass and the loop turn; return how many calls wait."""
    ground.now_s += seconds
    loop._read_on()
    return len(ground.calls)


def test_it_is_read_piece_by_piece_and_again_hours_after_its_end() -> None:
    ground = Ground(found=[Found(), Found(damaged="entry 3"), Found(ended=True), Found()])
    loop, _ = a_loop(ground)
    assert later(loop, ground, READ_ON_S / 2) == 0
    assert later(loop, ground, READ_ON_S) == 1
    assert later(loop, ground, 10 * READ_ON_S) == 1, "one piece at a time"
    ground.work()
    assert later(loop, ground, READ_ON_S) == 1
    ground.work()
    assert later(loop, ground, READ_ON_S) == 1
    ground.work()
    assert later(loop, ground, READ_AGAIN_S - 1) == 0
    assert later(loop, ground, 1) == 1
    said: list[Input] = []
    while True:
        try:
            said.append(loop._queue.get_nowait())
        except queue.Empty:
            break
    assert [each.damaged for each in said if isinstance(each, StoreRead)] == ["", "entry 3", ""]


def test_nothing_is_read_while_a_run_lives_or_the_store_cannot_be_used() -> None:
    ground = Ground(found=[Found()])
    loop, engine = a_loop(ground, runs={"run-1": None})
    assert later(loop, ground, READ_ON_S) == 0
    engine.world.durable.runs = {}
    engine.store_error = "the disk is full"
    assert later(loop, ground, READ_ON_S) == 0
    engine.store_error = None
    assert later(loop, ground, 0) == 1


def test_a_reading_that_fails_is_tried_again() -> None:
    ground = Ground()
    loop, _ = a_loop(ground)
    assert later(loop, ground, READ_ON_S) == 1
    ground.work()
    assert later(loop, ground, READ_ON_S) == 1
