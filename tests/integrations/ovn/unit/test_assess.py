"""What is concluded from real recordings: settings, controllers, clusters, northd, and chassis."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations.ovn import implied, memory
from remediator.integrations.ovn.facts import host as ovn_facts
from remediator.integrations.ovn.facts.host import OvnOnHost
from remediator.integrations.ovn.implied import Named, Proof
from remediator.model.hosts import Host
from remediator.model.messages.replies import Reach
from remediator.model.values import Unknown
from tests.builders.shipped import shipped
from tests.integrations.ovn import shipped as ovn_shipped
from tests.integrations.ovn import world
from tests.integrations.ovs import shipped as ovs_shipped
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit


def of_chassis(name: str, said: Any, groups: tuple[str, ...] = world.GROUPS, **more: Any) -> Any:
    (found,) = world.judged(name, world.evidence({"h1": world.reply(said)}, groups, **more))
    return found.data


def with_ids(**changed: str | None) -> dict[str, Any]:
    """Return what a healthy host says with other settings; None: the key is not there."""
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    pairs = [pair for pair in world.golden("well")["ovs"]["switch"][0]["external_ids"][1] if pair[0] not in names]
    pairs += [[name, value] for name, value in names.items() if value is not None]
    said = world.edited("well", "ovs", "switch", 0, "external_ids", value=["map", pairs])
    said["ovn"]["addresses"] = [["lo", "127.0.0.1"], ["eth1", "192.0.2.1"], ["eth1", "2001:db8::1"]]
    return said


# settings -------------------------------------------------------------------------------------------------------------


def test_settings_as_kolla_made_them_are_right() -> None:
    data = of_chassis("ovn.settings", with_ids())
    assert (data["wrong"], data["why"], data["encap_here"]) == ([], None, True)


@pytest.mark.parametrize("value", ["tcp:127.0.0.99:6642", "ssl:127.0.0.1:6642", "tcp:127.0.0.1:6642"])
def test_another_remote_is_wrong_and_settable_from_the_host_s_own_file(value: str) -> None:
    data = of_chassis("ovn.settings", with_ids(ovn_remote=value))
    assert data["wrong_keys"] == ["ovn-remote"]
    assert (data["key"], data["value_now"]) == ("ovn-remote", value)
    assert data["value_right"] == "tcp:127.0.0.1:6642,tcp:127.0.0.2:6642,tcp:127.0.0.3:6642"
    assert "neutron_ovn_metadata_agent.ini" in data["source"]


def test_the_same_remotes_in_another_order_are_right() -> None:
    data = of_chassis("ovn.settings", with_ids(ovn_remote="tcp:127.0.0.3:6642, tcp:127.0.0.2:6642,tcp:127.0.0.1:6642"))
    assert data["wrong"] == []


def test_a_missing_system_id_is_never_settable() -> None:
    data = of_chassis("ovn.settings", with_ids(system_id=None))
    assert (data["missing_keys"], data["settable"], data["value_right"]) == (["system-id"], [], None)
    assert "never set" in data["why_not"]


def test_another_system_id_is_not_called_wrong() -> None:
    assert of_chassis("ovn.settings", with_ids(system_id="someone"))["wrong"] == []


def test_two_wrong_keys_are_told_and_no_single_one_is_named() -> None:
    data = of_chassis("ovn.settings", with_ids(ovn_remote=None, ovn_encap_type="vxlan"))
    assert (data["wrong"], data["key"]) == (["ovn-remote", "ovn-encap-type"], None)
    assert len(data["settable"]) == 2


def test_without_a_proof_nothing_is_settable() -> None:
    data = of_chassis("ovn.settings", with_ids(ovn_encap_ip=None))
    assert (data["key"], data["value_right"], data["settable"]) == ("ovn-encap-ip", None, [])
    assert "nothing on this host" in data["why_not"]


def test_the_inventory_proves_the_tunnel_address_by_its_interface() -> None:
    said = with_ids(ovn_encap_ip="192.0.2.77")
    del said["ovn"]["addresses"][2]
    data = of_chassis("ovn.settings", said, tunnel_interface="eth1")
    assert (data["key"], data["value_right"], data["encap_here"]) == ("ovn-encap-ip", "192.0.2.1", False)


def test_an_interface_with_both_families_proves_no_single_address() -> None:
    data = of_chassis("ovn.settings", with_ids(ovn_encap_ip="192.0.2.77"), tunnel_interface="eth1")
    assert (data["key"], data["value_right"]) == ("ovn-encap-ip", None)
    assert of_chassis("ovn.settings", with_ids(ovn_encap_ip="2001:DB8::1"), tunnel_interface="eth1")["wrong"] == []


def test_a_template_of_the_inventory_proves_nothing() -> None:
    data = of_chassis("ovn.settings", with_ids(ovn_encap_ip="192.0.2.77"), tunnel_interface="{{ network_interface }}")
    assert (data["wrong"], data["encap_here"]) == ([], False)


def test_an_address_of_another_host_is_seen_without_any_proof() -> None:
    assert of_chassis("ovn.settings", with_ids(ovn_encap_ip="192.0.2.77"))["encap_here"] is False


def test_mapped_bridges_that_are_not_there_are_told() -> None:
    assert of_chassis("ovn.settings", with_ids())["bridges_missing"] == ["br-ex"]


def test_a_gateway_by_the_inventory_that_offers_none() -> None:
    data = of_chassis("ovn.settings", with_ids(), (*world.GROUPS, "ovn-controller-network"))
    assert (data["key"], data["value_right"], data["gateway"], data["gateway_group"]) == (
        "ovn-cms-options",
        None,
        False,
        True,
    )


def test_files_that_differ_prove_nothing() -> None:
    said = with_ids(ovn_remote="tcp:192.0.2.9:6642")
    told = said["ovn"]["files"]["told"]
    told.append({"what": "agent_remote", "file": "/x/ovn_agent.ini", "option": "o", "value": "tcp:192.0.2.8:6642"})
    data = of_chassis("ovn.settings", said)
    assert "ovn-remote" in data["unproven"]
    assert data["wrong"] == []


@pytest.mark.parametrize("case", ["other-set", "two-rows", "no-rows", "no-map"])
def test_a_database_of_another_form_is_unknown(case: str) -> None:
    rows: Any = {
        "other-set": [{"external_ids": ["set", []]}],
        "two-rows": [{"external_ids": ["map", []]}] * 2,
        "no-rows": [],
        "no-map": [{"external_ids": "x"}],
    }[case]
    data = of_chassis("ovn.settings", world.edited("well", "ovs", "switch", value=rows))
    assert isinstance(data["missing_keys"], Unknown)
    assert isinstance(data["wrong"], Unknown)


def test_a_proof_is_carried_with_each_value() -> None:
    told = ovn_facts.parse(world.golden("well")["ovn"])
    assert isinstance(told, OvnOnHost)
    host = Host(name="h1", address="h1", groups=("ovn-controller-network",), vars={"neutron_bridge_name": "br-a,br-b"})
    found = implied.implied(told, host, Named(bridge_mappings="x:y"))
    proofs = {key: one.proof for key, one in found.items() if not isinstance(one, Unknown)}
    assert proofs == {
        "ovn-remote": Proof.KOLLA_FILE, "ovn-encap-type": Proof.RELEASE, "ovn-bridge-mappings": Proof.INVENTORY,
        "ovn-cms-options": Proof.INVENTORY, "hostname": Proof.HOST, "system-id": Proof.HOST,
    }  # fmt: skip
    assert found["ovn-bridge-mappings"].settable == "physnet1:br-a,physnet2:br-b"  # type: ignore[union-attr]
    assert [key for key in ("hostname", "system-id", "ovn-cms-options") if found[key].settable] == []  # type: ignore[union-attr]


# the controller -------------------------------------------------------------------------------------------------------

CONTROLLERS = {
    "well": {"answering": "answered", "connected": True, "stopped": False, "wedged": False, "misdirected": False},
    "controller-killed": {"answering": "stopped", "stopped": True, "wedged": False, "stale_sockets": 1},
    "controller-ended": {"answering": "stopped", "stopped": True},
    "controller-wedged": {"answering": "wedged", "stopped": False, "wedged": True, "misdirected": False},
    "controller-misdirected": {"answering": "answered", "connected": False, "misdirected": True, "wedged": False},
    "no-quorum": {"answering": "answered", "connected": False, "misdirected": False},
}


@pytest.mark.parametrize("case", CONTROLLERS)
def test_each_state_of_a_controller(case: str) -> None:
    data = of_chassis("ovn.controller", world.golden(case))
    assert {name: data[name] for name in CONTROLLERS[case]} == CONTROLLERS[case]


@pytest.mark.parametrize("case", ["controller-wedged", "controller-killed"])
def test_one_that_does_not_answer_is_neither_connected_nor_not(case: str) -> None:
    assert isinstance(of_chassis("ovn.controller", world.golden(case))["connected"], Unknown)


def test_a_host_without_ovn_shows_nothing() -> None:
    nothing = {
        "ovn": {"present": False},
        "ovs": {"present": False},
        "ovn_chassis": {"asked": False, "why": "no_server"},
    }
    seen = world.evidence({"h1": world.reply({**nothing, "ovs_platform": {"present": False}})})
    for name in ("ovn.settings", "ovn.controller", "ovn.south", "ovn.south_member", "ovn.north", "ovn.northd"):
        assert world.judged(name, seen) == []
    assert [
        *world.judged("ovn.chassis", seen),
        *world.judged("ovs.switch", seen),
        *world.judged("ovs.platform", seen),
    ] == []


def test_a_switch_of_ml2_ovs_is_well_without_ovn() -> None:
    said = with_ids(**dict.fromkeys(("ovn_remote", "ovn_encap_ip", "ovn_encap_type", "ovn_bridge_mappings")))
    said["ovn"] = {"present": False}
    assert world.judged("ovn.settings", world.evidence({"h1": world.reply(said)})) == []
    (found,) = world.judged("ovs.switch", world.evidence({"h1": world.reply(said)}))
    assert (found.data["ovn"], found.data["database"]) == (False, "answered")


def test_a_host_that_is_not_reached_is_unknown() -> None:
    seen = world.evidence({"h1": world.reply(world.golden("well"), reach=Reach.UNREACHABLE)})
    (found,) = world.judged("ovn.controller", seen)
    assert {type(value) for name, value in found.data.items()} == {Unknown}


# raft -----------------------------------------------------------------------------------------------------------------


def whole(**changed: str | None) -> Any:
    (found,) = world.judged("ovn.south", world.raft(**changed))
    return found.data


def member(host: str, **changed: str | None) -> Any:
    (found,) = (one for one in world.judged("ovn.south_member", world.raft(**changed)) if one.target.name == host)
    return found.data


def test_a_whole_cluster() -> None:
    data = whole()
    assert (data["quorum"], data["leader"], data["proven_connected"], data["mixed"]) == (True, "h1", 3, False)
    assert (data["ghosts"], data["left"], data["joining"]) == ([], [], [])


@pytest.mark.parametrize(
    ("changed", "quorum", "proven", "may_be"),
    [
        ({"h3": "member-killed"}, True, 2, 2),
        ({"h3": "member-wedged"}, True, 2, 3),
        ({"h3": None}, True, 2, 3),
        ({"h3": "joining"}, True, 2, 2),
        ({"h3": "left"}, True, 2, 2),
        ({"h1": "no-quorum", "h2": "member-killed", "h3": "member-killed"}, False, 0, 0),
        ({"h1": "no-quorum", "h2": "no-quorum", "h3": None}, False, 0, 1),
    ],
)
def test_each_loss_of_members(changed: dict[str, str | None], quorum: bool, proven: int, may_be: int) -> None:
    data = whole(**changed)
    assert (data["quorum"], data["proven_connected"], data["may_be_connected"]) == (quorum, proven, may_be)


@pytest.mark.parametrize(
    "changed",
    [
        {"h1": None, "h2": None},
        {"h1": "no-quorum", "h2": None, "h3": None},
        {"h1": "member-wedged", "h2": "member-wedged"},
    ],
)
def test_what_nobody_heard_of_makes_the_quorum_unknown(changed: dict[str, str | None]) -> None:
    assert isinstance(whole(**changed)["quorum"], Unknown)


@pytest.mark.parametrize("case", ["standalone", "other-cluster"])
def test_another_database_beside_the_cluster_is_mixed(case: str) -> None:
    data = whole(h3=case)
    assert data["mixed"] is True
    assert data["leader"] == "h1"


def test_a_lone_standalone_server_has_its_quorum() -> None:
    (found,) = world.judged("ovn.south", world.evidence({"h3": world.reply(world.golden("standalone"), "h3")}))
    assert (found.data["quorum"], found.data["leader"], found.data["mixed"]) == (True, "h3", False)


@pytest.mark.parametrize("case", ["relay", "other-schema"])
def test_a_server_of_something_else_is_no_member(case: str) -> None:
    data = member("h3", h3=case)
    assert data["standing"] is None or isinstance(data["standing"], Unknown)
    assert whole(h3=case)["proven_connected"] == 2


def test_the_others_alone_hold_a_majority() -> None:
    assert member("h3", h3="member-killed")["quorum_without_me"] is True
    assert member("h1", h3="member-killed")["quorum_without_me"] is False
    assert isinstance(member("h1", h3="member-wedged")["quorum_without_me"], Unknown)


def test_a_ghost_counts_for_the_majority() -> None:
    """Four servers in the list: two of three that run are no majority of four without the third."""
    changed = {"h1": "ghost", "h2": "terms", "h3": "ghost-itself"}
    assert whole(**changed)["quorum"] is True
    assert member("h1", **changed)["quorum_without_me"] is False


def test_a_proven_stop_makes_what_only_a_running_server_has_absent() -> None:
    data = member("h3", h3="member-killed")
    assert (data["stopped"], data["standing"], data["connected"], data["term"]) == (True, None, None, None)
    data = member("h3", h3="member-wedged")
    assert (data["stopped"], data["wedged"]) == (False, True)
    assert isinstance(data["standing"], Unknown)


def test_climbing_terms_are_elections() -> None:
    kept, said = None, world.golden("follower")
    text = said["ovn"]["daemons"]["south_control"]["answers"][0][1]
    for number in range(8):
        changed = world.edited(
            "follower",
            "ovn",
            "daemons",
            "south_control",
            "answers",
            value=[[None, text.replace("Term: 1\n", f"Term: {number}\n")]],
        )
        kept = memory.remember(kept, make.reply("h2", asked_s=3600.0 + 15 * number, **{"ovn": changed["ovn"]}))
    assert kept is not None
    assert kept.elections("OVN_Southbound") == 7
    assert kept.elections("OVN_Northbound") == 0
    later = memory.remember(kept, make.reply("h2", asked_s=3600.0 + 720, **{"ovn": said["ovn"]}))
    assert later.elections("OVN_Southbound") == 0


# northd ---------------------------------------------------------------------------------------------------------------


def northd(**changed: str | None) -> Any:
    (found,) = world.judged("ovn.northd", world.raft(**changed))
    return found.data


def test_one_is_active_and_the_others_stand_by() -> None:
    data = northd()
    assert (data["active"], data["standby"], data["none_active"], data["several_active"]) == (
        ["h1"],
        ["h2", "h3"],
        False,
        False,
    )


def test_none_is_active_only_when_each_is_known() -> None:
    assert northd(h1="northd-paused")["none_active"] is True
    assert northd(h1="northd-paused")["paused"] == ["h1"]
    assert isinstance(northd(h1=None)["none_active"], Unknown)


def test_two_are_active() -> None:
    assert northd(h2="interface-error")["several_active"] is True


# chassis --------------------------------------------------------------------------------------------------------------


def southbound(**changed: str | None) -> Any:
    (found,) = world.judged("ovn.chassis", world.raft(**changed))
    return found.data


def test_the_leader_tells_of_the_chassis() -> None:
    data = southbound()
    assert (data["asked"], data["chassis"], data["alive"], data["dead"], data["hosts"]) == ("h1", 3, 3, [], 3)


def test_a_chassis_that_is_behind_is_dead_by_neutron_s_rule() -> None:
    data = southbound(h1="chassis-dead")
    assert (data["alive"], data["dead"], data["lone_gateways"]) == (1, ["h2", "h3"], ["gw"])


@pytest.mark.parametrize("changed", [{"h1": "no-quorum"}, {"h1": None}, {"h3": "other-cluster"}])
def test_without_one_leader_the_rows_are_unknown(changed: dict[str, str | None]) -> None:
    assert isinstance(southbound(**changed)["dead"], Unknown)


# where the files say nothing ------------------------------------------------------------------------------------------


def without_files(case: str) -> Any:
    return world.edited(case, "ovn", "files", "told", value=[])


def test_a_connected_controller_is_well_though_no_file_names_the_database() -> None:
    data = of_chassis("ovn.controller", without_files("well"))
    assert (data["connected"], data["misdirected"]) == (True, None)


def test_one_that_is_not_connected_may_be_misdirected_and_nobody_can_tell() -> None:
    data = of_chassis("ovn.controller", without_files("controller-misdirected"))
    assert data["connected"] is False
    assert isinstance(data["misdirected"], Unknown)


def test_the_inventory_s_own_address_of_the_database_is_a_proof() -> None:
    seen = world.evidence({"127.0.0.2": world.reply(without_files("no-quorum"), "127.0.0.2")})
    (found,) = world.judged("ovn.controller", seen)
    assert (found.data["connected"], found.data["misdirected"]) == (False, False)


TEXTS = {
    "no remote": ("ovn-controller", {"remote": None, "misdirected": None, "connected": False}, "it has no ovn-remote"),
    "not connected": ("ovn-controller", {"misdirected": Unknown("x"), "connected": False}, "not connected to tcp:"),
    "wedged": ("ovn-controller", {"wedged": True, "connected": Unknown("x")}, "wedged: its socket"),
    "engine silent": (
        "ovn-controller",
        {"missing": Unknown("e"), "operator_stopped": Unknown("e"), "connected": False},
        "not connected to tcp:",
    ),
    "half a member": (
        "ovn-sb-member",
        {"connected": False, "standing": Unknown("x"), "ghosts": Unknown("x"), "term": Unknown("x")},
        "not connected to a majority",
    ),
    "no database": (
        "ovs-switch",
        {"database": "wedged", "bridges": Unknown("x"), "errors_in_all": Unknown("x")},
        "wedged",
    ),
}


@pytest.mark.parametrize("what", TEXTS)
def test_a_text_stands_though_a_part_of_it_is_unknown(what: str) -> None:
    check, changed, expected = TEXTS[what]
    healthy = {**ovn_shipped.SHIPPED.healthy, **ovs_shipped.SHIPPED.healthy}[check]
    said = shipped().checks[check].output.render({**healthy, **changed})
    assert expected in said
    assert "operator_stopped" not in said, "the fields as they are, since the text cannot be rendered"
