"""Who a member is, by what its own host says: its addresses, its names, its machine. Pure.

Invariant: an inventory name or address is a way to reach a member, and no part of who it is. What nobody said is
UNKNOWN. Loopback and link-local addresses are those of every host. They are never a member's own, unless its own
configuration says that it is reached there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.galera.membership import addresses
from remediator.model.values import Unknown

MOST = 1024
BINDS = "bind_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """What a host says of itself and of its member. Addresses are in the one spelling of `addresses.canonical`."""

    machine: str | None
    """A digest of the machine id; None: the host has none."""
    addresses: frozenset[str] | Unknown
    """Of the host's interfaces, loopback and link-local left out."""
    configured: frozenset[str] | Unknown
    """At which galera.cnf says that the member is reached; a name there is among `names`."""
    names: frozenset[str]
    """The host's own name, those beside it in its hosts file, and those in galera.cnf at which the member is
    reached."""
    resolved: Mapping[str, tuple[str, ...] | None]
    """What the names in wsrep_cluster_address are on this host; None: its resolver gave no answer in time."""
    binds: str | None = None
    """The one address at which its server takes clients; None: at all, or nobody said."""

    @property
    def own(self) -> frozenset[str]:
        """Every address that is known to be this member's."""
        return frozenset().union(*(each for each in (self.addresses, self.configured) if not isinstance(each, Unknown)))


def parse(data: Any) -> Who | Unknown:
    """Return what section `galera` says about it; UNKNOWN for a collector of before, or one that said something
    else."""
    return typed.read(data, "galera.who", _of_section)


def _of_section(data: Mapping[str, Any]) -> Who | Unknown:
    return _who(typed.table(data, "who")) if "who" in data else Unknown("not_collected:galera.who")


def _who(data: Mapping[str, Any]) -> Who:
    configured = None if data["configured"] is None else typed.table(data, "configured")
    binds = [] if configured is None else [addresses.canonical(one) for one in _texts(configured, BINDS)]
    return Who(
        machine=typed.text_or_none(data, "machine"),
        addresses=Unknown("addresses_of_host") if data["addresses"] is None else _host_addresses(data),
        configured=Unknown("no_configuration") if configured is None else _configured(configured),
        names=frozenset(addresses.name(one) for one in (*_texts(data, "names"), *_reached_by_name(configured or {}))),
        resolved=_resolved(typed.table(data, "resolved")),
        binds=binds[0] if len(binds) == 1 and binds[0] is not None and not addresses.is_local(binds[0]) else None,
    )


def _texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return typed.texts(data, key, MOST) if key in data else ()


def _host_addresses(data: Mapping[str, Any]) -> frozenset[str]:
    found = {one: addresses.canonical(one) for one in _texts(data, "addresses")}
    if None in found.values():
        raise ValueError("an address of an interface is none")
    return frozenset(one for one in found.values() if one is not None and not addresses.is_local(one))


def _configured(data: Mapping[str, Any]) -> frozenset[str]:
    found = [addresses.canonical(one) for key in data for one in _texts(data, key)]
    return frozenset(one for one in found if one is not None and not addresses.is_any(one))


def _reached_by_name(data: Mapping[str, Any]) -> list[str]:
    """Return the names among what galera.cnf says; ``*`` and ``AUTO`` are none."""
    found = [one for key in data for one in _texts(data, key)]
    return [one for one in found if addresses.canonical(one) is None and one not in ("*", "AUTO")]


def _resolved(data: Mapping[str, Any]) -> dict[str, tuple[str, ...] | None]:
    found: dict[str, tuple[str, ...] | None] = {}
    for key in data:
        told = None if data[key] is None else [addresses.canonical(one) for one in _texts(data, key)]
        found[addresses.name(key)] = None if told is None else tuple(one for one in told if one is not None)
    return found
