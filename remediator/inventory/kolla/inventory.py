"""The inventory that Kolla-Ansible deploys from, as ``ansible-inventory --list`` understands it.

Invariant: a snapshot comes from one whole, valid answer or not at all; a failure raises InventoryUnreadable and changes
nothing. Of the host variables only the few named here are taken: the rest may hold passwords.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from remediator.config import addresses
from remediator.config.connections import HostEntry
from remediator.config.documents import problems
from remediator.inventory.errors import InventoryUnreadable
from remediator.inventory.known import Known
from remediator.inventory.kolla import globals, listing, membership, readability, remarks, this_machine, variables
from remediator.inventory.kolla.membership import At, LeftOut, Wrong
from remediator.inventory.kolla.variables import Unusable
from remediator.inventory.snapshot import snapshot
from remediator.model.hosts import Host, Inventory

TIMEOUT_S = 60.0
KEPT_VARS = ("kolla_container_engine", "api_interface", "neutron_external_interface")
PROOFS = ("tunnel_interface", "neutron_bridge_name", "neutron_physical_networks")
"""Kept where they are plain. What cannot be read of them proves nothing, and is no mistake: nothing else needs them."""
OF = {
    "address": "ansible_host",
    "port": "ansible_port",
    "engine": globals.KEY,
    "api_address": "api_interface_address",
}
"""Where the values of a host come from, for whoever has to mend them."""


def load(path: Path, known: Known | None = None, *, timeout_s: float = TIMEOUT_S, tool: str | None = None) -> Inventory:
    """Return the snapshot of the inventory file or directory `path`. Raise InventoryUnreadable.

    `tool` is the ``ansible-inventory`` to run; by default the one beside this interpreter, else the one on PATH.
    The globals are read where `known` names no engine.
    """
    known = known or Known()
    readability.check(path)
    source = str(path)
    found = globals.NONE if known.engine is not None else globals.read(path)
    body = listing.of(source, listing.tool(source) if tool is None else tool, timeout_s)
    seen = replace(known, globals=found, here=this_machine.runs_kolla(), hostname=os.uname().nodename)
    return parse(body, source, seen)


def parse(body: Any, source: str, known: Known | None = None) -> Inventory:
    """Return the snapshot in the JSON that ``ansible-inventory --list`` printed. Pure. Raise InventoryUnreadable."""
    known = known or Known()
    try:
        given: Mapping[str, Mapping[str, Any]] = body["_meta"]["hostvars"]
        groups = {name: item for name, item in body.items() if name != "_meta"}
        named = [name for name in groups if name not in membership.NO_GROUPS]
        inside = {name: membership.members(groups, name) for name in named}
        direct = {name: frozenset(groups[name].get("hosts", [])) for name in named}
        besides = {name: membership.members(groups, name, membership.DEPLOYMENT) for name in named}
        names = sorted({host for name in groups for host in membership.members(groups, name)} | set(given))
    except (KeyError, TypeError, AttributeError) as error:
        why = f"ansible-inventory printed JSON of another shape ({type(error).__name__}: {error})"
        raise InventoryUnreadable(source, why, "check it with: ansible-inventory --list -i " + source) from None
    hosts: list[Host] = []
    faults: list[Wrong] = []
    notes: list[str] = []
    other = this_machine.known_as((name for name in names if name not in membership.THIS_MACHINE), known.hostname)
    here = known.here if other is None else f"this machine is {other} of the same inventory"
    for name in names:
        mine = given.get(name, {})
        way = membership.reached(name, mine, _of(name, inside), _direct_first(name, besides, direct), here)
        if isinstance(way, LeftOut):
            notes.append(way.note)
            continue
        if isinstance(way, Wrong):
            faults.append(way)
            continue
        if way.note:
            notes.append(way.note)
        host, wrong = _host(name, mine, way, _of(name, inside), known)
        faults.extend(wrong)
        if host is not None:
            hosts.append(host)
    if faults:
        first, *others = _sentences(faults)
        raise InventoryUnreadable(source, *first, more=others)
    if not hosts:
        why = "; ".join(["it names no host of the cloud", *notes])
        raise InventoryUnreadable(
            source, why, "see inventory.kolla in the config, or give the hosts under inventory.hosts"
        )
    notes += remarks.about({host.name: given.get(host.name, {}) for host in hosts}, known)
    return replace(snapshot(hosts, source), notes=tuple(notes))


def _of(name: str, groups: Mapping[str, set[str]]) -> tuple[str, ...]:
    return tuple(sorted(group for group, hosts in groups.items() if name in hosts))


def _direct_first(name: str, besides: Mapping[str, set[str]], direct: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return the groups of a host, those first that name it themselves: an operator knows them."""
    return tuple(sorted(_of(name, besides), key=lambda group: (name not in direct[group], group)))


def _host(
    name: str, given: Mapping[str, Any], way: At, groups: tuple[str, ...], known: Known
) -> tuple[Host | None, list[Wrong]]:
    """Return the host, checked as one of our config is, or what is wrong with it."""
    values = {
        "address": way.address,
        "port": variables.read(given, "ansible_port", "ansible_ssh_port"),
        "engine": known.globals.engine or variables.read(given, globals.KEY) or known.engine or "docker",
        "api_address": _literal(variables.read(given, "api_interface_address")),
    }
    kept = {key: variables.read(given, key) for key in KEPT_VARS}
    proofs = {key: value for key in PROOFS if not isinstance(value := variables.read(given, key), Unusable)}
    read = {**{OF[key]: value for key, value in values.items()}, **kept}
    faults = [
        Wrong(f"{key} of ", name, f" {value.why}", value.remedy)
        for key, value in read.items()
        if isinstance(value, Unusable)
    ]
    faults += _bad_name(name)
    if faults:
        return None, faults
    try:
        entry = HostEntry.model_validate({**values, "vars": _texts({**kept, **proofs})})
    except ValidationError as error:
        return None, [_fault(name, each) for each in error.errors(include_url=False)]
    return Host(
        name=name,
        address=entry.address,
        groups=groups,
        engine=entry.engine,
        port=entry.port,
        api_address=entry.api_address,
        vars=entry.vars,
    ), []


def _literal(value: variables.Value) -> variables.Value:
    """Return `value`; None for a template, with which kolla looks the address up on the host itself."""
    return None if isinstance(value, Unusable) and value.kind is variables.Kind.TEMPLATE else value


def _texts(kept: Mapping[str, variables.Value]) -> dict[str, str]:
    return {key: str(value) for key, value in kept.items() if value is not None}


def _bad_name(name: str) -> list[Wrong]:
    try:
        addresses.known_as(name)
    except ValueError as error:
        return [Wrong("a host is called so: ", "", str(error), "give it another name, and its address as ansible_host")]
    return []


def _fault(name: str, error: Any) -> Wrong:
    field = str(error["loc"][0])
    why, _ = problems.sentence(error)
    if field == "address" and error["input"] == name:
        return Wrong("the address of ", name, f" is its name: {why}", "give it ansible_host=ADDRESS")
    shown = ":" if repr(error["input"]) in why else f" is {str(error['input'])[:80]!r}, and"
    return Wrong(f"{OF.get(field, field)} of ", name, f"{shown} {why}", "write the value that holds for this host")


def _sentences(faults: list[Wrong]) -> list[tuple[str, str]]:
    """Return (why, remedy) of each fault; hosts with one and the same, as a group's variable gives it, share a
    sentence."""
    hosts: dict[tuple[str, str, str], list[str]] = {}
    for fault in faults:
        hosts.setdefault((fault.before, fault.after, fault.remedy), []).append(fault.host)
    return [(f"{before}{remarks.names(names)}{after}", remedy) for (before, after, remedy), names in hosts.items()]
