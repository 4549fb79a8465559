"""From the section `ovn` of one reply to frozen facts: every OVN daemon of the host, its names and addresses, and what
its files say. Pure.

Invariant: each daemon is UNKNOWN by itself. A host without OVN has `present` False and None in every place: it shows
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovn.facts.controller import Controller
from remediator.integrations.ovn.facts.database import DatabaseServer
from remediator.integrations.ovn.facts.kolla_files import KollaFiles
from remediator.integrations.ovn.facts.northd import Northd
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

MOST_INTERFACES = 512
MOST_ADDRESSES = 1024
MOST_RELAYS = 32


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
    raise NotImplementedError(data)


OVN = SectionKind(name="ovn", facts=OvnOnHost, parse=parse)


def of(reply: HostReply) -> OvnOnHost | Unknown:
    """Return the facts in section `ovn` of `reply`."""
    return reply.facts(OVN)
