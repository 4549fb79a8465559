"""From the section `ovs` of one reply to frozen facts about the host's own switch: its database, its settings, its
bridges, and the interfaces that have errors. Pure.

Invariant: a host without Open vSwitch has `present` False, and nothing else is asked. What the database did not say is
UNKNOWN with how it answered. Nothing here was waited for: the database answers without ovs-vswitchd. Sources:
ovs-vswitchd.conf.db(5) for tables and columns; RFC 7047 for values (a set or a map may stand where a scalar is usual);
kolla-ansible roles/openvswitch for containers and sockets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovs.facts import answering, settings
from remediator.integrations.ovs.facts.answering import Reached
from remediator.integrations.ovs.facts.settings import Settings
from remediator.model.kleene import Truth
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

INTEGRATION_BRIDGE = "br-int"
MOST_BRIDGES = 256
MOST_ERRORS = 64
MOST_NAME = 64
MOST_ERROR = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceError:
    """An interface that the switch could not make, in its own words (``could not open network device tap1 (No such
    device)``)."""

    name: str
    error: str
    port_id: str | None
    """``external_ids:iface-id``: the Neutron port; None: it is nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One reply's section `ovs`."""

    present: bool
    """Open vSwitch is on this host, by its run directory or its configuration below /etc/kolla."""
    database: Reached
    """The local ovsdb-server."""
    settings: Settings | Unknown
    version: str | Unknown | None
    """Of Open vSwitch, as ovs-vswitchd wrote it at its start (``ovs_version``); None: it never did."""
    applied: Truth
    """ovs-vswitchd has applied all that was asked of it: ``cur_cfg`` is ``next_cfg``. False for a moment is normal."""
    bridges: tuple[str, ...] | Unknown
    errors: tuple[InterfaceError, ...] | Unknown
    """The first 64 by name; `errors_in_all` counts."""
    errors_in_all: int | Unknown
    interfaces: int | Unknown

    @property
    def has_br_int(self) -> Truth:
        return self.bridges if isinstance(self.bridges, Unknown) else INTEGRATION_BRIDGE in self.bridges


def parse(data: Any) -> Switch | Unknown:
    """Return the facts in section `ovs`, or `Unknown` with its reason."""
    return typed.read(data, "ovs", _parsed)


def _parsed(data: Mapping[str, Any]) -> Switch:
    raise NotImplementedError(settings, answering, data)


OVS = SectionKind(name="ovs", facts=Switch, parse=parse)


def of(reply: HostReply) -> Switch | Unknown:
    """Return the facts in section `ovs` of `reply`."""
    return reply.facts(OVS)
