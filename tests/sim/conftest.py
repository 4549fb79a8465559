"""The longest tests of sim come first, so that the processes that share them out end at about the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from remediator.sim.config import CONFIG
from tests.builders.runbooks import TWICE, in_place
from tests.sim.walked import Walked

LONGEST_FIRST = ("test_stories", "test_soak", "test_rivals", "test_gate_machine", "test_forgetting")
"""Files, by their longest test."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order what is named here; all else stays as it was shuffled."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    name = item.path.stem
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.fixture
def cloud() -> Iterator[Walked]:
    """Five hosts alike under a daemon that has seen them well."""
    made = Walked()
    yield made
    made.close()


@pytest.fixture(scope="module")
def looked_at() -> Iterator[Walked]:
    """A cloud that all tests of a module share: none of them leaves anything in it."""
    made = Walked()
    yield made
    made.close()


@pytest.fixture
def walked() -> Iterator[Callable[..., Walked]]:
    """What makes a cloud of a config or a shape of the test's own; each is closed at the end."""
    made: list[Walked] = []

    def make(*args: Any, **words: Any) -> Walked:
        made.append(Walked(*args, **words))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def twice() -> Iterator[Walked]:
    """A cloud in which a start of a container takes two steps."""
    made = Walked(CONFIG + in_place(TWICE))
    yield made
    made.close()
