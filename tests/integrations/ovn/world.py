"""What hosts with OVN say, from the golden files of a real raft of three, and replies made of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remediator.collect.facts import FactsOfHosts
from remediator.integrations.ovn import memory
from remediator.model.content.judging import Assessed
from remediator.model.hosts import Host, Inventory
from remediator.model.messages.replies import HostReply, Reach
from tests.builders import replies
from tests.builders.replies import SHIPPED
from tests.unit.integrations import section as make

GOLDEN = Path(__file__).parent / "golden"
CASES = tuple(sorted(path.stem for path in GOLDEN.glob("*.json")))
GROUPS = ("openvswitch", "ovn-controller", "ovn-northd", "ovn-nb-db", "ovn-sb-db")
HOSTS = ("h1", "h2", "h3")


def golden(case: str) -> dict[str, Any]:
    """Return the sections of one host as they were recorded."""
    found: dict[str, Any] = json.loads((GOLDEN / f"{case}.json").read_text())["sections"]
    return found


def edited(case: str, *path: Any, value: Any) -> dict[str, Any]:
    """Return the sections of `case` with another value in one place."""
    found = copy.deepcopy(golden(case))
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


def reply(said: Mapping[str, Any], host: str = "h1", reach: Reach = Reach.OK) -> HostReply:
    """Return the reply of a host that says `said`, beside healthy containers."""
    names = ("ovn_controller", "ovn_northd", "ovn_nb_db", "ovn_sb_db", "openvswitch_db", "openvswitch_vswitchd")
    containers = make.containers(*(make.container(name) for name in names), units=dict.fromkeys(names, make.unit()))
    return make.reply(host, reach=reach, **{"containers": containers, **said})


def evidence(said: Mapping[str, HostReply | None], groups: tuple[str, ...] = GROUPS, **more: Any) -> FactsOfHosts:
    """Return evidence of hosts in every group of OVN; `more` are variables of the inventory."""
    known = {name: each for name, each in said.items() if each is not None}
    hosts = {
        name: Host(name=name, address=name, groups=groups, vars={key: str(value) for key, value in more.items()})
        for name in said
    }
    return FactsOfHosts(
        hosts=tuple(said),
        inventory=Inventory(hosts=hosts, version="v", source="test"),
        now=make.at(3600.0),
        replies=known,
        memories={name: memory.remember(None, each) for name, each in known.items()},
    )


def judged(name: str, seen: FactsOfHosts) -> list[Assessed]:
    """Return the results of assessment `name`."""
    (spec,) = (spec for one in SHIPPED.values() for spec in one.assessments if spec.name == name)
    found = list(spec.judge(seen))
    assert all(set(one.data) == set(spec.fields) for one in found), "exactly the declared fields"
    return found


def raft(**changed: str | None) -> FactsOfHosts:
    """Return a cluster of three whose members say what was recorded of each, some of them something else; None: the
    host was never asked."""
    cases: dict[str, str | None] = {"h1": "well", "h2": "follower", "h3": "follower-of-three", **changed}
    return evidence({host: None if case is None else reply(golden(case), host) for host, case in cases.items()})


KINDS = replies.KINDS
