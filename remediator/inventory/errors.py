"""Why there is no inventory, in one sentence with the remedy. The caller keeps its last snapshot."""

from __future__ import annotations


class InventoryError(Exception):
    """Root of this room's errors."""


class InventoryUnreadable(InventoryError):
    """The source did not give a usable list of hosts."""

    def __init__(self, source: str, why: str, remedy: str) -> None:
        self.source, self.why, self.remedy = source, why, remedy
        super().__init__(f"inventory {source}: {why}; {remedy}")
