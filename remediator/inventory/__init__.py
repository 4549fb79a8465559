"""Which hosts there are: from Kolla-Ansible's own inventory, or from the config. Versioned snapshots, never partial
ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from remediator.config import Config
from remediator.inventory import inline, sameness
from remediator.inventory.errors import InventoryError, InventoryUnreadable
from remediator.inventory.known import Known
from remediator.inventory.kolla import inventory
from remediator.model.hosts import Inventory

__all__ = ["InventoryError", "InventoryUnreadable", "load"]


def load(config: Config) -> Inventory:
    """Return a snapshot from the source that `config` names. Raise InventoryError: keep the last snapshot then."""
    return replace(_hosts(config), aliases=dict(config.inventory.aliases))


def _hosts(config: Config) -> Inventory:
    if config.inventory.hosts is not None:
        found = inline.load(config.inventory.hosts)
    else:
        assert config.inventory.kolla is not None
        ssh = config.ssh
        known = Known(user=ssh.user, jump=ssh.jump is not None, engine=config.inventory.engine)
        found = inventory.load(Path(config.inventory.kolla), known)
    return replace(found, notes=(*found.notes, *sameness.notes(found, config.ssh.port)))
