"""Which hosts of kolla's inventory are hosts of the cloud, and how each is reached. Pure.

Invariant: a host is left out only with its groups named, and this very machine stands in for ``localhost`` only where
kolla runs
on it. A member that is looked for on the wrong machine would seem to be stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.inventory.kolla import variables
from remediator.inventory.kolla.variables import Unusable
from remediator.model.hosts import LOCAL

DEPLOYMENT = "deployment"
"""Kolla's group of the machine that deploys; groups that contain it (bifrost) say no more of a host than it does."""
NO_GROUPS = ("all", "ungrouped")
THIS_MACHINE = frozenset({"localhost", "localhost.localdomain", "127.0.0.1", "::1"})
SSH = frozenset({"ssh", "smart", "paramiko", "paramiko_ssh", "libssh"})
WINDOWS = frozenset({"winrm", "psrp"})


@dataclass(frozen=True, slots=True)
class At:
    """A host of the cloud, and the address at which it is reached; `note` says what is not plain about it."""

    address: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    note: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one host: `before` and `after` its name make the sentence, so that hosts can share it."""

    before: str
    host: str
    after: str
    remedy: str


def members(groups: Mapping[str, Any], name: str, without: str = "", seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the hosts of a group and of all its children, however deep; those that come by group `without` alone are
    not."""
    if name in seen or name == without:
        return set()
    group = groups.get(name, {})
    found = set(group.get("hosts", []))
    for child in group.get("children", []):
        found |= members(groups, child, without, seen | {name})
    return found


def reached(
    name: str, given: Mapping[str, Any], groups: tuple[str, ...], besides: tuple[str, ...], here: bool | str
) -> At | LeftOut | Wrong:
    """Return how host `name` with the variables `given` is reached, or that it is left out, or what is wrong.

    `groups` are all its groups, `besides` those that it is in by more than `deployment`. `here`: whether kolla runs on
    this very
    machine; text: why this machine cannot be taken for it.
    """
    connection = variables.read(given, "ansible_connection")
    address = variables.read(given, "ansible_host", "ansible_ssh_host")
    if isinstance(connection, Unusable):
        return Wrong("ansible_connection of ", name, f" {connection.why}", connection.remedy)
    way = str(connection or "ssh").rpartition(".")[2].lower()
    is_this = name.lower() in THIS_MACHINE and (address is None or str(address).lower() in THIS_MACHINE)
    if not besides and (way == LOCAL or is_this):
        return LeftOut(f"{name} is left out: it deploys, and is in no group of the cloud ({_listed(groups)})")
    if way in WINDOWS:
        return LeftOut(f"{name} is left out: it is a Windows host ({way}; {_listed(groups)})")
    if way not in SSH and way != LOCAL:
        why = f" is {way}, and hosts are reached over SSH alone ({_listed(besides)})"
        remedy = "remove it from the inventory, or give the hosts under inventory.hosts"
        return Wrong("ansible_connection of ", name, why, remedy)
    if isinstance(address, Unusable):
        return Wrong("ansible_host of ", name, f" {address.why}", address.remedy)
    where = name if address is None else str(address)
    if where == LOCAL:
        why = f" is {LOCAL}, which means this very machine"
        return Wrong("the address of ", name, why, "give it ansible_host=ADDRESS")
    if way != LOCAL:
        return At(where)
    if not is_this:
        return At(where, f"{name} has ansible_connection=local; it is reached over SSH at {where}")
    if here is True:
        return At(
            LOCAL,
            f"{name} ({_listed(besides)}) is taken for this very machine and reached without SSH;"
            f" if it is another one, give its line in the inventory ansible_host=ADDRESS",
        )
    doubt = here or "kolla does not run on this machine"
    why = f" is a host of the cloud ({_listed(besides)}), with ansible_connection=local and no address; {doubt}"
    remedy = (
        "give its line in the inventory ansible_host=ADDRESS (kolla still connects locally), or list the hosts under"
        f" inventory.hosts, this machine with {{address: {LOCAL}}}"
    )
    return Wrong("", name, why, remedy)


def _listed(groups: tuple[str, ...], most: int = 4) -> str:
    """Return the names of some groups as a sentence has them."""
    if not groups:
        return "in no group"
    more = f" and {len(groups) - most} more" if len(groups) > most else ""
    return f"group{'s' if len(groups) > 1 else ''} {', '.join(groups[:most])}{more}"
