"""What a host with OVN says in its own sections, for the tests of whatever a host may say
(`tests/unit/integrations/hostile.py`)."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from remediator.integrations.ovn import memory
from remediator.model.messages.replies import HostReply
from tests.integrations.ovn import world

PARSERS_OF_PARTS = frozenset(
    f"remediator.integrations.{name}"
    for name in (
        "ovn.facts.cluster_status",
        "ovn.facts.controller",
        "ovn.facts.database",
        "ovn.facts.kolla_files",
        "ovn.facts.northd",
        "ovs.facts.answering",
        "ovs.facts.settings",
    )
)
"""Modules whose `parse` reads a part of a section, at the call of the section's own parser."""


def sections() -> dict[str, Any]:
    """Return each section of a host with every daemon of OVN, with something in each place of it."""
    said = copy.deepcopy(world.golden("chassis-dead"))
    relay = copy.deepcopy(said["ovn"]["daemons"]["south"])
    relay["reached"]["processes"] = [{"pid": 7, "state": "S"}]
    said["ovn"]["daemons"] = {
        name: said["ovn"]["daemons"][name] for name in ("controller", "northd", "south", "south_control")
    } | {"relay_1": relay}
    said["ovn"]["addresses"] = [["eth0", "192.0.2.11"], ["eth1", "2001:db8::11"]]
    said["ovs_platform"] |= {"apparmor": True, "denials": [{"profile": "docker-default", "what": "/x", "ago_s": 5.0}]}
    said["ovs"]["errors"] = [{"name": "tap1", "error": "No such device", "port": "p"}]
    return said


def grown(size: int) -> dict[str, Any]:
    """Return the sections whose lists and texts can be longer, `size` times what they were."""
    said = sections()
    said["ovn_chassis"]["chassis"] = [
        [f"c{number}", f"c{number}.example", [["geneve", "192.0.2.1"]], "", 0] for number in range(size)
    ]
    said["ovn_chassis"]["private"] = [[f"c{number}", f"c{number}", 0, 0] for number in range(size)]
    said["ovn"]["addresses"] = [[f"eth{number}", "192.0.2.1"] for number in range(size)]
    return said


def recorded() -> Iterator[Mapping[str, Any]]:
    """Yield what real hosts have said."""
    for case in world.CASES:
        yield world.golden(case)


def looked_at(reply: HostReply) -> None:
    """Read `reply` in the ways of the memory, which no assessment takes."""
    memory.remember(None, reply)
