"""The text of ``cluster/status`` in every state that its source can print, and in forms that it cannot."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.integrations.ovn.facts import cluster_status
from remediator.integrations.ovn.facts.cluster_status import ClusterStatus, Connection, Role, Standing
from remediator.model.values import Unknown
from tests.integrations.ovn import world

pytestmark = pytest.mark.unit


def text_of(case: str) -> str:
    found: str = world.golden(case)["ovn"]["daemons"]["south_control"]["answers"][0][1]
    return found


LEADER = text_of("well")


def parsed(text: str) -> ClusterStatus:
    found = cluster_status.parse(text)
    assert isinstance(found, ClusterStatus), found
    return found


STATES = {
    "well": (Standing.MEMBER, Role.LEADER, "self", 3),
    "follower": (Standing.MEMBER, Role.FOLLOWER, "other", 3),
    "no-quorum": (Standing.DISCONNECTED, Role.CANDIDATE, None, 3),
    "joining": (Standing.JOINING, Role.FOLLOWER, None, 0),
    "ghost": (Standing.MEMBER, Role.LEADER, "self", 4),
    "other-cluster": (Standing.MEMBER, Role.LEADER, "self", 1),
}


@pytest.mark.parametrize("case", STATES)
def test_each_recorded_state(case: str) -> None:
    standing, role, leader, servers = STATES[case]
    found = parsed(text_of(case))
    assert (found.standing, found.role, len(found.servers)) == (standing, role, servers)
    assert {"self": "self", None: None}.get(found.leader, "other") == leader


def test_a_leader_tells_how_far_each_server_is() -> None:
    found = parsed(LEADER)
    assert found.is_leader
    assert found.leader_sid == found.sid == found.server_id[:4]
    assert [one.match_index is not None for one in found.servers] == [True, True, True]
    assert sum(one.is_self for one in found.servers) == 1
    assert found.doubled_addresses == {}


def test_one_that_joins_has_no_cluster_yet() -> None:
    found = parsed(text_of("joining"))
    assert (found.cluster_id, found.joining_by) == (None, ("tcp:127.0.0.77:6644",))
    assert not any(one.up for one in found.connections)


def test_a_ghost_is_a_second_server_at_one_address() -> None:
    ((address, sids),) = parsed(text_of("ghost")).doubled_addresses.items()
    assert (address, len(sids)) == ("tcp:127.0.0.3:6644", 2)


def test_two_spellings_of_one_address_are_one() -> None:
    text = LEADER.replace("tcp:127.0.0.2:6644", "tcp:[2001:db8::2]:6644").replace(
        "tcp:127.0.0.3:6644", "tcp:[2001:0DB8::2]:6644"
    )
    assert len(parsed(text).doubled_addresses) == 1


def test_terms_climb_from_one_recording_to_the_next() -> None:
    before, after = parsed(text_of("follower")), parsed(text_of("terms"))
    assert before.term is not None
    assert after.term is not None
    assert (after.server_id, after.term > before.term) == (after.server_id, True)


@pytest.mark.parametrize("standing", list(Standing))
def test_every_standing_that_the_source_has(standing: Standing) -> None:
    text = LEADER.replace("Status: cluster member", f"Status: {standing.value}")
    assert parsed(text).standing is standing


def test_an_older_release_says_less() -> None:
    """2.12 prints neither elections nor disconnections, nor when a server was heard."""
    lines = [line for line in LEADER.splitlines() if not line.startswith(("Last Election", "Disconnections"))]
    found = parsed("\n".join(line.split(" last msg")[0] for line in lines) + "\n")
    assert (found.disconnections, found.election_won_ms, found.election_started_ms) == (None, None, None)
    assert {one.last_msg_ms for one in found.servers} == {None}


def test_a_timer_that_changes_and_servers_that_come_and_go() -> None:
    text = LEADER.replace("Election timer: 1000", "Election timer: 1000 (changing to 2000)").replace(
        "Role: leader", "Adding server abcd (abcd at tcp:[2001:db8::9]:6644) (adding: catchup)\nRole: leader"
    )
    assert parsed(text).election_timer_ms == 1000


def test_connections_are_up_or_in_parentheses() -> None:
    text = (
        LEADER[: LEADER.index("Connections:")]
        + "Connections: (->a1b2) <-a1b2 ->0000\n"
        + LEADER[LEADER.index("Disconn") :]
    )
    assert parsed(text).connections == (
        Connection(sid="a1b2", outgoing=True, up=False),
        Connection(sid="a1b2", outgoing=False, up=True),
        Connection(sid="0000", outgoing=True, up=True),
    )


WRONG: dict[str, Any] = {
    "cut in a line": LEADER[:-20],
    "cut before its servers": LEADER[: LEADER.index("Servers:")],
    "cut at the start": LEADER[200:],
    "a status that nobody knows": LEADER.replace("cluster member", "cluster friend"),
    "a role that nobody knows": LEADER.replace("Role: leader", "Role: <error>"),
    "twice": LEADER.replace("Term: 1\n", "Term: 1\nTerm: 2\n"),
    "no leader's line": LEADER.replace("Leader: self\n", ""),
    "a term that is none": LEADER.replace("Term: 1\n", "Term: one\n"),
    "a term of other digits": LEADER.replace("Term: 1\n", "Term: ²\n"),
    "an id that is not its own": LEADER.replace(parsed(LEADER).server_id, "ffff" + parsed(LEADER).server_id[4:]),
    "a server that is none": LEADER.replace("(self)", "(self\x00)").replace(" at tcp", " in tcp"),
    "half a parenthesis": LEADER.replace("Connections: ", "Connections: (->a1b2 "),
    "empty": "",
    "another text": "unknown cluster",
    "too many servers": LEADER + "".join(f"    {n:04x} ({n:04x} at tcp:10.0.0.1:1)\n" for n in range(65)),
    "endless": LEADER + "x" * 70_000,
}


@pytest.mark.parametrize("what", WRONG)
def test_what_no_server_prints_is_unknown(what: str) -> None:
    assert isinstance(cluster_status.parse(WRONG[what]), Unknown)


@given(st.integers(0, len(LEADER)), st.text(max_size=6))
def test_any_text_in_any_place_is_facts_or_unknown(at: int, odd: str) -> None:
    found = cluster_status.parse(LEADER[:at] + odd + LEADER[at + len(odd) :])
    assert isinstance(found, (ClusterStatus, Unknown))
    json.dumps(repr(found))
