"""What a turn is played again without: each failure costs what it was about, and after several of a kind the whole
part."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog

from remediator.collect.places import Lane, UnderWay
from remediator.daemon.engine.replays import MOST_OF_A_KIND, Replay
from remediator.daemon.inhibit.inhibitors import AndReload
from remediator.daemon.state.asides import About
from remediator.daemon.state.pending import Pending
from remediator.daemon.state.self_health import SelfHealth
from remediator.daemon.state.wire import Asked, Collected, HintCame, Input, Reloaded
from remediator.daemon.state.world import World
from remediator.daemon.turn.poison import Poisoned, Stumbled
from remediator.model.messages.control import Actor, Answer
from remediator.model.messages.hooks import CannotTake
from remediator.model.messages.replies import HostReply, Reach
from tests.unit.runs.test_claims import at

pytestmark = pytest.mark.unit
ANN = Actor(name="ann", uid=1001, login_uid=1001)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    def drop(_logger: Any, _level: str, _event: Any) -> Any:
        raise structlog.DropEvent

    structlog.configure(processors=[drop])
    yield
    structlog.reset_defaults()


class Ground:
    """A world as far as a replay touches it."""

    def __init__(self) -> None:
        self.reload = AndReload(lambda: ())
        self.world = SimpleNamespace(
            loaded=SimpleNamespace(config=SimpleNamespace(cloud="lab"), every_s={"h1": 15.0}),
            pending=Pending(waiting_checks=("one",)),
            health=SelfHealth(),
        )
        self.world.pending.in_flight["h1"] = UnderWay(lane=Lane.QUICK, since=at(90), judged_at=at(90))
        self.replay = Replay(cast(World, self.world), self.reload, at(100))

    def stumble(self, kind: str, name: str, *, holds_all: bool = False) -> None:
        self.replay.set_aside(Stumbled(About(kind=kind, name=name), KeyError("odd"), holds_all))

    def without(self, item: Input, *others: Input) -> list[Input]:
        return self.replay.without(Poisoned(item, ValueError("odd")), [item, *others])


def asked() -> Asked:
    return Asked(op="status", args={}, actor=ANN, answer=Future[Answer]())


def reply(reach: Reach = Reach.OK) -> Collected:
    return Collected(reply=HostReply(host="h1", asked_at=at(90), received_at=at(91), reach=reach))


@pytest.mark.parametrize(("kind", "part"), [("incident", "decisions"), ("run", "runs"), ("debt", "runs")])
def test_after_several_of_a_kind_the_whole_part_is_set_aside_and_nothing_acts(kind: str, part: str) -> None:
    ground = Ground()
    for n in range(MOST_OF_A_KIND):
        ground.stumble(kind, f"{kind}-{n}")
    assert ground.world.health.asides.vital == ()
    ground.stumble(kind, f"{kind}-more")
    assert [each.about for each in ground.world.health.asides.vital] == [About(kind="part", name=part)]
    assert ground.world.health.asides.of(About(kind=kind, name=f"{kind}-more")) is None


def test_a_part_that_fails_is_that_part_however_often() -> None:
    ground = Ground()
    for n in range(MOST_OF_A_KIND + 2):
        ground.stumble("part", f"part-{n}", holds_all=n % 2 == 0)
    assert len(ground.world.health.asides.all()) == MOST_OF_A_KIND + 2
    assert len(ground.world.health.asides.vital) == MOST_OF_A_KIND // 2 + 1
    assert ground.world.pending.waiting_checks == ("one",)
    ground.stumble("part", "live checks")
    assert ground.world.pending.waiting_checks == ()


def test_who_asked_what_cannot_be_handled_hears_why_and_the_others_are_asked() -> None:
    ground = Ground()
    odd, other = asked(), asked()
    hint = HintCame(hint=cast(Any, None), taken=Future())
    assert ground.without(odd, other, hint) == [other, hint]
    assert odd.answer.result(timeout=0).error == "the request is undone: it cannot be handled: ValueError: odd"
    assert not other.answer.done()
    assert ground.without(hint, other) == [other]
    assert isinstance(hint.taken.exception(timeout=0), CannotTake)


def test_after_several_of_a_kind_the_rest_of_that_kind_is_sent_back() -> None:
    ground = Ground()
    hint = HintCame(hint=cast(Any, None), taken=Future())
    left: list[Input] = [*(asked() for _ in range(MOST_OF_A_KIND + 3)), hint]
    requests = [item for item in left if isinstance(item, Asked)]
    for item in requests[: MOST_OF_A_KIND + 1]:
        left = ground.replay.without(Poisoned(item, ValueError("odd")), left)
    assert left == [hint]
    assert all("send it again" in each.answer.result(timeout=0).error for each in requests[MOST_OF_A_KIND + 1 :])


def test_a_reply_says_nothing_the_first_time_and_its_host_is_set_aside_the_second() -> None:
    ground = Ground()
    (said,) = ground.without(reply())
    assert isinstance(said, Collected)
    assert (said.reply.reach, ground.world.health.asides.all()) == (Reach.GARBLED, [])
    assert ground.without(said) == []
    assert [each.about for each in ground.world.health.asides.all()] == [About(kind="host", name="h1")]
    assert (ground.world.pending.in_flight, ground.world.pending.due_at) == ({}, {"h1": at(100).boot_s + 15.0})


def test_a_reload_that_cannot_be_handled_is_a_refused_one() -> None:
    ground = Ground()
    ground.without(Reloaded(config=None, content=None, inventory=None))
    assert str(ground.reload.refused).startswith("it cannot be handled: ValueError")
