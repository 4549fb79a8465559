"""The OVN oracle is sane: nothing of the product is in it, and in every row it keeps what its rules promise."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.integrations.ovn import oracle
from tests.integrations.ovn.oracle import Northds, Raft

pytestmark = pytest.mark.unit

SIZES = {1: 384, 3: 98_304, 5: 372_096}
"""Cells by the number of members: 16 states a member, 24 facts of the cluster, one order of five."""


def test_nothing_of_the_product_is_imported() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(Path(oracle.__file__).read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("members", "facts", "expected"),
    [
        (("leader", "follower", "follower"), {}, ("nothing", ())),
        (("leader", "follower", "stopped"), {}, ("start", (2,))),
        (("leader", "stopped", "stopped"), {}, ("start", (1,))),
        (("stopped", "stopped", "stopped"), {}, ("start", (0, 1, 2))),
        (("stopped", "stopped", "stopped"), {"recorded": False}, ("refuse", ())),
        (("candidate", "stopped", "stopped"), {}, ("start", (1, 2))),
        (("unknown", "stopped", "stopped"), {}, ("refuse", ())),
        (("leader", "unknown", "stopped"), {}, ("start", (2,))),
        (("leader", "follower", "wedged"), {}, ("restart", (2,))),
        (("leader", "follower", "wedged"), {"settled": False}, ("wait", ())),
        (("leader", "follower", "wedged"), {"settled": None}, ("wait", ())),
        (("leader", "follower", "wedged"), {"ghosts": 1}, ("refuse", ())),
        (("leader", "follower", "wedged"), {"ghosts": None}, ("refuse", ())),
        (("leader", "wedged", "unknown"), {}, ("refuse", ())),
        (("lone", "wedged", "wedged"), {}, ("refuse", ())),
        (("leader", "follower", "follower", "wedged", "unknown"), {}, ("restart", (3,))),
        (("leader", "follower", "foreign"), {}, ("refuse", ())),
        (("standalone", "stopped", "stopped"), {}, ("refuse", ())),
        (("leader", "leader", "stopped"), {}, ("wait", ())),
        (("leader", "follower", "left"), {}, ("refuse", ())),
        (("wedged",), {}, ("refuse", ())),
        (("stopped",), {}, ("start", (0,))),
        (("standalone",), {}, ("nothing", ())),
    ],
)
def test_known_pictures(members: tuple[str, ...], facts: dict[str, int], expected: tuple[str, tuple[int, ...]]) -> None:
    assert oracle.raft(Raft(members, **facts))[:2] == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("size", sorted(SIZES))
def test_every_row_of_a_raft_keeps_what_the_rules_promise(size: int) -> None:
    count = 0
    for cell in oracle.raft_cells(size):
        count += 1
        procedure, members, rule, why = oracle.raft(cell)
        assert procedure in oracle.PROCEDURES
        assert rule in ("OVN-1", "OVN-2", "OVN-3")
        assert why
        assert bool(members) == (procedure in (oracle.START, oracle.RESTART))
        touched = [cell.members[member] for member in members]
        if procedure == oracle.START:
            assert set(touched) == {"stopped"}
            assert cell.recorded
            assert not {"foreign"} & set(cell.members)
        if procedure == oracle.RESTART:
            assert len(touched) == 1
            assert touched[0] in oracle.OUT
            rest = [state for index, state in enumerate(cell.members) if index not in members]
            assert 2 * sum(state in ("leader", "follower") for state in rest) > size + (cell.ghosts or 0)
            assert rest.count("leader") == 1
            assert cell.settled
    assert count == SIZES[size]


@pytest.mark.parametrize("size", [1, 3])
def test_who_is_known_less_of_is_never_touched_instead(size: int) -> None:
    """With one member unread nobody is touched who was not touched before, but for the next in the same row."""
    for cell in oracle.raft_cells(size):
        before = oracle.raft(cell)
        for index in range(size):
            members = (*cell.members[:index], "unknown", *cell.members[index + 1 :])
            after = oracle.raft(cell._replace(members=members))
            for member in after.members:
                assert _allowed(cell, member, after.procedure), (cell, index, before, after)


def _allowed(cell: Raft, member: int, procedure: str) -> bool:
    """Return whether `member` may be acted upon in `cell`, now or once others that hold it up are through."""
    if procedure == oracle.START:
        return cell.members[member] == "stopped"
    rest = tuple(
        state if index == member or state in ("leader", "follower") else "off"
        for index, state in enumerate(cell.members)
    )
    return oracle.restartable(cell._replace(members=rest), member)


def test_who_is_told_to_restart_is_out_and_no_leader_ever_is() -> None:
    assert not {"leader", "lone", "follower"} & set(oracle.OUT)


NORTHD_SIZES = {1: 21, 3: 1_029, 5: 50_421}


@pytest.mark.parametrize("size", sorted(NORTHD_SIZES))
def test_every_row_of_northd_keeps_what_the_rule_promises(size: int) -> None:
    count = 0
    for cell in oracle.northd_cells(size):
        count += 1
        procedure, members, rule, _ = oracle.northd(cell)
        assert rule == "OVN-4"
        touched = [cell.members[member] for member in members]
        assert len(touched) == (procedure in (oracle.START, oracle.RESTART))
        if touched:
            assert touched[0] in ("stopped", "wedged", "standby")
            assert "paused" not in cell.members
            assert cell.members.count("active") <= 1
            assert "active" in cell.members or (cell.led and "unknown" not in cell.members)
        if touched == ["standby"]:
            assert "active" not in cell.members
    assert count == NORTHD_SIZES[size]


@pytest.mark.parametrize(
    ("members", "led", "expected"),
    [
        (("active", "standby", "standby"), True, ("nothing", ())),
        (("active", "standby", "stopped"), False, ("start", (2,))),
        (("standby", "standby", "stopped"), None, ("refuse", ())),
        (("active", "active", "stopped"), True, ("refuse", ())),
        (("paused", "standby", "stopped"), True, ("refuse", ())),
        (("standby", "standby", "standby"), True, ("restart", (0,))),
        (("stopped", "unknown", "standby"), True, ("refuse", ())),
        (("wedged", "stopped", "off"), True, ("start", (1,))),
        (("off", "off", "off"), True, ("refuse", ())),
    ],
)
def test_known_pictures_of_northd(
    members: tuple[str, ...], led: bool | None, expected: tuple[str, tuple[int, ...]]
) -> None:
    assert oracle.northd(Northds(members, led))[:2] == expected
