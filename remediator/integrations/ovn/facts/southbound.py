"""From the section `ovn_chassis` of one reply to frozen facts: what the southbound database of this host holds of the
chassis. Pure.

Invariant: rows count only from a server that may know them: the leader of its cluster, or a standalone server. What a
follower holds may be old, and is not asked. Sources: ovn-sb(5) for the tables SB_Global, Chassis, Chassis_Private
(since OVN 20.09; before, ``nb_cfg`` stands in Chassis), Encap, HA_Chassis_Group and HA_Chassis; neutron's
ovn/agent/neutron_agent.py for when a chassis is alive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.kleene import Truth
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

MOST_CHASSIS = 4096
MOST_GROUPS = 4096
DOWN_AFTER_S = 75.0
"""neutron's default of ``agent_down_time``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encap:
    kind: str
    address: str
    """In its one spelling where it is one, else as it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chassis:
    """One row of Chassis, with its row of Chassis_Private."""

    name: str
    """The `system-id` under which a controller registered."""
    hostname: str
    encaps: tuple[Encap, ...]
    gateway: bool
    """``enable-chassis-as-gw`` is among its options."""
    nb_cfg: int | Unknown
    """The last configuration that it has seen done."""
    nb_cfg_at_s: float | Unknown | None
    """When, by the clock of its own host, in epoch seconds; None: never (a chassis that has just come)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayGroup:
    """Chassis of which one serves a router's gateway, and another one takes over when that one is lost."""

    name: str
    chassis: tuple[str, ...]
    """Names, the highest priority first. A chassis whose row is gone is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Southbound:
    """One reply's section `ovn_chassis`."""

    asked: bool
    """This host has a southbound server that may know: the leader, or a standalone one. False: all rows are empty."""
    why_not: str
    """Why it was not asked: ``follower``, ``no_server``, or how its server answered."""
    nb_cfg: int | None
    """``SB_Global.nb_cfg``: the configuration that every chassis is to reach."""
    chassis: tuple[Chassis, ...]
    orphans: tuple[str, ...]
    """Rows of Chassis_Private without their row of Chassis, by name."""
    gateway_groups: tuple[GatewayGroup, ...]
    doubled: Mapping[str, tuple[str, ...]]
    """Host name to the names of its chassis, where there are several: all but one are left over."""


def alive(one: Chassis, nb_cfg: int | None, host_now_s: float, down_after_s: float = DOWN_AFTER_S) -> Truth:
    """Return whether neutron holds the chassis for alive: it is at most one configuration behind, or it reached its
    last one less than `down_after_s` ago."""
    if nb_cfg is None or isinstance(one.nb_cfg, Unknown):
        return Unknown("nb_cfg") if nb_cfg is None else one.nb_cfg  # type: ignore[return-value]
    if nb_cfg - one.nb_cfg <= 1:
        return True
    if isinstance(one.nb_cfg_at_s, Unknown):
        return one.nb_cfg_at_s
    return one.nb_cfg_at_s is not None and host_now_s - one.nb_cfg_at_s < down_after_s


def parse(data: Any) -> Southbound | Unknown:
    """Return the facts in section `ovn_chassis`, or `Unknown` with its reason."""
    return typed.read(data, "ovn_chassis", _parsed)


def _parsed(data: Mapping[str, Any]) -> Southbound:
    raise NotImplementedError(data)


SOUTHBOUND = SectionKind(name="ovn_chassis", facts=Southbound, parse=parse)


def of(reply: HostReply) -> Southbound | Unknown:
    """Return the facts in section `ovn_chassis` of `reply`."""
    return reply.facts(SOUTHBOUND)
