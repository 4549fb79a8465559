"""Which hosts there are: from Kolla-Ansible's own inventory, or from the config. Versioned snapshots, never partial ones."""

from __future__ import annotations

from pathlib import Path

from remediator.config import Config
from remediator.inventory import inline, kolla
from remediator.inventory.errors import InventoryError, InventoryUnreadable
from remediator.model.hosts import Inventory

__all__ = ["InventoryError", "InventoryUnreadable", "load"]


def load(config: Config) -> Inventory:
    """Return a snapshot from the source that `config` names. Raise InventoryError: keep the last snapshot then."""
    if config.inventory.hosts is not None:
        return inline.load(config.inventory.hosts)
    assert config.inventory.kolla is not None
    return kolla.load(Path(config.inventory.kolla))
