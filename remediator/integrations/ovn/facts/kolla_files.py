"""What the host's own files of kolla say of OVN: the proof behind each value that a setting should have. Pure.

Invariant: a value is known only with the file and option it stands in. Two files that say different things make it
UNKNOWN. Absent means that no file of this host says it, which is not rare: for most settings kolla leaves nothing on
the host's disk. ``[ovn] ovn_sb_connection`` of neutron_ovn_metadata_agent.ini and
ovn_agent.ini is what kolla sets as ``ovn-remote``, relays included (2025.1 and later). That of ml2_conf.ini, and
northd's command, name the members and never relays. Source: kolla-ansible, roles neutron, ovn-controller and ovn-db,
victoria (2020) to 2026.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovs.facts import remotes
from remediator.model.values import Unknown

LISTS = frozenset({"agent_remote", "south_members", "north_members"})
NAMES = (*sorted(LISTS), "south_address", "north_address", "nova_host", "physical_networks")
MOST_TOLD = 32
MOST_FILE = 200
MOST_VALUE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A value, and where on the host's disk it stands."""

    value: str
    file: str
    option: str
    """``[SECTION] NAME``, or the word of a command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KollaFiles:
    """The parts of one host's /etc/kolla that bear on OVN."""

    agent_remote: Told | Unknown | None
    """Where the agents of this host find the southbound database: what its ``ovn-remote`` is set to."""
    south_members: Told | Unknown | None
    """All members of the southbound cluster (of northd's command, else of ml2_conf.ini)."""
    north_members: Told | Unknown | None
    south_address: Told | Unknown | None
    """Where this host's southbound server speaks to its cluster (``--db-sb-cluster-local-addr``)."""
    north_address: Told | Unknown | None
    nova_host: Told | Unknown | None
    """``[DEFAULT] host`` of nova-compute's nova.conf; None: nova takes the host's own name."""
    physical_networks: Told | Unknown | None
    """``[ml2_type_flat] flat_networks`` of ml2_conf.ini: only where neutron-server runs."""
    ovs_agent: bool | Unknown
    """neutron-openvswitch-agent is configured here: this host's switch is ML2/OVS', not OVN's."""


def parse(item: Mapping[str, Any]) -> KollaFiles:
    """Return what the files say. Raise as `typed` does."""
    rows = [typed.table({"told": one}, "told") for one in typed.items(item, "told", MOST_TOLD)]
    by: dict[str, list[Told | Unknown]] = {name: [] for name in NAMES}
    for row in rows:
        what = typed.text(row, "what", 32)
        if what in by:
            by[what].append(_told(row))
    found = {name: _settled(each, lists=name in LISTS) for name, each in by.items()}
    return KollaFiles(**found, ovs_agent=typed.flag(item, "ovs_agent"))


def _told(row: Mapping[str, Any]) -> Told | Unknown:
    file, option = typed.text(row, "file", MOST_FILE), typed.text(row, "option", MOST_FILE)
    value = typed.text_or_none(row, "value", MOST_VALUE)
    return Unknown(f"{file}: cannot be read") if value is None else Told(value=value, file=file, option=option)


def _settled(told: Sequence[Told | Unknown], *, lists: bool) -> Told | Unknown | None:
    """Return the one value that all files have; UNKNOWN when they differ, or one of them cannot be read."""
    for one in told:
        if isinstance(one, Unknown):
            return one
    known = [one for one in told if isinstance(one, Told)]
    if not known:
        return None
    for other in known[1:]:
        equal = remotes.same(known[0].value, other.value) if lists else known[0].value == other.value
        if not equal:
            return Unknown(f"{known[0].file} and {other.file} differ")
    return known[0]
