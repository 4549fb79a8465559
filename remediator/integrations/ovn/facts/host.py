"""From the section `ovn` of one reply to frozen facts: every OVN daemon of the host, its names and addresses, and what
its files say. Pure.

Invariant: each daemon is UNKNOWN by itself. A host without OVN has `present` False and None in every place: it shows
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from remediator.integrations import typed
from remediator.integrations.ovn.facts import controller, database, kolla_files, northd
from remediator.integrations.ovn.facts.controller import Controller
from remediator.integrations.ovn.facts.database import DatabaseServer
from remediator.integrations.ovn.facts.kolla_files import KollaFiles
from remediator.integrations.ovn.facts.northd import Northd
from remediator.integrations.ovs.facts import remotes
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

Facts = TypeVar("Facts")

MOST_ADDRESSES = 1024
MOST_DAEMONS = 64
MOST_NAME = 32
_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_RELAY = re.compile(r"relay_[0-9]{1,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OvnOnHost:
    """One reply's section `ovn`."""

    present: bool
    """Something of OVN is on this host, by its run directory or its configuration below /etc/kolla."""
    controller: Controller | Unknown | None
    northd: Northd | Unknown | None
    north: DatabaseServer | Unknown | None
    south: DatabaseServer | Unknown | None
    relays: tuple[DatabaseServer, ...] | Unknown
    """Of the southbound database (kolla: since 2025.1)."""
    files: KollaFiles | Unknown | None
    hostname: str | None
    """The host's own name, as uname(2) has it."""
    fqdn: str | None
    """Its name with a domain, by its own /etc/hosts; None: it has none there."""
    addresses: Mapping[str, tuple[str, ...]] | Unknown
    """Interface to its addresses, the first of each family first, each in its one spelling (link-local ones left
    out)."""

    @property
    def every_address(self) -> frozenset[str] | Unknown:
        if isinstance(self.addresses, Unknown):
            return self.addresses
        return frozenset(address for each in self.addresses.values() for address in each)


def parse(data: Any) -> OvnOnHost | Unknown:
    """Return the facts in section `ovn`, or `Unknown` with its reason."""
    return typed.read(data, "ovn", _parsed)


def _parsed(data: Mapping[str, Any]) -> OvnOnHost:
    if not typed.flag(data, "present"):
        return ABSENT
    daemons = typed.table(data, "daemons", MOST_DAEMONS)
    return OvnOnHost(
        present=True,
        controller=_one(daemons, "controller", _controller),
        northd=_one(daemons, "northd", _northd),
        north=_one(daemons, "north", _server(daemons, "north", database.NORTHBOUND, "ovn_nb_db")),
        south=_one(daemons, "south", _server(daemons, "south", database.SOUTHBOUND, "ovn_sb_db")),
        relays=_relays(daemons),
        files=_one(data, "files", _kolla_files),
        hostname=_name(data.get("hostname")),
        fqdn=_name(data.get("fqdn")),
        addresses=_addresses(data.get("addresses")),
    )


def _controller(item: Mapping[str, Any]) -> Controller:
    return controller.parse(item)


def _northd(item: Mapping[str, Any]) -> Northd:
    return northd.parse(item)


def _kolla_files(item: Mapping[str, Any]) -> KollaFiles:
    return kolla_files.parse(item)


def _one(found: Mapping[str, Any], key: str, build: Callable[[Mapping[str, Any]], Facts]) -> Facts | Unknown | None:
    """Return the facts at `key`; None: the host has no such thing; UNKNOWN by itself when it says something wrong."""
    return typed.read(found[key], key, build) if found.get(key) is not None else None


def _server(
    daemons: Mapping[str, Any], key: str, name: str, container: str
) -> Callable[[Mapping[str, Any]], DatabaseServer]:
    def build(item: Mapping[str, Any]) -> DatabaseServer:
        return database.parse(name, container, item, typed.table(daemons, f"{key}_control"))

    return build


def _relays(daemons: Mapping[str, Any]) -> tuple[DatabaseServer, ...] | Unknown:
    found = []
    for key in sorted(daemons):
        if _RELAY.fullmatch(key) is None:
            continue
        one = typed.read(daemons[key], key, _relay(f"ovn_sb_db_{key}"))
        if isinstance(one, Unknown):
            return one
        found.append(one)
    return tuple(found)


def _relay(container: str) -> Callable[[Mapping[str, Any]], DatabaseServer]:
    def build(item: Mapping[str, Any]) -> DatabaseServer:
        return database.parse(database.SOUTHBOUND, container, item, None)

    return build


def _name(found: Any) -> str | None:
    return found if isinstance(found, str) and len(found) <= 253 and _NAME.fullmatch(found) else None


def _addresses(found: Any) -> Mapping[str, tuple[str, ...]] | Unknown:
    if found is None:
        return Unknown("addresses")
    try:
        by: dict[str, list[str]] = {}
        for one in typed.items({"found": found}, "found", MOST_ADDRESSES):
            interface, text = typed.texts({"pair": one}, "pair", 2)
            address = remotes.address(text)
            if address is None or len(interface) > MOST_NAME:
                raise ValueError("no address")
            by.setdefault(interface, []).append(address)
    except typed.WRONG as error:
        return typed.wrong("addresses", error)
    return {name: tuple(each) for name, each in by.items()}


ABSENT = OvnOnHost(
    present=False,
    controller=None,
    northd=None,
    north=None,
    south=None,
    relays=(),
    files=None,
    hostname=None,
    fqdn=None,
    addresses=Unknown("no_ovn"),
)
"""What a host without OVN says."""


OVN = SectionKind(name="ovn", facts=OvnOnHost, parse=parse)


def of(reply: HostReply) -> OvnOnHost | Unknown:
    """Return the facts in section `ovn` of `reply`."""
    return reply.facts(OVN)
