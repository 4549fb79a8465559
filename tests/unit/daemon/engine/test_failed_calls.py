"""A call of a pool that raises is an input all the same: nothing that left is waited for without end."""

from __future__ import annotations

import queue
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog

from remediator.daemon.engine.engine import Engine
from remediator.daemon.loop import Hands, Loop
from remediator.daemon.process.pools import Threads
from remediator.daemon.state.durable import Durable
from remediator.daemon.state.wire import (
    Act,
    Claimed,
    CommandsDone,
    Effect,
    Input,
    LayClaim,
    Referenced,
    Reload,
    Reloaded,
    TryReferences,
)
from remediator.model.hosts import Host
from remediator.model.times import Instant
from tests.unit.daemon.process.test_late_commands import CLAIM, START, STOP
from tests.unit.runs.test_claims import KNOWN, at

pytestmark = pytest.mark.unit
HOSTS = {"ctl1": Host(name="ctl1", address="192.0.2.1", groups=())}
WHY = "it failed in this process (IndexError): report it with the log"


class Odd:
    """Hands that raise whatever they are asked for, and the time."""

    def now(self) -> Instant:
        return at(105)

    def run(self, *_: Any) -> Any:
        raise IndexError("what a host sent")

    def reload(self) -> Reloaded:
        raise IndexError("a token file")

    def try_references(self, _addresses: Any) -> Any:
        raise IndexError("an address")


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    def drop(_logger: Any, _level: str, _event: Any) -> Any:
        raise structlog.DropEvent

    structlog.configure(processors=[drop])
    yield
    structlog.reset_defaults()


def brought(effect: Effect) -> Input:
    """Carry out `effect` in a real pool, and return what comes back."""
    odd, pools = Odd(), Threads()
    world = SimpleNamespace(
        setup=SimpleNamespace(read_pause=lambda: ()),
        durable=Durable(),
        loaded=SimpleNamespace(config=SimpleNamespace(cloud="lab"), inventory=SimpleNamespace(hosts=HOSTS)),
    )
    engine = SimpleNamespace(world=world, store_error=None, audit_seq=0)
    hands = SimpleNamespace(actor=odd, redact=str, reload=odd.reload, try_references=odd.try_references)
    loop = Loop(cast(Engine, engine), odd, cast(Hands, hands), pools, None, lambda: None, lambda _why: None)
    try:
        loop._carry_out(effect)
        return loop._queue.get(timeout=5)
    except queue.Empty:
        raise AssertionError(f"nothing came back of {effect}") from None
    finally:
        pools.stop()


def test_the_commands_of_a_step_may_have_left() -> None:
    act = Act(run="run-7", step="restart", commands=(STOP, START), not_after=at(110), claim=CLAIM, known=KNOWN)
    done = brought(act)
    assert isinstance(done, CommandsDone)
    assert (done.run, done.step) == ("run-7", "restart")
    assert [(each.argv, each.exit_code, each.error) for each in done.done] == [(STOP.argv, None, WHY)]


def test_a_host_was_not_claimed() -> None:
    claimed = brought(LayClaim(subject="run-7", number=3, command=STOP))
    assert isinstance(claimed, Claimed)
    assert (claimed.subject, claimed.number, claimed.host, claimed.done.exit_code) == ("run-7", 3, "ctl1", None)


def test_a_reload_is_refused_and_says_so() -> None:
    reloaded = brought(Reload())
    assert isinstance(reloaded, Reloaded)
    assert (reloaded.config, reloaded.error) == (None, WHY)


def test_no_reference_is_known_to_answer() -> None:
    assert brought(TryReferences(addresses=(("192.0.2.9", 53),))) == Referenced(answered={})
