"""What people reported of OVN in public, reduced to inputs of our own: how each of them is read."""

from __future__ import annotations

import pytest

from remediator.integrations.ovn.facts import cluster_status
from remediator.integrations.ovn.facts.cluster_status import ClusterStatus, Role, Standing
from remediator.integrations.ovs.facts import settings
from remediator.model.values import Unknown
from tests.integrations.ovn import world

pytestmark = pytest.mark.unit

UUID = "-1111-4111-8111-111111111111"


def told(
    *, sid: str = "aa01", servers: tuple[str, ...], middle: str, standing: str = "cluster member"
) -> ClusterStatus:
    text = (
        f"{sid}\nName: OVN_Southbound\nCluster ID: c1c1 (c1c1c1c1{UUID})\nServer ID: {sid} ({sid}0000{UUID})\n"
        f"Address: ssl:192.0.2.1:6644\nStatus: {standing}\n{middle}\nElection timer: 4000\nLog: [9, 9]\n"
        "Entries not yet committed: 0\nEntries not yet applied: 0\n"
        "Connections: (->aa02) ->aa03 <-aa03\nServers:\n" + "".join(f"    {one}\n" for one in servers)
    )
    found = cluster_status.parse(text)
    assert isinstance(found, ClusterStatus), found
    return found


def test_a_rebuilt_cluster_that_still_counts_servers_of_long_ago() -> None:
    """openvswitch/ovs-issues 242: five servers in the list, three hosts, and no majority for ever."""
    servers = (
        "aa01 (aa01 at ssl:192.0.2.1:6644) (self) (voted for aa01)",
        *(f"aa0{n} (aa0{n} at ssl:192.0.2.{n}:6644)" for n in range(2, 6)),
    )
    found = told(servers=servers, middle="Role: candidate\nTerm: 8272\nLeader: unknown\nVote: self\n")
    assert (found.role, found.leader, found.term, len(found.servers)) == (Role.CANDIDATE, None, 8272, 5)
    assert (found.disconnections, found.remote.protocol) == (None, "ssl")  # type: ignore[union-attr]


def test_servers_by_name_and_one_that_is_being_added() -> None:
    """ovn-org/ovn 235: names instead of addresses, a follower that never gets beyond its catch-up."""
    place = "tcp:ovn-sb-0.ovn-sb.openstack.svc.cluster.example:6644"
    found = told(
        servers=(f"aa01 (aa01 at {place}) (self) next_index=8 match_index=16",),
        middle=f"Adding server aa09 (aa09 at {place.replace('-0', '-2')}) (adding: catchup)\n"
        "Role: leader\nTerm: 4\nLeader: self\nVote: self\n\n"
        "Last Election started 5449532 ms ago, reason: leadership_transfer\nLast Election won: 5449524 ms ago",
    )
    assert found.servers[0].remote.literal is False  # type: ignore[union-attr]
    assert (found.election_reason, found.election_won_ms) == ("leadership_transfer", 5449524)


def test_a_server_that_joins_for_ever_by_an_id_that_is_gone() -> None:
    """kubeovn/kube-ovn 6907: it answers, and is in nobody's cluster."""
    found = told(
        servers=(),
        standing="joining cluster",
        middle="Remotes for joining: ssl:192.0.2.2:6644 ssl:192.0.2.3:6644\n"
        "Role: follower\nTerm: 0\nLeader: unknown\nVote: unknown\n",
    )
    assert (found.standing, found.servers, len(found.joining_by)) == (Standing.JOINING, (), 2)


def test_a_server_that_left_answers_and_knows_no_cluster() -> None:
    """okd-project/okd 367: ``unknown cluster``; the server serves nothing any more."""
    (result,) = world.judged("ovn.south", world.raft(h3="left"))
    assert (result.data["left"], result.data["quorum"], result.data["proven_connected"]) == (["h3"], True, 2)
    (one,) = (each for each in world.judged("ovn.south_member", world.raft(h3="left")) if each.target.name == "h3")
    assert isinstance(one.data["standing"], Unknown)
    assert one.data["stopped"] is False


def test_an_empty_system_id_is_none() -> None:
    """kubeovn/kube-ovn 423: ``system-id=""``."""
    found = [pair if pair[0] != "system-id" else ["system-id", ""] for pair in ids()]
    said = world.edited("well", "ovs", "switch", 0, "external_ids", value=["map", found])
    (result,) = world.judged("ovn.settings", world.evidence({"h1": world.reply(said)}))
    assert result.data["missing_keys"] == ["system-id"]
    assert (result.data["key"], result.data["value_right"]) == ("system-id", None)


def test_an_address_in_quotes_is_none() -> None:
    """ovn-kubernetes 1016: quotes that somebody's shell left in the value."""
    found = settings.parse({"ovn-encap-ip": '"192.0.2.1"'})
    assert isinstance(found.encap_addresses, Unknown)


def test_a_setting_of_one_chassis_on_a_host_with_several() -> None:
    """ovn-kubernetes 5861: ``KEY-SYSTEM_ID`` beside ``KEY``; which one holds depends on the release."""
    found = settings.parse(
        {"system-id": "h1", "ovn-remote": "tcp:192.0.2.1:6642", "ovn-remote-h1": "tcp:192.0.2.9:6642"}
    )
    assert isinstance(found.of("ovn-remote"), Unknown)
    assert isinstance(found.remotes, Unknown)
    same = settings.parse({"system-id": "h1", "ovn-monitor-all": "true", "ovn-monitor-all-h1": "true"})
    assert same.monitor_all is True


def test_a_server_that_joined_again_without_being_kicked() -> None:
    """openvswitch/ovs-issues 162, kube-ovn 5669: two ids at one address, and messages for the old one."""
    (result,) = world.judged("ovn.south", world.raft(h1="ghost", h2="terms", h3="ghost-itself"))
    assert len(result.data["ghosts"]) == 1
    assert "tcp:127.0.0.3:6644" in result.data["ghosts"][0]


def ids() -> list[list[str]]:
    found: list[list[str]] = world.golden("well")["ovs"]["switch"][0]["external_ids"][1]
    return found
