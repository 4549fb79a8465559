"""What the approver of a plan is asked beside the plan. The question is always told, and the yes covers it only as far
as it was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from remediator.daemon.decide import start
from remediator.daemon.state.waits import Waits
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import AtTurn
from remediator.model.content.consent import NOTHING_MORE, Ask, Consent
from remediator.model.content.judging import CheckResult, State
from remediator.model.values import Data
from tests.builders.relay import content, plan
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

SENTENCE = "stop ctl2, ctl3, cut off from the others"
STOPS = Consent(stops=frozenset({"ctl2", "ctl3"}))


def turn(data: Data, asks: Callable[[Data], Ask | None] | None = None, output: str = "it is not whole") -> Turn:
    """Return as much of a turn as is asked for what the newest result shows."""
    actions = dict(content().actions)
    if asks is not None:
        stop = actions["relay.stop"]
        assert isinstance(stop.when, AtTurn)
        actions["relay.stop"] = replace(stop, when=replace(stop.when, asks_beforehand=asks))
    target = plan().target
    result = CheckResult(
        check="relay-cluster", target=target, state=State.CRITICAL, output=output, data=data, asked_at=at(0)
    )
    world = SimpleNamespace(
        samples=SimpleNamespace(results={("relay-cluster", target.text): result}),
        loaded=SimpleNamespace(content=SimpleNamespace(actions=actions, rules={})),
        waits=Waits(),
    )
    return cast(Turn, SimpleNamespace(world=world, say=lambda *_said, **_more: None))


def asked(of: Turn) -> tuple[str, Consent]:
    asks = start._asks(of, plan())
    return start._evidence(of, plan(), asks), start._covers(asks)


def test_who_is_stopped_is_told_and_covered_although_no_text_of_a_rule_says_it() -> None:
    assert asked(turn({"stops": ["ctl2", "ctl3"]})) == (
        f"relay-cluster on cluster/relay: it is not whole\n{SENTENCE}",
        STOPS,
    )


def test_what_the_text_says_already_is_not_told_twice() -> None:
    said, covers = asked(turn({"stops": ["ctl2", "ctl3"]}, output=f"R-4: {SENTENCE}; read those of ctl1"))
    assert said == f"relay-cluster on cluster/relay: R-4: {SENTENCE}; read those of ctl1"
    assert covers == STOPS


@pytest.mark.parametrize("data", [{}, {"stops": []}])
def test_words_that_a_host_put_into_the_text_are_no_question(data: dict[str, Any]) -> None:
    assert asked(turn(data, output=SENTENCE)) == (f"relay-cluster on cluster/relay: {SENTENCE}", NOTHING_MORE)


def test_an_action_that_stumbles_asks_for_nothing_and_so_nothing_is_covered() -> None:
    def stumbles(_data: Data) -> Ask | None:
        raise TypeError("no truth value")

    assert asked(turn({"stops": ["ctl2"]}, stumbles))[1] == NOTHING_MORE
