"""A scrape has the numbers of the turn that follows it, also the first one, and also after nobody asked for a day."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from remediator.daemon import loop as loops
from remediator.daemon.engine.engine import Engine
from remediator.daemon.loop import Hands, Loop
from remediator.daemon.process.clock import SystemClock
from remediator.daemon.process.pools import Threads
from remediator.daemon.state.pending import Pending
from remediator.daemon.state.self_health import SelfHealth
from remediator.daemon.state.wire import Effect, Input
from remediator.model.times import Instant

pytestmark = pytest.mark.unit


class Counting:
    """Stands where the engine stands: its one number is how often it was turned."""

    store_error: str | None = None
    turn_error: str | None = None
    audit_seq = 0

    def __init__(self) -> None:
        self.turns = 0
        self.told = 0
        self.world = SimpleNamespace(
            health=SelfHealth(), pending=Pending(), loaded=SimpleNamespace(config=SimpleNamespace(cloud="lab"))
        )

    def step(self, _inputs: Sequence[Input], _now: Instant) -> list[Effect]:
        self.turns += 1
        return []

    def metrics(self, _now: Instant) -> Mapping[str, Any]:
        self.told += 1
        return {"remediator_audit_seq": [({}, float(self.turns))]}


@contextmanager
def turning(engine: Counting) -> Iterator[Loop]:
    made = Loop(
        cast(Engine, engine),
        SystemClock(),
        cast(Hands, SimpleNamespace(actor=None, redact=str, read_on=None)),
        Threads(),
        None,
        lambda: None,
        lambda _why: None,
    )
    ended = threading.Event()

    def turn() -> None:
        while not ended.is_set():
            made.turn(timeout_s=0.2)

    thread = threading.Thread(target=turn, daemon=True)
    thread.start()
    yield made
    ended.set()
    thread.join(10)


def test_each_scrape_has_the_numbers_of_a_turn_after_it() -> None:
    engine = Counting()
    with turning(engine) as made:
        while engine.turns < 3:
            time.sleep(0.01)
        assert engine.told == 0, "nothing is counted for nobody"
        for _ in range(3):
            before = engine.turns
            numbers = made.metrics()
            assert numbers["remediator_audit_seq"][0][1] >= before
            assert "remediator_loop_age_seconds" in numbers


def test_a_loop_that_does_not_answer_has_an_age_and_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "SCRAPE_S", 0.05)
    engine = Counting()
    made = Loop(
        cast(Engine, engine),
        SystemClock(),
        cast(Hands, SimpleNamespace(actor=None, redact=str, read_on=None)),
        Threads(),
        None,
        lambda: None,
        lambda _why: None,
    )
    assert list(made.metrics()) == ["remediator_loop_age_seconds"]
    made.turn(timeout_s=0.05)
    assert engine.told == 0, "nobody waits for it any more"
