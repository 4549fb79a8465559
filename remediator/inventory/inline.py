"""The inventory that is written down in the config itself, under ``inventory.hosts``. Pure: pydantic has checked it."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.config.connections import HostEntry
from remediator.inventory.snapshot import snapshot
from remediator.model.hosts import Host, Inventory


def load(hosts: Mapping[str, HostEntry]) -> Inventory:
    """Return the snapshot of `hosts`."""
    return snapshot((_host(name, entry) for name, entry in hosts.items()), "inventory.hosts")


def _host(name: str, entry: HostEntry) -> Host:
    return Host(
        name=name,
        address=entry.address,
        groups=tuple(sorted(set(entry.groups))),
        engine=entry.engine,
        port=entry.port,
        user=entry.user,
        api_address=entry.api_address,
        vars=dict(entry.vars),
    )
