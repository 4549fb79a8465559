"""From the section `ovn_chassis` of one reply to frozen facts: what the southbound database of this host holds of the
chassis. Pure.

Invariant: rows count only from a server that may know them: the leader of its cluster, or a standalone server. What a
follower holds may be old, and is not asked. Before OVN 20.09 there is no Chassis_Private, and ``nb_cfg``
stands in Chassis. Sources: ovn-sb(5) for the tables; neutron's ovn/agent/neutron_agent.py for when a chassis is
alive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovs.facts import remotes, values
from remediator.model.kleene import Truth
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

MOST_CHASSIS = 4096
MOST_GROUPS = 4096
MOST_NAME = 253
MOST_ADDRESS = 64
MOST_ENCAPS = 16
MOST_MEMBERS = 64
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
    clock_s: float
    """The host's own clock when it was asked, in epoch seconds."""
    chassis: tuple[Chassis, ...]
    orphans: tuple[str, ...]
    """Rows of Chassis_Private without their row of Chassis, by name."""
    gateway_groups: tuple[GatewayGroup, ...] | Unknown
    doubled: Mapping[str, tuple[str, ...]]
    """Host name to the names of its chassis, where there are several: all but one are left over."""


def alive(one: Chassis, nb_cfg: int | None, host_now_s: float, down_after_s: float = DOWN_AFTER_S) -> Truth:
    """Return whether neutron holds the chassis for alive: it is at most one configuration behind, or it reached its
    last one less than `down_after_s` ago."""
    if nb_cfg is None or isinstance(one.nb_cfg, Unknown):
        return one.nb_cfg if isinstance(one.nb_cfg, Unknown) else Unknown("nb_cfg")
    if nb_cfg - one.nb_cfg <= 1:
        return True
    if isinstance(one.nb_cfg_at_s, Unknown):
        return one.nb_cfg_at_s
    return one.nb_cfg_at_s is not None and host_now_s - one.nb_cfg_at_s < down_after_s


def parse(data: Any) -> Southbound | Unknown:
    """Return the facts in section `ovn_chassis`, or `Unknown` with its reason."""
    return typed.read(data, "ovn_chassis", _parsed)


def _parsed(data: Mapping[str, Any]) -> Southbound:
    if not typed.flag(data, "asked"):
        return _not_asked(typed.text(data, "why", 64))
    rows = [] if data["global"] is None else typed.items(data, "global", 1)
    nb_cfg = values.scalar(typed.table({"row": rows[0]}, "row").get("nb_cfg"), int) if rows else None
    if data["chassis"] is None:
        return _not_asked("no_chassis_table")
    private = _private(data)
    chassis = tuple(
        _chassis(typed.items({"row": row}, "row", 5), private) for row in typed.items(data, "chassis", MOST_CHASSIS)
    )
    names = {one.name for one in chassis}
    return Southbound(
        asked=True,
        why_not="",
        nb_cfg=nb_cfg if isinstance(nb_cfg, int) else None,
        clock_s=typed.moment(data, "clock"),
        chassis=chassis,
        orphans=tuple(sorted(name for name in private or () if name not in names)),
        gateway_groups=_groups(data),
        doubled=_doubled(chassis),
    )


def _not_asked(why: str) -> Southbound:
    return Southbound(
        asked=False, why_not=why, nb_cfg=None, clock_s=0.0, chassis=(), orphans=(), gateway_groups=(), doubled={}
    )


def _private(data: Mapping[str, Any]) -> Mapping[str, tuple[Any, Any]] | None:
    """Return (nb_cfg, its time in ms) by the name of the chassis; None: the schema has no such table."""
    if data["private"] is None:
        return None
    found = {}
    for row in typed.items(data, "private", MOST_CHASSIS):
        name, _, nb_cfg, at_ms = typed.items({"row": row}, "row", 4)
        found[typed.text({"name": name}, "name", MOST_NAME)] = (nb_cfg, at_ms)
    return found


def _chassis(row: Sequence[Any], private: Mapping[str, tuple[Any, Any]] | None) -> Chassis:
    name, hostname, encaps, options, nb_cfg = row
    own = typed.text({"name": name}, "name", MOST_NAME)
    asked, at_ms = (nb_cfg, None) if private is None else private.get(own, (None, None))
    seen = values.scalar(asked, int) if asked is not None else Unknown("no row of Chassis_Private")
    return Chassis(
        name=own,
        hostname=typed.text({"hostname": hostname}, "hostname", MOST_NAME),
        encaps=tuple(_encap(one) for one in typed.items({"encaps": encaps}, "encaps", MOST_ENCAPS)),
        gateway="enable-chassis-as-gw" in typed.text({"options": options}, "options").split(","),
        nb_cfg=Unknown("nb_cfg") if seen is None else seen,
        nb_cfg_at_s=_at_s(at_ms, private is not None),
    )


def _at_s(at_ms: Any, has_time: bool) -> float | Unknown | None:
    """Return the time in seconds; None: never; UNKNOWN where the schema has none."""
    if not has_time or at_ms is None:
        return Unknown("nb_cfg_timestamp")
    number = values.scalar(at_ms, int)
    if not isinstance(number, int):
        return Unknown("nb_cfg_timestamp")
    return number / 1000 if number > 0 else None


def _encap(one: Any) -> Encap:
    kind, address = typed.texts({"encap": one}, "encap", 2)
    return Encap(kind=kind[:16], address=remotes.address(address) or address[:MOST_ADDRESS])


def _groups(data: Mapping[str, Any]) -> tuple[GatewayGroup, ...] | Unknown:
    if data["groups"] is None:
        return Unknown("no table of gateway groups")
    found = []
    for row in typed.items(data, "groups", MOST_GROUPS):
        name, members = typed.items({"group": row}, "group", 2)
        chassis = typed.texts({"members": members}, "members", MOST_MEMBERS)
        found.append(GatewayGroup(name=typed.text({"name": name}, "name", MOST_NAME), chassis=chassis))
    return tuple(found)


def _doubled(chassis: Sequence[Chassis]) -> dict[str, tuple[str, ...]]:
    by: dict[str, list[str]] = {}
    for one in chassis:
        by.setdefault(one.hostname, []).append(one.name)
    return {hostname: tuple(sorted(names)) for hostname, names in by.items() if len(names) > 1 and hostname}


SOUTHBOUND = SectionKind(name="ovn_chassis", facts=Southbound, parse=parse)


def of(reply: HostReply) -> Southbound | Unknown:
    """Return the facts in section `ovn_chassis` of `reply`."""
    return reply.facts(SOUTHBOUND)
