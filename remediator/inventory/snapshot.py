"""From a list of hosts to a versioned snapshot: the same hosts give the same version, in whatever order they came.
Pure."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable

import rfc8785

from remediator.model.hosts import Host, Inventory


def snapshot(hosts: Iterable[Host], source: str) -> Inventory:
    """Return the inventory of `hosts`; its version is the SHA-256 of their canonical JSON."""
    found = {host.name: host for host in sorted(hosts, key=lambda host: host.name)}
    body = [
        {**dataclasses.asdict(host), "groups": list(host.groups), "vars": dict(host.vars)} for host in found.values()
    ]
    return Inventory(hosts=found, version=hashlib.sha256(rfc8785.dumps(body)).hexdigest(), source=source)
