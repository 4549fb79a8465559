"""The oracle against the judgement: every row, and every difference is written down here with its reason.

There is one kind. Where no id is recorded and nobody else says one, nobody can be called foreign. Such a member is the
only one that tells of a cluster. The judgement takes it at its word there, and nobody is started or restarted all the
same.
"""

from __future__ import annotations

import itertools
import random
import time

import pytest

from remediator.integrations.ovn.judgement import northd, raft
from remediator.integrations.ovn.judgement.decision import Decision, Procedure
from tests.integrations.ovn import oracle
from tests.integrations.ovn.unit import cells
from tests.integrations.ovn.unit.test_oracle import NORTHD_SIZES, SIZES

pytestmark = pytest.mark.unit

SHUFFLED = 20_000
SAYS_NO_ID = {"stopped", "off", "wedged", "unknown", "foreign", "standalone"}


def said(decision: Decision) -> tuple[str, tuple[str, ...], str]:
    assert decision.why
    return decision.procedure.value, decision.hosts, decision.rule


def wanted(verdict: oracle.Verdict) -> tuple[str, tuple[str, ...], str]:
    return verdict.procedure, tuple(map(cells.host, verdict.members)), verdict.rule


def agree(cell: oracle.Raft) -> bool:
    """Return whether the row is one without a difference; fail where it is neither that nor the explained one."""
    found, asked = said(raft.decide(cells.raft(cell))), wanted(oracle.raft(cell))
    if found == asked:
        return True
    assert not cell.recorded, (cell, found, asked)
    assert {"foreign"} <= set(cell.members) <= SAYS_NO_ID, (cell, found, asked)
    assert (asked[0], found[1]) == ("refuse", ()), (cell, found, asked)
    return False


@pytest.mark.parametrize(("size", "explained"), [(1, 12), (3, 732), (5, 840)])
def test_every_row_of_a_raft(size: int, explained: int) -> None:
    began, count, different = time.process_time(), 0, 0
    for cell in oracle.raft_cells(size):
        count += 1
        different += not agree(cell)
    assert count == SIZES[size]
    took_s = time.process_time() - began
    print(f"raft of {size}: {count} rows, {different} of them the explained difference, {took_s:.1f} CPU s")
    assert different == explained


def test_five_members_in_any_order() -> None:
    chance = random.Random(5)
    rows = list(itertools.islice(oracle.raft_cells(5), 0, None, SIZES[5] // SHUFFLED))
    for cell in rows:
        members = list(cell.members)
        chance.shuffle(members)
        shuffled = cell._replace(members=tuple(members))
        agree(shuffled)
    print(f"raft of 5, shuffled: {len(rows)} rows")


@pytest.mark.parametrize("size", sorted(NORTHD_SIZES))
def test_every_row_of_northd(size: int) -> None:
    began, count = time.process_time(), 0
    for cell in oracle.northd_cells(size):
        count += 1
        assert said(northd.decide(cells.northds(cell))) == wanted(oracle.northd(cell)), cell
    assert count == NORTHD_SIZES[size]
    print(f"northd of {size}: {count} rows, {time.process_time() - began:.1f} CPU s")


def test_every_procedure_comes_about() -> None:
    assert {each.value for each in Procedure} == set(oracle.PROCEDURES)
    found = {oracle.raft(cell).procedure for cell in oracle.raft_cells(3)}
    assert found == set(oracle.PROCEDURES)


def test_a_follower_that_the_leader_does_not_list_is_not_in_step() -> None:
    picture = cells.raft(oracle.Raft(("leader", "follower", "wedged", "follower", "off"), ghosts=-2))
    assert raft.decide(picture).procedure is Procedure.WAIT


def test_a_follower_of_an_older_term_is_not_in_step() -> None:
    picture = cells.raft(oracle.Raft(("leader", "follower", "wedged")))
    leader, follower, wedged = picture.members
    older = cells.status(1, leader=cells.sid(0)[:4], term=2)
    seen = type(picture)(
        database=picture.database,
        members=(leader, type(follower)(host="ctl2", process=follower.process, cluster=older, connected=True), wedged),
        recorded=picture.recorded,
    )
    assert raft.decide(seen).procedure is Procedure.WAIT
