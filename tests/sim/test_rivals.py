"""Two daemons on one cloud, six ways: who acted, who held, by which sentence, and that never both did."""

from __future__ import annotations

import pytest

from remediator.sim.proof import rivals
from remediator.sim.proof.rivals import Row, Way

pytestmark = pytest.mark.sim
WAYS = {way.name: way for way in rivals.WAYS}
FROZEN = "one frozen for an hour and woken"
LEFT = (
    pytest.mark.part("simulated"),
    pytest.mark.full("an hour of two daemons; make test has it once, on a container and without the wrapper"),
)
EACH_ON_A_CONTAINER = [
    pytest.param(
        way,
        wrapped,
        id=f"{way.name}-{'wrapped' if wrapped else 'bare'}",
        marks=LEFT if wrapped and way.name == FROZEN else (),
    )
    for way in WAYS.values()
    for wrapped in (True, False)
]
EACH = [pytest.param(way, id=way.name, marks=LEFT if way.name == FROZEN else ()) for way in WAYS.values()]


def _must_be_safe(row: Row) -> None:
    assert not row.both, rivals.table([row])
    assert row.cured, rivals.table([row])
    assert row.held, "nobody held: the two never met, and nothing is shown"


@pytest.mark.parametrize(("way", "wrapped"), EACH_ON_A_CONTAINER)
def test_of_two_daemons_one_acts_and_the_other_says_by_whom_it_is_held(way: Way, wrapped: bool) -> None:
    row = rivals.happen(way, "a container", wrapped)
    _must_be_safe(row)
    assert row.first + row.second > 0
    words = "another daemon on a copy of this store claimed ctl1" if way.copied else "another remediator claimed ctl1"
    assert all(words in each for each in row.held)


@pytest.mark.parametrize("way", EACH)
def test_a_lost_cluster_is_brought_back_by_one_of_them_or_by_nobody_until_a_person_decides(way: Way) -> None:
    """`cured` asks that the history is whole: no second Primary component, nothing overwritten."""
    _must_be_safe(rivals.happen(way, "the cluster", wrapped=False))
