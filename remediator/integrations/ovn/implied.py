"""What a host's settings of OVN should be, each with its proof. Pure.

Invariant: a value is proven or it is not here. A proof is a file of kolla on that host, the inventory, our own config,
or what every release of kolla sets. What other hosts have proves nothing. Only a `settable` value is one that a cure
may set: one single value, whole, and never `system-id` (ovn-controller(8): changing it while it runs is not supported).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Proof(enum.Enum):
    """Which proof says a value."""

    KOLLA_FILE = "kolla_file"
    INVENTORY = "inventory"
    CONFIG = "config"
    RELEASE = "release"
    """Every release of kolla sets this very value, and has no variable for it."""
    HOST = "host"
    """The host's own name: kolla takes it unless somebody set a variable that leaves no trace, so it is no proof for a
    cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """What one key should be."""

    key: str
    accepted: tuple[str, ...]
    """The values that are right; several: nobody knows which one is meant."""
    whole: bool = True
    """False: the value must have these words, and may have others."""
    proof: Proof
    source: str
    """Where it stands, for people: the file and its option, the variable, the group."""

    @property
    def settable(self) -> str | None:
        """The value that a cure may set; None: the proof is not enough for that."""
        if self.proof is Proof.HOST or not self.whole or len(self.accepted) != 1 or self.key == "system-id":
            return None
        return self.accepted[0]
